//! What the process tells about its work, on standard error.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, registry, reload};

use crate::config::{Config, Loaded, LogFormat};
use crate::failure::Failure;
use crate::reload::Part;

/// What is told, changeable while the process works.
pub(crate) struct Log {
    set: Arc<dyn Fn(EnvFilter) + Send + Sync>,
}

/// Reads the filter.
pub(crate) fn filter(config: &Config) -> Result<EnvFilter, Failure> {
    EnvFilter::try_new(&config.log.filter).map_err(|error| {
        Failure::usage(format!(
            "`log.filter` is no filter: {error}; write for example \"info,ppob_engine=debug\""
        ))
    })
}

/// Begins to log as the configuration says. To be called once.
pub(crate) fn start(config: &Config) -> Result<Log, Failure> {
    let (filter, handle) = reload::Layer::new(filter(config)?);
    subscriber(filter, config.log.format, io::stderr().is_terminal(), io::stderr)
        .try_init()
        .map_err(|error| {
            Failure::usage(format!("logging could not start: {error}. Nothing was started."))
        })?;
    Ok(Log { set: Arc::new(move |filter| changed(handle.reload(filter))) })
}

fn subscriber<F, W>(
    filter: F,
    format: LogFormat,
    colours: bool,
    writer: W,
) -> impl Subscriber + Send + Sync
where
    F: Layer<registry::Registry> + Send + Sync,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // A line that cannot be written (its disk is full) is lost. It must not be told on standard error, which is
    // where it could not be written: that would panic, in the midst of a payment.
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(colours)
        .with_writer(writer)
        .log_internal_errors(false);
    let lines = match format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    registry().with(filter).with(private()).with(lines)
}

/// Libraries that show what passes through them, from DEBUG on: headers with API keys, forms with
/// passwords, answers with names.
const TALKATIVE: [&str; 8] =
    ["h2", "hyper", "hyper_util", "reqwest", "rustls", "tokio_rustls", "tonic", "tower"];

/// Keeps the traffic of the wire out of the log, whatever `log.filter` asks for.
fn private<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    filter_fn(|metadata| !is_traffic(metadata)).with_max_level_hint(LevelFilter::TRACE)
}

fn is_traffic(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() > Level::INFO && TALKATIVE.contains(&library)
}

/// Only a process that has stopped logging altogether cannot change its filter.
fn changed(result: Result<(), reload::Error>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the filter of the log could not be changed");
    }
}

impl Part for Log {
    fn keys(&self) -> &'static [&'static str] {
        &["log.filter"]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Box<dyn FnOnce() + Send>, Failure> {
        let (filter, set) = (filter(&loaded.config)?, Arc::clone(&self.set));
        Ok(Box::new(move || set(filter)))
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;

    use super::*;

    #[test]
    fn the_traffic_of_the_wire_is_not_logged_whatever_the_filter_asks_for() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let written = tempfile::NamedTempFile::new().unwrap();
            let writer = Arc::new(File::create(written.path()).unwrap());
            let filter = EnvFilter::new("trace,h2=trace,h2::codec=trace");
            tracing::subscriber::with_default(subscriber(filter, format, false, writer), || {
                tracing::trace!(target: "ppob_engine", "our own");
                tracing::info!(target: "h2", "connection lost");
                tracing::debug!(target: "h2::codec", "authorization: Bearer hunter2");
                tracing::trace!(target: "hyper::proto::h1", "password=hunter2");
            });
            let mut text = String::new();
            File::open(written.path()).unwrap().read_to_string(&mut text).unwrap();
            assert!(text.contains("our own") && text.contains("connection lost"), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}
