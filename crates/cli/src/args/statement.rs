//! Options of the commands that hold the record against a provider's statement.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ppob_types::Timestamp;

use super::operate::{Actor, OperatorServer};
use super::switch::wib;

/// What to do with statements.
#[derive(Debug, Subcommand)]
pub(crate) enum StatementCommand {
    /// Imports a statement (CSV): settles what the provider confirms, tells everything that does not fit.
    Import(ImportStatement),
}

/// `ppob statement import`.
#[derive(Debug, Args)]
pub(crate) struct ImportStatement {
    /// The file as the provider exported it.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The configured provider.
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: String,
    /// It holds everything of its days; only then is anything concluded from what is not there. By default
    /// as the configuration says.
    #[arg(long, conflicts_with = "partial")]
    pub(crate) complete: bool,
    /// It does not hold everything.
    #[arg(long)]
    pub(crate) partial: bool,
    /// It holds everything from this time on, in WIB, instead of from the day of its first row on.
    #[arg(long, value_name = "TIME", value_parser = wib, requires = "before")]
    pub(crate) from: Option<Timestamp>,
    /// It holds everything before this time, in WIB.
    #[arg(long, value_name = "TIME", value_parser = wib, requires = "from")]
    pub(crate) before: Option<Timestamp>,
    /// Only tell what was found: nothing is asked, settled, recorded, proposed or kept.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob close`.
#[derive(Debug, Args)]
pub(crate) struct CloseDay {
    /// The day in WIB, as in 2026-11-27, or `yesterday`.
    #[arg(value_name = "DAY")]
    pub(crate) day: String,
    /// Only at this provider.
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}
