//! Options of the commands that look after a journal and a machine.

use std::path::PathBuf;

use clap::Args;
use ppob_provider::SecretRef;

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

/// `ppob migrate`.
#[derive(Debug, Args)]
#[command(after_long_help = MIGRATE, after_help = MIGRATE)]
pub(crate) struct Migrate {
    /// The journal that moves; without it the file `journal.path` of the configuration.
    #[arg(long, value_name = "sqlite:FILE", value_parser = sqlite_file)]
    pub(crate) from: Option<PathBuf>,
    /// Its send journal; without it the one that stands beside the file, or the configured one.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) sends: Option<PathBuf>,
    /// Where the connection string of the database stands, because it holds a password; without it
    /// `journal.url` of the configuration.
    #[arg(long, value_name = "env:NAME|file:FILE", value_parser = connection_string)]
    pub(crate) to: Option<SecretRef>,
    #[command(flatten)]
    pub(crate) file: ConfigFile,
    /// Answer with JSON for scripts.
    #[arg(long)]
    pub(crate) json: bool,
}

const MIGRATE: &str = "\
Stop the engine first, and back up. Everything is copied, read back, and held against the file and its chain of
hashes; then nobody can open the file any more, and the engine goes on with the database. If it breaks off, the
same command goes on; there is never a moment when both can be started.
";

fn sqlite_file(text: &str) -> Result<PathBuf, String> {
    match text.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => Err("only a file of SQLite moves: sqlite:FILE".to_owned()),
    }
}

fn connection_string(text: &str) -> Result<SecretRef, &'static str> {
    match text.split_once(':') {
        Some(("env", name)) if !name.is_empty() => Ok(SecretRef::Env(name.to_owned())),
        Some(("file", path)) if !path.is_empty() => Ok(SecretRef::File(PathBuf::from(path))),
        // What was written may be a password.
        _ => Err("a connection string is not written here but named: env:NAME or file:FILE"),
    }
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
