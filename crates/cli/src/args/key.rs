//! Options of the commands for keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ConfigFile;

/// `ppob key …`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Seals the whole journal with a new data key, wrapped by the configured key. Stop the engine first.
    Rotate(ConfigFile),
    /// Makes a new master key for the journal: in a new file, or on standard output.
    Journal(NewJournalKey),
}

/// `ppob key journal`.
#[derive(Debug, Args)]
pub(crate) struct NewJournalKey {
    /// The file to create; without one the key is printed.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
