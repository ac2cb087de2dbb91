//! What the process tells about its work, on standard error.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, LogFormat};
use crate::failure::Failure;

/// Begins to log as the configuration says. To be called once.
pub(crate) fn start(config: &Config) -> Result<(), Failure> {
    let log = &config.log;
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| {
        Failure::usage(format!(
            "`log.filter` is no filter: {error}; write for example \"info,ppob_engine=debug\". Nothing was started."
        ))
    })?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    let started = match log.format {
        LogFormat::Text => subscriber.with_target(false).finish().try_init(),
        LogFormat::Json => subscriber.json().finish().try_init(),
    };
    started.map_err(|error| {
        Failure::usage(format!("logging could not start: {error}. Nothing was started."))
    })
}
