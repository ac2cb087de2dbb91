//! Options of the commands for keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ppob_types::ConsumerId;

use super::ConfigFile;

/// `ppob key …`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes an API key, shows it once, and tells what to configure.
    New {
        /// Whose key: the consumer's name in the configuration.
        #[arg(value_name = "NAME", value_parser = ConsumerId::new)]
        name: ConsumerId,
    },
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
