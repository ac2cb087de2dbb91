//! Opening: the file, its lock, its schema.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ppob_journal::{Opened, Restored};
use ppob_journal_durable::sealed::{Seal, document_content};
use ppob_types::{CrashPoint, Timestamp, crash_point};
use rusqlite::Connection;

use crate::connection::WriteConnection;
use crate::keys::{self, KeySource, Keys};
use crate::leave::{Moved, moved};
use crate::marks::{self, RestoreMark, mark_restored};
use crate::{OpenError, chain, functions, sql};

const APPLICATION_ID: i64 = 1_347_440_450;

/// A journal that is open, locked, and of the latest schema.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) writer: WriteConnection,
    pub(crate) opened: Opened,
    pub(crate) lock: FileLock,
    pub(crate) keys: Keys,
}

/// Holds the lock file; the operating system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FileLock(
    #[expect(dead_code, reason = "the lock lives as long as the file")] File,
);

pub(crate) fn open(path: &Path, source: &KeySource) -> Result<Ready, OpenError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        return Err(OpenError::DirectoryMissing(path.to_owned()));
    }
    if path.exists() && !path.is_file() {
        return Err(OpenError::NotAFile(path.to_owned()));
    }
    let lock = lock(path)?;
    // A journal that was moved aside must not be followed by an empty one.
    if restoring(path).exists() {
        return Err(OpenError::RestoreUnfinished(path.to_owned()));
    }
    let created = create(path).map_err(|error| OpenError::from_io(path.to_owned(), &error))?;
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let writer = WriteConnection::open(path).map_err(failed)?;
    let found = found_version(path, &writer.connection)?;
    // Nothing would freeze the providers, and serials would be given out a second time.
    if marks::backup(&writer.connection).map_err(failed)?.is_some() {
        return Err(OpenError::IsBackup(path.to_owned()));
    }
    if let Some(Moved { place, at, .. }) = moved(&writer.connection).map_err(failed)? {
        return Err(OpenError::Moved { path: path.to_owned(), place, at });
    }
    let keys = keys::unlock(path, &writer.connection, source)?;
    functions::register(&writer.connection, &keys.sealer).map_err(failed)?;
    migrate(path, &writer.connection, found, &keys)?;
    leave_no_trace(&writer, found).map_err(failed)?;
    take_over_restore(path, &writer.connection, &keys)?;
    let opened = begin_epoch(&writer.connection).map_err(failed)?;
    if created {
        // Makes the new file's name durable, as its contents are.
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|error| OpenError::from_io(path.to_owned(), &error))?;
    }
    Ok(Ready { writer, opened, lock, keys })
}

/// The file that stands beside a journal while a backup is being put in its place.
pub(crate) fn restoring(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".restoring");
    PathBuf::from(name)
}

pub(crate) fn lock(path: &Path) -> Result<FileLock, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(PathBuf::from(name))
        .map_err(|error| OpenError::from_io(path.to_owned(), &error))?;
    match file.try_lock() {
        Ok(()) => Ok(FileLock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::from_io(path.to_owned(), &error)),
    }
}

/// Creates the file if it is missing, for this user's eyes only: it will hold personal data. SQLite
/// gives its companion files the same rights.
fn create(path: &Path) -> std::io::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// The schema's version, if this program knows it.
fn found_version(path: &Path, connection: &Connection) -> Result<i64, OpenError> {
    let known = i64::try_from(sql::MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found = schema_version(connection)
        .map_err(|error| OpenError::from_sqlite(path.to_owned(), &error))?
        .ok_or_else(|| OpenError::NotAJournal(path.to_owned()))?;
    if found > known {
        return Err(OpenError::TooNew { path: path.to_owned(), found, known });
    }
    Ok(found)
}

/// Brings the schema up to date, each step in a transaction of its own.
fn migrate(path: &Path, connection: &Connection, found: i64, keys: &Keys) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    // A step may build a table anew that others refer to; what it leaves is checked as a whole.
    connection.pragma_update(None, "foreign_keys", false).map_err(failed)?;
    let mut keys_kept = keys.kept;
    for (version, migration) in (1..).zip(sql::MIGRATIONS).filter(|(v, _)| *v > found) {
        let transaction = connection.unchecked_transaction().map_err(failed)?;
        transaction.execute_batch(migration).map_err(failed)?;
        if !keys_kept && connection.table_exists(None, "sealed_key").map_err(failed)? {
            // With what they have just sealed, or not at all.
            keys::keep(path, connection, &keys.sealer, &keys.master)?;
            keys_kept = true;
        }
        if connection.table_exists(None, "chain").map_err(failed)? {
            chain::append(connection, None).map_err(failed)?;
        }
        let broken = "SELECT count(*) FROM pragma_foreign_key_check";
        let broken: i64 = transaction.query_row(broken, [], |row| row.get(0)).map_err(failed)?;
        if broken > 0 {
            let cause = format!("{broken} rows refer to rows that are not there");
            return Err(OpenError::Damaged { path: path.to_owned(), cause });
        }
        transaction.execute("UPDATE schema_version SET version = ?1", [version]).map_err(failed)?;
        crash_point(CrashPoint::BeforeMigration);
        transaction.commit().map_err(failed)?;
        crash_point(CrashPoint::AfterMigration);
    }
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)
}

/// Finishes what sealing anew began, also if the process that began it was killed: the file is written
/// anew, so that no page keeps what was plain, or sealed with an earlier key.
pub(crate) fn leave_no_trace(writer: &WriteConnection, found: i64) -> rusqlite::Result<()> {
    let connection = &writer.connection;
    let due: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if due == 0 {
        return Ok(());
    }
    // A journal that was just created never held anything.
    if found > 0 {
        tracing::info!("what is sealed anew is in the journal; its file is written anew, too");
        writer.rewrite()?;
    }
    connection.pragma_update(None, "user_version", 0)?;
    writer.empty_log()
}

/// Tells the engine, by a document, that the journal came out of a backup.
fn take_over_restore(path: &Path, connection: &Connection, keys: &Keys) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let Some(mark) = marks::restored(connection).map_err(failed)?.filter(|mark| !mark.taken_over)
    else {
        return Ok(());
    };
    let other = |cause: String| OpenError::Other { path: path.to_owned(), cause };
    let RestoreMark { taken_at, restored_at, .. } = mark;
    let restored = Restored { taken_at, restored_at, providers_frozen: false };
    let json = serde_json::to_string(&restored).map_err(|error| other(error.to_string()))?;
    let content = Seal::new(Arc::clone(&keys.sealer))
        .seal_text(&document_content(Restored::DOCUMENT), &json)
        .map_err(|error| other(error.to_string()))?;
    let both = connection.unchecked_transaction().map_err(failed)?;
    both.execute(sql::DOCUMENT_PUT, (Restored::DOCUMENT, content)).map_err(failed)?;
    let moments = (restored_at.as_micros(), taken_at.as_micros());
    both.execute(sql::RESTORE_INSERT, moments).map_err(failed)?;
    chain::append(&both, Some(restored_at)).map_err(failed)?;
    mark_restored(&both, &RestoreMark { taken_over: true, ..mark }).map_err(failed)?;
    both.commit().map_err(failed)
}

/// 0 for an empty file; `None` if the file belongs to something else.
pub(crate) fn schema_version(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    if number("SELECT count(*) FROM sqlite_schema")? == 0 {
        return Ok(Some(0));
    }
    if number("PRAGMA application_id")? != APPLICATION_ID {
        return Ok(None);
    }
    number("SELECT version FROM schema_version").map(Some)
}

pub(crate) fn begin_epoch(connection: &Connection) -> rusqlite::Result<Opened> {
    let epoch: i64 = connection.query_row(sql::META_ADD, ("owner_epoch", 1), |row| row.get(0))?;
    Ok(Opened {
        owner_epoch: u64::try_from(epoch).unwrap_or_default(),
        time_high_water: high_water(connection)?,
    })
}

/// The latest time that was recorded.
pub(crate) fn high_water(connection: &Connection) -> rusqlite::Result<Timestamp> {
    let mut statement = connection.prepare_cached(sql::META_GET)?;
    let micros = statement.query_row(["time_high_water"], |row| row.get(0))?;
    Ok(Timestamp::from_micros(micros))
}
