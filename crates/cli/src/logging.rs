//! What the process tells about its work, on standard error.

use std::io::{self, IsTerminal};

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

use crate::config::{Config, LogFormat};
use crate::failure::Failure;

/// Begins to log as the configuration says. To be called once.
pub(crate) fn start(config: &Config) -> Result<(), Failure> {
    let log = &config.log;
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| {
        Failure::usage(format!(
            "`log.filter` is no filter: {error}; write for example \"info,ppob_engine=debug\""
        ))
    })?;
    subscriber(filter, log.format, io::stderr().is_terminal(), io::stderr)
        .try_init()
        .map_err(|error| Failure::usage(format!("logging could not start: {error}")))
}

fn subscriber<W>(
    filter: EnvFilter,
    format: LogFormat,
    colours: bool,
    writer: W,
) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_ansi(colours).with_writer(writer);
    let lines = match format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    registry().with(lines).with(private()).with(filter)
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

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::sync::Arc;

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
