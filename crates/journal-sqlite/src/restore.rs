//! Putting a backup in the place of a journal.
//!
//! Payments made after the backup are unknown to it, so a repeated `payment_id` would be paid again. The
//! restored journal says so to the engine, which freezes every provider at its start. And it goes on with
//! serials that no attempt can have had: providers know earlier ones by them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ppob_journal_durable::decode::integer;
use ppob_journal_durable::files::{create_private_file, sync, sync_directory_of};
use ppob_journal_durable::serials;
use ppob_types::{CrashPoint, Timestamp, crash_point};

use crate::backup::copy_pages;
use crate::connection::open_reader;
use crate::marks::{RestoreMark, mark_restored};
use crate::open::{lock, restoring};
use crate::verify::{Verified, VerifyError, verify};
use crate::{OpenError, sql};

/// Why nothing was restored. Unless it says otherwise, everything is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup is not whole.
    #[error("{0}; nothing was restored. Take another backup")]
    Backup(#[source] VerifyError),
    /// There is a journal.
    #[error(
        "there is a journal {0} already; with --replace it is moved aside and kept. Nothing was restored"
    )]
    Exists(PathBuf),
    /// The journal is in use, or its directory cannot be used.
    #[error("{0}. Nothing was restored")]
    Journal(#[source] OpenError),
    /// The machine's clock cannot be right.
    #[error(
        "the machine's clock is behind the backup, which was taken at {} WIB; set it right first: what is restored must not take numbers that were given out before. Nothing was restored",
        taken_at.wib()
    )]
    ClockBehind {
        /// When the backup was taken.
        taken_at: Timestamp,
    },
    /// It cannot be written.
    #[error(
        "the journal {path} cannot be written: {cause}. The restore is not finished; the engine does not start until it is: repair that and restore again"
    )]
    NotWritten {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// The copy is not whole.
    #[error(
        "the restored copy is not whole: {0}. The restore is not finished; the engine does not start until it is: look at the disk and restore again"
    )]
    Copy(#[source] VerifyError),
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredJournal {
    /// What it holds.
    pub verified: Verified,
    /// Payments after this moment are missing.
    pub taken_at: Timestamp,
    /// Where the journal is now that was there before.
    pub moved_to: Option<PathBuf>,
}

/// Puts `backup` in the place of `journal`, which must not be in use. Where there is a journal, `replace`
/// moves it aside.
///
/// # Errors
/// [`RestoreError`].
pub fn restore(
    backup: &Path,
    journal: &Path,
    replace: bool,
    now: Timestamp,
) -> Result<RestoredJournal, RestoreError> {
    let verified = verify(backup).map_err(RestoreError::Backup)?;
    let taken_at = verified.taken_at.unwrap_or(verified.time_high_water);
    if now < taken_at.max(verified.time_high_water) {
        return Err(RestoreError::ClockBehind { taken_at });
    }
    let _lock = lock(journal).map_err(RestoreError::Journal)?;
    let unfinished = restoring(journal);
    if journal.exists() && !replace && !unfinished.exists() {
        return Err(RestoreError::Exists(journal.to_owned()));
    }
    let not_written = |error: io::Error| RestoreError::not_written(journal, &error);
    // From here on no engine starts until the last step has taken this file away.
    let _ = fs::remove_file(&unfinished);
    create_private_file(&unfinished).map_err(not_written)?;
    copy(backup, &unfinished, taken_at, now)
        .map_err(|error| RestoreError::not_written(journal, &error))?;
    verify(&unfinished).map_err(RestoreError::Copy)?;
    sync(&unfinished).and_then(|()| sync_directory_of(journal)).map_err(not_written)?;
    crash_point(CrashPoint::RestoreCopied);
    let moved_to = move_aside(journal, now).map_err(not_written)?;
    crash_point(CrashPoint::RestoreMovedAside);
    fs::rename(&unfinished, journal).map_err(not_written)?;
    crash_point(CrashPoint::RestoreRenamed);
    sync_directory_of(journal).map_err(not_written)?;
    let verified = verify(journal).map_err(RestoreError::Copy)?;
    Ok(RestoredJournal { verified, taken_at, moved_to })
}

/// Fills the file that was created for it, so that its rights stay; then marks it with what the engine
/// must know, and what must never be given out twice.
fn copy(backup: &Path, to: &Path, taken_at: Timestamp, now: Timestamp) -> rusqlite::Result<()> {
    let connection = copy_pages(&open_reader(backup)?, to)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let all = connection.unchecked_transaction()?;
    mark_restored(&all, &RestoreMark { taken_at, restored_at: now, taken_over: false })?;
    all.query_row(sql::META_ADD, ("last_serial", integer(serials::AHEAD)), |_| Ok(()))?;
    all.execute(sql::META_RAISE, ("last_serial", integer(serials::by_clock(now))))?;
    all.query_row(sql::META_ADD, ("owner_epoch", 1), |_| Ok(()))?;
    all.execute(sql::META_RAISE, ("owner_epoch", now.as_micros() / 1_000_000))?;
    all.execute(sql::META_RAISE, ("time_high_water", now.as_micros()))?;
    all.commit()?;
    connection.close().map_err(|(_, error)| error)
}

/// The journal with its log, under a name that stays together; nothing if there is none.
fn move_aside(journal: &Path, now: Timestamp) -> io::Result<Option<PathBuf>> {
    let aside = with_end(journal, &format!(".before-{}", now.as_micros() / 1_000));
    let mut moved = false;
    // The log first: without it the journal would have lost its latest payments.
    for end in ["-wal", ""] {
        let (from, to) = (with_end(journal, end), with_end(&aside, end));
        if from.exists() {
            fs::rename(from, to)?;
            moved = true;
        }
    }
    let shared_memory = with_end(journal, "-shm");
    if shared_memory.exists() {
        fs::remove_file(shared_memory)?;
    }
    Ok(moved.then_some(aside))
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

impl RestoreError {
    fn not_written(path: &Path, cause: &dyn std::fmt::Display) -> Self {
        Self::NotWritten { path: path.to_owned(), cause: cause.to_string() }
    }
}
