//! The chain of hashes in the database: see `migrations/0007_chain.sql`.

mod check;

use ppob_journal_durable::chain::{Added, Fields, Head, Link};
use ppob_types::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};

pub(crate) use self::check::check;
use crate::{rows, sql};

/// Adds a row over what the transaction has added, if it has, and says what the head is then. `at` is the
/// latest time that the commit states.
pub(crate) fn append(
    connection: &Connection,
    at: Option<Timestamp>,
) -> rusqlite::Result<Option<Head>> {
    let last = head(connection)?;
    let before = last.unwrap_or_default();
    let added = added(connection, &before, i64::MAX, i64::MAX)?;
    let Some(link) = before.next(&added, at) else {
        return Ok(last.map(|last| last.head()));
    };
    connection.prepare_cached(sql::CHAIN_INSERT)?.execute((
        link.number,
        before.hash,
        link.hash,
        link.last_event,
        link.last_fact,
        link.at,
    ))?;
    Ok(Some(link.head()))
}

/// The newest row.
pub(crate) fn head(connection: &Connection) -> rusqlite::Result<Option<Link>> {
    connection.prepare_cached(sql::CHAIN_HEAD)?.query_row([], rows::link).optional()
}

/// What was added behind `before`, up to these sequences.
pub(crate) fn added(
    connection: &Connection,
    before: &Link,
    last_event: i64,
    last_fact: i64,
) -> rusqlite::Result<Added> {
    let mut hasher = Fields::new();
    let mut added = Added::behind(before);
    let mut statement = connection.prepare_cached(sql::CHAIN_EVENTS)?;
    let mut rows = statement.query((before.last_event, last_event))?;
    while let Some(row) = rows.next()? {
        added.last_event = row.get(0)?;
        added.events += 1;
        hash_row(&mut hasher, row, 8)?;
    }
    hasher.text("facts");
    let mut statement = connection.prepare_cached(sql::CHAIN_FACTS)?;
    let mut rows = statement.query((before.last_fact, last_fact))?;
    while let Some(row) = rows.next()? {
        added.last_fact = row.get(0)?;
        added.facts += 1;
        hash_row(&mut hasher, row, 4)?;
    }
    added.hash = hasher.finish();
    Ok(added)
}

/// Adds a value of SQLite.
pub(crate) fn hash_value(hasher: &mut Fields, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => hasher.null(),
        ValueRef::Integer(number) => hasher.integer(number),
        ValueRef::Real(number) => hasher.real(number),
        ValueRef::Text(text) => hasher.text(text),
        ValueRef::Blob(bytes) => hasher.bytes(bytes),
    }
}

fn hash_row(hasher: &mut Fields, row: &Row<'_>, columns: usize) -> rusqlite::Result<()> {
    (0..columns).try_for_each(|column| {
        hash_value(hasher, row.get_ref(column)?);
        Ok(())
    })
}
