//! What can go wrong, in words for people.

use std::path::PathBuf;

use ppob_journal::JournalError;
use ppob_journal_durable::keys::NoKeys;
use ppob_journal_durable::sends::SendsError;
use tokio_postgres::error::SqlState;

/// Why a journal cannot be opened. No payment was touched.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The connection string cannot be read.
    #[error("`journal.url` cannot be read: {0}")]
    Url(String),
    /// The server is another machine, and nothing protects what is said to it.
    #[error(
        "`journal.url` names another machine and no TLS: whoever listens on the way reads the password; set `journal.ca` to the file with its certificate authority, or `journal.allow_plaintext = true` where the network is trusted"
    )]
    Plaintext,
    /// The file with certificates cannot be used.
    #[error("the certificates in {file} cannot be used: {cause}")]
    Certificates {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The server cannot be reached, or refuses.
    #[error("the journal's database cannot be used: {0}; nothing was changed")]
    Unreachable(String),
    /// The server would lose what it has acknowledged.
    #[error(
        "the journal's database has `{setting} = {value}`, so it could forget payments that it has acknowledged, and they would be made twice; set it to `on` and start again"
    )]
    NotDurable {
        /// Which setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// The server takes no writes.
    #[error(
        "the journal's database is a standby or read-only; name the primary in `journal.url`, or add `target_session_attrs=read-write` and all hosts"
    )]
    ReadOnly,
    /// The server is too old.
    #[error("the journal needs PostgreSQL 14 or later, this is {0}")]
    TooOld(String),
    /// The database has another encoding.
    #[error("the journal needs a database with the encoding UTF8, this one has {0}")]
    Encoding(String),
    /// The schema was written by a later version of this program.
    #[error(
        "the journal has schema version {found}, this program knows up to {known}; start the newer program again"
    )]
    TooNew {
        /// The version found.
        found: i64,
        /// The latest version this program knows.
        known: i64,
    },
    /// Another process works on it.
    #[error(
        "the journal is in use by another engine ({0}); stop that one first, or give this one a database of its own"
    )]
    InUse(String),
    /// A journal that was moved here is not to be opened yet.
    #[error(
        "the move of the journal {0} to this database is not finished; start neither of them: run `ppob migrate` again, it goes on where it was. Nothing was changed"
    )]
    MoveUnfinished(String),
    /// The keys in the journal do not open.
    #[error(
        "the journal cannot be read with the keys that were given, and nothing was changed: {0}; give the key of that name, as the journal's key or as an old one, and never start with an empty journal instead"
    )]
    Locked(#[from] NoKeys),
    /// The send journal cannot be used.
    #[error(
        "the send journal {directory} cannot be used, so nothing was started and nothing can be sent: {cause}"
    )]
    Sends {
        /// Its directory.
        directory: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: SendsError,
    },
    /// The send journal is another journal's.
    #[error(
        "the send journal {0} belongs to another journal: what was sent for that one would be put in doubt here; set `journal.sends` to a directory of its own"
    )]
    OthersSends(PathBuf),
    /// What the send journal shows could not be put in doubt.
    #[error("what was sent could not be put in doubt again, so nothing was started: {0}")]
    NotRemembered(JournalError),
}

impl From<tokio_postgres::Error> for OpenError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Unreachable(said(&error))
    }
}

/// What the server or the connection says. A detail may quote a row, and with it somebody's number.
pub(crate) fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(told) => format!("{} ({})", told.message(), told.code().code()),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        },
    }
}

/// An error of a read: nothing was changed.
pub(crate) fn unread(error: &tokio_postgres::Error) -> JournalError {
    let corrupt = [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED];
    if error.code().is_some_and(|code| corrupt.contains(code)) {
        return JournalError::Corrupt(said(error));
    }
    JournalError::Unavailable(said(error))
}

pub(crate) fn closed() -> JournalError {
    JournalError::Unavailable("it was closed".to_owned())
}
