//! The journal that the configuration names: a file, or a database of PostgreSQL.

use std::fmt;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ppob_journal::Journal;
use ppob_journal_postgres::{Lost, PostgresJournal, PostgresSettings};
use ppob_journal_sqlite::{SqliteJournal, check_quickly};

use crate::compose::not_started;
use crate::config::{Loaded, database, key_source, sends_directory};
use crate::exit::Exit;
use crate::failure::Failure;

/// Where the journal is.
#[derive(Debug)]
pub(crate) enum Place {
    File(PathBuf),
    Database(Box<PostgresSettings>),
}

/// A journal that is open, and whoever tells that it is of no use any more.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) watched: Watched,
}

/// A journal that may be lost while it is used. A file is ours alone, so it is not.
#[derive(Clone, Debug)]
pub(crate) struct Watched(Option<Arc<PostgresJournal>>);

impl Place {
    /// Where the configuration says. Reads the secrets of a database.
    pub(crate) fn configured(loaded: &Loaded) -> Result<Self, Failure> {
        let journal = &loaded.config.journal;
        let database =
            database(journal, &loaded.place).map_err(|error| Failure::usage(error.to_string()))?;
        Ok(match database {
            Some(settings) => Self::Database(Box::new(settings)),
            None => Self::File(journal.path.clone()),
        })
    }

    /// Looks whether the configuration suffices to open it, and opens nothing.
    pub(crate) fn check(&self, loaded: &Loaded) -> Result<(), Failure> {
        match self {
            Self::File(_) => key_source(&loaded.config.journal, &loaded.place)
                .map(drop)
                .map_err(|error| Failure::usage(error.to_string())),
            Self::Database(settings) => {
                settings.check().map_err(|error| Failure::usage(error.to_string()))
            }
        }
    }

    /// Opens the journal, and puts in doubt again what it has forgotten. One engine at a time has it open.
    pub(crate) async fn open(&self, loaded: &Loaded) -> Result<Opened, Failure> {
        match self {
            Self::File(path) => {
                let journal = Arc::new(open_file(loaded, path)?);
                Ok(Opened { journal, watched: Watched(None) })
            }
            Self::Database(settings) => {
                let opened = PostgresJournal::open(settings).await;
                let journal = Arc::new(opened.map_err(|error| not_started(&error))?);
                let watched = Watched(Some(Arc::clone(&journal)));
                Ok(Opened { journal, watched })
            }
        }
    }
}

/// For people. The connection string holds a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Database(settings) => write!(
                f,
                "the database of `journal.url`, with the send journal {}",
                settings.sends_directory.display()
            ),
        }
    }
}

impl Watched {
    /// Waits until the journal writes nothing any more before a new start; for ever if all goes well.
    pub(crate) async fn lost(&self) -> Lost {
        match &self.0 {
            Some(journal) => journal.lost().await,
            None => pending().await,
        }
    }
}

fn open_file(loaded: &Loaded, path: &Path) -> Result<SqliteJournal, Failure> {
    if loaded.config.journal.check_at_start {
        check_quickly(path).map_err(|error| not_started(&error))?;
    }
    let keys = key_source(&loaded.config.journal, &loaded.place)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let journal = SqliteJournal::open_with_sends(path, &keys, &loaded.config.journal.sends())
        .map_err(|error| not_started(&error))?;
    if let Some(file) = journal.created_key_file() {
        tracing::warn!(
            key_file = %file.display(),
            "the key of the journal was made; keep a copy of it apart from the journal: without it \
             nobody can read the journal, and whoever has both can read everything"
        );
    }
    Ok(journal)
}

/// The journal's file, for a command that works on files. Where the journal is a database, the command is
/// refused with what is to be done there instead; `{sends}` stands for the send journal.
pub(crate) fn file_for<'a>(
    loaded: &'a Loaded,
    command: &str,
    instead: &str,
) -> Result<&'a Path, Failure> {
    let journal = &loaded.config.journal;
    if journal.url.is_none() {
        return Ok(&journal.path);
    }
    let sends = sends_directory(journal).display().to_string();
    let text = format!(
        "`{command}` works on a journal in a file, and this one is in a database (`journal.url`). Nothing was \
         done.\n{}",
        instead.replace("{sends}", &sends)
    );
    Err(Failure::new(Exit::Refused, text))
}
