//! Options of the commands that write down, and look at what was done.

use clap::Args;
use ppob_types::Timestamp;

use super::operate::{Actor, OperatorServer, Subject};
use super::switch::wib;

/// `ppob note`.
#[derive(Debug, Args)]
pub(crate) struct AddNote {
    #[command(flatten)]
    pub(crate) subject: Subject,
    /// What to write down.
    #[arg(value_name = "TEXT")]
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob deposit`.
#[derive(Debug, Args)]
pub(crate) struct RecordDeposit {
    /// The configured provider.
    #[arg(value_name = "PROVIDER")]
    pub(crate) provider: String,
    /// The amount as credited, in rupiah; below 0 for money taken out.
    #[arg(value_name = "RUPIAH", allow_negative_numbers = true)]
    pub(crate) amount: i64,
    /// Your own id of the entry, so that it is recorded once.
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    /// When it was credited, for example "2026-11-27 21:00:00" WIB.
    #[arg(long, value_name = "TIME", value_parser = wib)]
    pub(crate) at: Timestamp,
    /// The bank's or provider's reference.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) reference: String,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Only what this person did, as the first or the second.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Only this, by the name of the RPC, for example `ResolvePayment`.
    #[arg(long, value_name = "RPC")]
    pub(crate) action: Option<String>,
    /// Only what was done to this, for example provider/mmbc-a or payment/local/ID.
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) subject: Option<String>,
    /// Only from this time on, in WIB.
    #[arg(long, value_name = "TIME", value_parser = wib)]
    pub(crate) from: Option<Timestamp>,
    /// Only before this time, in WIB.
    #[arg(long, value_name = "TIME", value_parser = wib)]
    pub(crate) before: Option<Timestamp>,
    /// At most this many, the newest first.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}
