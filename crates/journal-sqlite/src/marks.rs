//! What a backup and a restore leave in a file, for whoever looks into it without its key: moments, and
//! nothing about anybody. They stand in a table that only such files have.

use ppob_types::Timestamp;
use rusqlite::Connection;

/// When a file was copied from a journal that works on.
const BACKUP_TAKEN_AT: &str = "backup_taken_at";
const RESTORED_TAKEN_AT: &str = "restored_taken_at";
const RESTORED_AT: &str = "restored_at";
/// Whether an opening has told it to the engine (0 or 1).
const TAKEN_OVER: &str = "taken_over";

const TABLE: &str = "CREATE TABLE IF NOT EXISTS mark (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID";
const PUT: &str =
    "INSERT INTO mark VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";

/// That a journal came out of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreMark {
    /// Payments after this moment are missing.
    pub taken_at: Timestamp,
    /// When the backup was put back.
    pub restored_at: Timestamp,
    /// Whether the journal was opened since, so that the engine knows.
    pub taken_over: bool,
}

pub(crate) fn mark_backup(connection: &Connection, taken_at: Timestamp) -> rusqlite::Result<()> {
    connection.execute_batch(TABLE)?;
    put(connection, BACKUP_TAKEN_AT, taken_at.as_micros())
}

/// The file is a journal again.
pub(crate) fn mark_restored(connection: &Connection, mark: &RestoreMark) -> rusqlite::Result<()> {
    connection.execute_batch(TABLE)?;
    connection.execute("DELETE FROM mark", [])?;
    put(connection, RESTORED_TAKEN_AT, mark.taken_at.as_micros())?;
    put(connection, RESTORED_AT, mark.restored_at.as_micros())?;
    put(connection, TAKEN_OVER, i64::from(mark.taken_over))
}

pub(crate) fn backup(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    Ok(get(connection, BACKUP_TAKEN_AT)?.map(Timestamp::from_micros))
}

pub(crate) fn restored(connection: &Connection) -> rusqlite::Result<Option<RestoreMark>> {
    let taken_at = get(connection, RESTORED_TAKEN_AT)?;
    let restored_at = get(connection, RESTORED_AT)?;
    let taken_over = get(connection, TAKEN_OVER)? == Some(1);
    Ok(taken_at.zip(restored_at).map(|(taken_at, restored_at)| RestoreMark {
        taken_at: Timestamp::from_micros(taken_at),
        restored_at: Timestamp::from_micros(restored_at),
        taken_over,
    }))
}

fn put(connection: &Connection, name: &str, value: i64) -> rusqlite::Result<()> {
    connection.execute(PUT, (name, value)).map(drop)
}

fn get(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    if !connection.table_exists(None, "mark")? {
        return Ok(None);
    }
    let mut statement = connection.prepare("SELECT value FROM mark WHERE name = ?1")?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(|row| row.get(0)).transpose()
}
