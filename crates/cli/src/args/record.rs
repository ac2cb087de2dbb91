//! Options of the commands that write down, and look at what was done.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ppob_journal_sqlite::Head;
use ppob_types::Timestamp;

use super::ConfigFile;
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
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Audit {
    #[command(subcommand)]
    pub(crate) command: Option<AuditCommand>,
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

/// `ppob audit …`, about files.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Finds what was changed, removed or cut in a journal or a backup by other means than the engine.
    #[command(after_help = VERIFY_ENDS, after_long_help = VERIFY_ENDS)]
    Verify(VerifyAudit),
    /// Prints the newest commit of the journal and its hash, to be kept elsewhere.
    Head(AuditHead),
}

const VERIFY_ENDS: &str = "Exit codes: 0 nothing was changed; 5 something was, each with what it means for the money; 1 the file \
cannot be read. An engine may work on the journal meanwhile.";

/// `ppob audit verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyAudit {
    /// The journal or a backup of it; without it the journal of the configuration.
    #[arg(value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// A head that was kept elsewhere, as `ppob audit head` printed it; can be given several times.
    #[arg(long, value_name = "NUMBER:HASH")]
    pub(crate) head: Vec<Head>,
    #[command(flatten)]
    pub(crate) file: ConfigFile,
    /// Answer with JSON for scripts.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `ppob audit head`.
#[derive(Debug, Args)]
pub(crate) struct AuditHead {
    /// The journal or a backup of it; without it the journal of the configuration.
    #[arg(value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) file: ConfigFile,
    /// Answer with JSON for scripts.
    #[arg(long)]
    pub(crate) json: bool,
}
