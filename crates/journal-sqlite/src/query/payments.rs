//! Pages of payments, of which one that cannot be read does not hide the others.

use ppob_journal::StoredPayment;
use ppob_journal_durable::sealed::Seal;
use ppob_journal_durable::unreadable;
use rusqlite::{Connection, Params, Row};

use super::Answer;
use crate::error::unchanged;
use crate::rows;

/// Up to `limit` payments of a statement that states no limit itself: its rows are taken one by one,
/// so that those that cannot be read neither fill a page nor end it early.
pub(super) fn payments(
    connection: &Connection,
    seal: &Seal,
    statement: &str,
    parameters: impl Params,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    let mut unreadable = Vec::new();
    let page = read(connection, seal, statement, parameters, limit, &mut unreadable);
    unreadable::tell(&unreadable);
    page.map_err(|error| unchanged(&error))
}

fn read(
    connection: &Connection,
    seal: &Seal,
    statement: &str,
    parameters: impl Params,
    limit: usize,
    unreadable: &mut Vec<i64>,
) -> rusqlite::Result<Vec<StoredPayment>> {
    let mut page = Vec::new();
    let mut statement = connection.prepare_cached(statement)?;
    let mut rows = statement.query(parameters)?;
    while page.len() < limit
        && let Some(row) = rows.next()?
    {
        match decode(row, seal) {
            Some(stored) => page.push(stored),
            None => unreadable.push(row.get(0)?),
        }
    }
    Ok(page)
}

fn decode(row: &Row<'_>, seal: &Seal) -> Option<StoredPayment> {
    rows::payment(row).ok()?.decode(seal).ok()
}
