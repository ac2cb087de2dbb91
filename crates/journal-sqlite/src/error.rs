//! What can go wrong, in words for people.

use std::path::PathBuf;

use ppob_journal::JournalError;
use ppob_seal::{KeyError, UnlockError};
use ppob_types::Timestamp;
use rusqlite::ErrorCode;

use crate::SendsError;

/// Why a journal cannot be opened. Nothing was changed, and no payment was touched.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another opening in this one, holds the journal.
    #[error(
        "the journal {0} is in use by another process; stop that one first, or give this one a journal of its own"
    )]
    InUse(PathBuf),
    /// The directory is not there.
    #[error(
        "the directory of the journal {0} does not exist; create it, or set another journal path"
    )]
    DirectoryMissing(PathBuf),
    /// There is no journal.
    #[error("there is no journal at {0}; nothing was done")]
    Missing(PathBuf),
    /// The path is a directory, a device or the like.
    #[error("the journal path {0} is no file; set the path of a file, it is created if missing")]
    NotAFile(PathBuf),
    /// The file is something else.
    #[error(
        "the file {0} is no journal of this engine; set another journal path, and leave that file alone"
    )]
    NotAJournal(PathBuf),
    /// The file is broken.
    #[error(
        "the journal {path} is damaged ({cause}); do not start with an empty one, or payments that are under way could be made twice: nothing that was backed up is lost: restore the latest backup (`ppob restore`), or have the file repaired"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        cause: String,
    },
    /// A restore broke off.
    #[error(
        "a restore of the journal {0} is not finished; start nothing on it, or payments could be made twice: restore the backup again"
    )]
    RestoreUnfinished(PathBuf),
    /// The file is a backup that was put there by other means than a restore.
    #[error(
        "the file {0} is a backup and no journal: payments made after it are unknown to it and would be made twice, and nothing was changed; move it elsewhere and put it back from there with `ppob restore`"
    )]
    IsBackup(PathBuf),
    /// It goes on elsewhere.
    #[error(
        "the journal {path} has moved to {place} ({} WIB) and goes on there: started here again, payments would be made twice; set `journal.url` to that database, and keep this file as a copy of the past",
        at.wib()
    )]
    Moved {
        /// Which file.
        path: PathBuf,
        /// Where it is now.
        place: String,
        /// Since when.
        at: Timestamp,
    },
    /// The file was written by a later version of this program.
    #[error(
        "the journal {path} has schema version {found}, this program knows up to {known}; start the newer program again"
    )]
    TooNew {
        /// Which file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The latest version this program knows.
        known: i64,
    },
    /// The file, its directory or its disk cannot be written.
    #[error(
        "the journal {0} cannot be written; give this user the right to write the file and its directory, and check that the disk is not mounted read-only"
    )]
    ReadOnly(PathBuf),
    /// The master key cannot be had.
    #[error(
        "the journal {path} cannot be opened without its key, and nothing was changed: {cause}"
    )]
    Key {
        /// Which journal.
        path: PathBuf,
        /// What is wrong with the key.
        cause: KeyError,
    },
    /// The key file beside the journal is not there.
    #[error(
        "the journal {path} is sealed with the key {needed}, but its key file {file} is not there, and nothing was changed; put the file back from your backup of it, or set `journal.key` if the key is kept elsewhere; without it nobody can read the journal"
    )]
    KeyFileMissing {
        /// Which journal.
        path: PathBuf,
        /// The file that is not there.
        file: PathBuf,
        /// The ids of the keys that are needed.
        needed: String,
    },
    /// The keys in the journal are wrapped by another master key.
    #[error(
        "the journal {path} cannot be read with the keys that were given, and nothing was changed: {cause}; give the key of that name, as the journal's key or as an old one, and never start with an empty journal instead"
    )]
    Locked {
        /// Which journal.
        path: PathBuf,
        /// Which key is missing or wrong.
        cause: UnlockError,
    },
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
    /// Anything else.
    #[error("the journal {path} cannot be opened: {cause}")]
    Other {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

impl OpenError {
    pub(crate) fn from_sqlite(path: PathBuf, error: &rusqlite::Error) -> Self {
        let cause = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAJournal(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, cause },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly(path),
            _ => Self::Other { path, cause },
        }
    }

    pub(crate) fn from_io(path: PathBuf, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly(path)
            }
            _ => Self::Other { path, cause: error.to_string() },
        }
    }
}

/// An error of one read, or of one write that was rolled back alone: nothing was changed.
pub(crate) fn unchanged(error: &rusqlite::Error) -> JournalError {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => match failure.code {
            ErrorCode::ConstraintViolation => {
                JournalError::RuleBroken(message.clone().unwrap_or_else(|| failure.to_string()))
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                JournalError::Corrupt(error.to_string())
            }
            _ => JournalError::Unavailable(error.to_string()),
        },
        _ => JournalError::Corrupt(error.to_string()),
    }
}

pub(crate) fn closed() -> JournalError {
    JournalError::Unavailable("it was closed".to_owned())
}
