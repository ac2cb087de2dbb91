//! A new data key, and everything sealed with it.

use std::path::Path;
use std::sync::Arc;

use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sends;
use ppob_seal::{KeyId, Place, Sealer, sealed_with};
use ppob_types::{CrashPoint, crash_point};
use rusqlite::{Connection, Row};

use crate::keys::{self, KeySource, Keys};
use crate::{OpenError, SendSettings, functions, open};

/// How many rows share one commit.
const BATCH: i64 = 256;

/// What was done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many sealed values were looked at.
    pub seen: u64,
    /// How many of them were sealed anew.
    pub resealed: u64,
}

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The number of the data key that everything is sealed with now.
    pub data_key: u32,
    /// Whether an earlier rotation, which did not come to its end, was finished.
    pub continued: bool,
    /// The master key that wraps the keys now.
    pub master: KeyId,
    /// The sealed values.
    pub values: Progress,
}

/// A sealed column: its place is told by its name and what `row` says, as in `ppob_journal_durable::sealed`.
#[derive(Debug)]
struct Sealed {
    table: &'static str,
    column: &'static str,
    row: &'static [&'static str],
}

/// Every sealed column. A new one stands here and in the trigger `sealed_key_in_use_stays`, which a
/// test compares.
const COLUMNS: [Sealed; 9] = [
    Sealed { table: "payment", column: "request", row: &["consumer", "payment_id"] },
    Sealed { table: "payment", column: "value", row: &["consumer", "payment_id"] },
    Sealed { table: "inquiry", column: "value", row: &["consumer", "inquiry_id"] },
    Sealed { table: "document", column: "content", row: &["name"] },
    Sealed { table: "unlisted_reply", column: "text", row: &["provider", "text_index"] },
    Sealed {
        table: "audit",
        column: "reason",
        row: &[
            "operator",
            "actor",
            "coalesce(second_actor, '')",
            "action",
            "subject",
            "CAST(at AS TEXT)",
        ],
    },
    Sealed {
        table: "note",
        column: "text",
        row: &[
            "(SELECT consumer FROM payment WHERE serial = payment_serial)",
            "(SELECT payment_id FROM payment WHERE serial = payment_serial)",
            "operator",
            "actor",
            "CAST(at AS TEXT)",
        ],
    },
    Sealed { table: "deposit", column: "reference", row: &["deposit_id"] },
    Sealed {
        table: "proposal",
        column: "evidence",
        row: &[
            "(SELECT consumer FROM payment WHERE serial = payment_serial)",
            "(SELECT payment_id FROM payment WHERE serial = payment_serial)",
            "CAST(attempt AS TEXT)",
            "CAST(at AS TEXT)",
        ],
    },
];

/// Draws a new data key, seals everything with it, wraps it with the current master key and forgets the
/// old one. The send journal gets a new key for what it holds from now on. The engine must not run: the journal's lock is taken. It may be killed at any point; asked
/// again it goes on where it was. Blocks for as long as the journal is large.
///
/// # Errors
/// [`OpenError`]: the journal stays readable with the same keys, and asking again goes on.
pub fn rotate(
    path: &Path,
    source: &KeySource,
    settings: &SendSettings,
    progress: &mut dyn FnMut(Progress),
) -> Result<Rotated, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()));
    }
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let ready = open::open(path, source)?;
    let connection = &ready.writer.connection;
    let Keys { sealer, master, .. } = keys::unlock(path, connection, source)?;
    let mut sealer = Arc::into_inner(sealer).ok_or_else(|| damaged(path, "its keys are in use"))?;
    let continued = sealer.data_keys().count() > 1;
    if !continued {
        sealer.add_data_key().map_err(|error| damaged(path, &error.to_string()))?;
    }
    // Before anything is sealed with the new key; with the current master key from here on.
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    keys::keep(path, connection, &sealer, &master)?;
    transaction.commit().map_err(failed)?;
    crash_point(CrashPoint::RotationBegun);
    let directory = settings.directory(path);
    sends::rotate(&directory, &master).map_err(|cause| OpenError::Sends { directory, cause })?;

    let sealer = Arc::new(sealer);
    functions::register(connection, &sealer).map_err(failed)?;
    let mut values = Progress { seen: 0, resealed: 0 };
    for column in &COLUMNS {
        let mut after = 0;
        while let Some(last) = reseal(path, connection, &sealer, column, after, &mut values)? {
            after = last;
            crash_point(CrashPoint::RotationOnItsWay);
            progress(values);
        }
    }
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    transaction
        .execute("DELETE FROM sealed_key WHERE number NOT IN (0, ?1)", [sealer.current()])
        .map_err(failed)?;
    transaction.pragma_update(None, "user_version", 1).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    open::leave_no_trace(&ready.writer, 1).map_err(failed)?;
    Ok(Rotated {
        data_key: sealer.current(),
        continued,
        master: master.current().id().clone(),
        values,
    })
}

/// Seals the rows behind `after` anew, as many as share a commit. Says which was the last one; `None`
/// at the end.
fn reseal(
    path: &Path,
    connection: &Connection,
    sealer: &Sealer,
    column: &Sealed,
    after: i64,
    values: &mut Progress,
) -> Result<Option<i64>, OpenError> {
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let rows = rows(&transaction, column, after).map_err(failed)?;
    let update = format!(
        "UPDATE {table} SET {column} = ?2 WHERE rowid = ?1",
        table = column.table,
        column = column.column
    );
    let mut last = None;
    for (row, place, sealed) in rows {
        last = Some(row);
        values.seen = values.seen.saturating_add(1);
        // Empty once it was erased.
        if sealed.is_empty() || sealed_with(&sealed) == Some(sealer.current()) {
            continue;
        }
        let plain = sealer.open(&place, &sealed).map_err(|error| {
            let Sealed { table, column, .. } = column;
            damaged(path, &format!("{column} of row {row} of {table} does not open: {error}"))
        })?;
        let anew =
            sealer.seal(&place, &plain).map_err(|error| damaged(path, &error.to_string()))?;
        transaction
            .prepare_cached(&update)
            .and_then(|mut update| update.execute((row, anew)))
            .map_err(failed)?;
        values.resealed = values.resealed.saturating_add(1);
    }
    transaction.commit().map_err(failed)?;
    Ok(last)
}

/// Row, place and sealed value.
fn rows(
    connection: &Connection,
    column: &Sealed,
    after: i64,
) -> rusqlite::Result<Vec<(i64, Place, Vec<u8>)>> {
    let Sealed { table, column: name, row } = column;
    let select = format!(
        "SELECT rowid, {name}, {} FROM {table} WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        row.join(", ")
    );
    let place = format!("{table}.{name}");
    let read = |found: &Row<'_>| {
        let parts = (2..row.len().saturating_add(2))
            .map(|index| found.get(index))
            .collect::<rusqlite::Result<Vec<String>>>()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Ok((found.get(0)?, Place::new(&place, &parts), found.get(1)?))
    };
    let mut statement = connection.prepare_cached(&select)?;
    statement.query_map((after, integer(BATCH)), read)?.collect()
}

fn damaged(path: &Path, cause: &str) -> OpenError {
    OpenError::Damaged { path: path.to_owned(), cause: cause.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trigger_that_keeps_keys_in_use_looks_at_every_sealed_column_and_they_are_all_blobs() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let ready = open::open(&path, &KeySource::beside()).unwrap();
        let connection = &ready.writer.connection;
        let trigger: String = connection
            .query_row(
                "SELECT sql FROM sqlite_schema WHERE name = 'sealed_key_in_use_stays'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        for Sealed { table, column, .. } in &COLUMNS {
            let part = format!("FROM {table} WHERE hex(substr({column}, 2, 4))");
            assert!(trigger.contains(&part), "{part}");
        }
        let mut statement = connection
            .prepare(
                "SELECT schema.name || '.' || info.name
                 FROM sqlite_schema AS schema, pragma_table_info(schema.name) AS info
                 WHERE schema.type = 'table' AND info.type = 'BLOB'
                     AND info.name NOT IN (
                         'wrapped', 'fingerprint_index', 'digest', 'hash', 'previous'
                     )
                 ORDER BY 1",
            )
            .unwrap();
        let blobs: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut listed: Vec<String> =
            COLUMNS.iter().map(|one| format!("{}.{}", one.table, one.column)).collect();
        listed.sort();
        assert_eq!(blobs, listed, "a sealed column that a rotation would forget");
    }
}
