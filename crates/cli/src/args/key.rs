//! Options of the commands about API keys.

use clap::Subcommand;
use ppob_types::ConsumerId;

/// `ppob key …`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes an API key, shows it once, and tells what to configure.
    New {
        /// Whose key: the consumer's name in the configuration.
        #[arg(value_name = "NAME", value_parser = ConsumerId::new)]
        name: ConsumerId,
    },
}
