//! What the process tells about its work, on standard error.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, reload};

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
    let filter = filter(config)?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    // The two formats have handles of two types.
    let (started, set): (_, Arc<dyn Fn(EnvFilter) + Send + Sync>) = match config.log.format {
        LogFormat::Text => {
            let subscriber = subscriber.with_target(false).with_filter_reloading();
            let handle = subscriber.reload_handle();
            (subscriber.finish().try_init(), Arc::new(move |filter| changed(handle.reload(filter))))
        }
        LogFormat::Json => {
            let subscriber = subscriber.json().with_filter_reloading();
            let handle = subscriber.reload_handle();
            (subscriber.finish().try_init(), Arc::new(move |filter| changed(handle.reload(filter))))
        }
    };
    started.map_err(|error| Failure::usage(format!("logging could not start: {error}")))?;
    Ok(Log { set })
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
