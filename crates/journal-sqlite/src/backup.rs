//! A copy of a journal, taken while an engine works on it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ppob_journal_durable::files::{create_private_file, sync, sync_directory_of};
use ppob_types::{CrashPoint, Timestamp, crash_point};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use crate::connection::open_reader;
use crate::marks;
use crate::verify::{Verified, VerifyError, verify};

/// Why there is no backup. The journal is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Backups are never written over.
    #[error("there is a file {0} already; name another one, backups are never written over")]
    Exists(PathBuf),
    /// The journal cannot be read, or is not whole.
    #[error("{0}; there is no backup. Keep the latest one, and look at the disk")]
    Journal(#[source] VerifyError),
    /// The copy is not whole.
    #[error("the copy is not whole and was thrown away: {0}; look at the disk it was written to")]
    Copy(#[source] VerifyError),
    /// It cannot be written.
    #[error("the backup {path} cannot be written: {cause}; there is none")]
    NotWritten {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

/// Copies `journal` to `to` as it is at this moment, reads the copy back, and makes it durable. An engine
/// may work on the journal: it is only read, and no writer waits.
///
/// # Errors
/// [`BackupError`]; nothing is left at `to`.
pub fn back_up(journal: &Path, to: &Path, now: Timestamp) -> Result<Verified, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    if !journal.is_file() {
        return Err(BackupError::Journal(VerifyError::Missing(journal.to_owned())));
    }
    let partial = Partial::beside(to)?;
    copy(journal, &partial.0, now)?;
    crash_point(CrashPoint::BackupCopied);
    let verified = verify(&partial.0).map_err(BackupError::Copy)?;
    let not_written = |error: io::Error| BackupError::not_written(to, &error);
    sync(&partial.0).map_err(not_written)?;
    crash_point(CrashPoint::BackupChecked);
    fs::rename(&partial.0, to).map_err(not_written)?;
    sync_directory_of(to).map_err(not_written)?;
    Ok(verified)
}

fn copy(journal: &Path, to: &Path, now: Timestamp) -> Result<(), BackupError> {
    let failed = |error: rusqlite::Error| BackupError::not_written(to, &error);
    let source = open_reader(journal)
        .map_err(|error| BackupError::Journal(VerifyError::of(journal, &error)))?;
    let target = copy_pages(&source, to).map_err(failed)?;
    marks::mark_backup(&target, now).map_err(failed)?;
    target.close().map_err(|(_, error)| failed(error))
}

/// Fills the empty file `to` with all that `source` sees, its log included, as one view and one file.
pub(crate) fn copy_pages(source: &Connection, to: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(to, flags)?;
    // All pages in one step are one view of the journal, however much is written meanwhile.
    let step = Backup::new(source, &mut target)?.step(-1)?;
    if step != StepResult::Done {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            Some("the file is busy; try again".to_owned()),
        ));
    }
    let mode = target
        .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0))?;
    if mode == "delete" { Ok(target) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// A file that goes away unless it was renamed: for its owner's eyes only, it holds personal data.
pub(crate) struct Partial(pub(crate) PathBuf);

impl Partial {
    fn beside(to: &Path) -> Result<Self, BackupError> {
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".partial-{}", std::process::id()));
        let partial = Self(PathBuf::from(name));
        create_private_file(&partial.0).map_err(|error| BackupError::not_written(to, &error))?;
        Ok(partial)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for end in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            let _ = fs::remove_file(name);
        }
    }
}

impl BackupError {
    fn not_written(path: &Path, cause: &dyn std::fmt::Display) -> Self {
        Self::NotWritten { path: path.to_owned(), cause: cause.to_string() }
    }
}
