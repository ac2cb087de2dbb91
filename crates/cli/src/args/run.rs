//! Options of the commands that run something.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::operate::Reload;

/// Which configuration.
#[derive(Clone, Debug, Args)]
pub(crate) struct ConfigFile {
    /// The configuration; without it `config/ppob.toml`, if there is one.
    #[arg(long, env = "PPOB_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `ppob serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) file: ConfigFile,
}

/// `ppob config …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Reads the configuration, tells what is wrong with it, and shows what takes effect.
    Check(ConfigFile),
    /// Has a running engine read its configuration again (operators).
    Reload(Reload),
}

/// `ppob sandbox`.
#[derive(Clone, Debug, Args)]
pub(crate) struct Sandbox {
    /// Port of the gRPC API; 0 lets the system choose, of the other listeners too.
    #[arg(long, value_name = "PORT", default_value_t = 50051)]
    pub(crate) port: u16,
    /// Port of the operators' gRPC API [default: 50052].
    #[arg(long, value_name = "PORT")]
    pub(crate) operator_port: Option<u16>,
    /// Port of the metrics [default: 9464].
    #[arg(long, value_name = "PORT")]
    pub(crate) metrics_port: Option<u16>,
    /// Port for callbacks, which the simulated providers send [default: 8081].
    #[arg(long, value_name = "PORT")]
    pub(crate) callbacks_port: Option<u16>,
    /// Port of the simulated MMBC; by default the system chooses one, as for the other simulators.
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub(crate) simulator_port: u16,
    /// Keep the journal in this directory; without it, it is gone at the end.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) data: Option<PathBuf>,
    /// Also write all addresses to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_addresses: Option<PathBuf>,
    /// Take settings from this configuration. Its providers must be on this machine.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `ppob demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the sandbox listens; without it, as the sandbox wrote down.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) address: Option<String>,
    /// The addresses that `ppob sandbox` wrote down; without it those of the latest sandbox.
    #[arg(long, value_name = "FILE")]
    pub(crate) addresses: Option<PathBuf>,
}
