//! Options of the commands that look after a journal and a machine.

use std::path::PathBuf;

use clap::Args;

use super::ConfigFile;

/// Which journal.
#[derive(Clone, Debug, Args)]
pub(crate) struct WhichJournal {
    #[command(flatten)]
    pub(crate) file: ConfigFile,
    /// The journal; without it the one of the configuration.
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    pub(crate) journal: Option<PathBuf>,
    /// Answer with JSON for scripts.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `ppob backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where to. It must not exist; put it on another disk.
    #[arg(value_name = "FILE")]
    pub(crate) to: PathBuf,
    #[command(flatten)]
    pub(crate) which: WhichJournal,
}

/// `ppob restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub(crate) backup: PathBuf,
    /// Move the journal aside that is there now; it is kept.
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) which: WhichJournal,
}

/// `ppob doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) file: ConfigFile,
    /// Answer with JSON for scripts.
    #[arg(long)]
    pub(crate) json: bool,
}
