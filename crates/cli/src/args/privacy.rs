//! Options of the commands about one customer's data.

use clap::{Args, Subcommand};

use super::OperatorServer;
use super::operate::Actor;

/// `ppob privacy …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PrivacyCommand {
    /// Shows everything that is kept about a customer, for that customer. The audit trail tells of it.
    Export(ExportCustomer),
    /// Takes a customer's personal data out of the payments that have ended. Cannot be undone.
    Erase(EraseCustomer),
}

/// Whose data, who asks, and why.
#[derive(Debug, Args)]
pub(crate) struct AboutCustomer {
    /// The customer number as the customer knows it; looked for in every family.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: String,
    /// Why, for example the number of the customer's request.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob privacy export`.
#[derive(Debug, Args)]
pub(crate) struct ExportCustomer {
    #[command(flatten)]
    pub(crate) about: AboutCustomer,
}

/// `ppob privacy erase`.
#[derive(Debug, Args)]
pub(crate) struct EraseCustomer {
    #[command(flatten)]
    pub(crate) about: AboutCustomer,
    /// Do it. Without this it is only told what would be erased.
    #[arg(long)]
    pub(crate) yes: bool,
}
