//! Pages of payments, of which one that cannot be read does not hide the others.

use ppob_journal::StoredPayment;
use ppob_journal_durable::sealed::Seal;
use rusqlite::{Connection, Params, Row};

use super::Answer;
use crate::error::unchanged;
use crate::rows;

/// How many rows that cannot be read one message names.
const NAMED: usize = 10;

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
    tell(&unreadable);
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

/// Says which ones a person must look at, and nothing of what is in them.
fn tell(unreadable: &[i64]) {
    if unreadable.is_empty() {
        return;
    }
    let count = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
    metrics::counter!("ppob_journal_unreadable_rows_total").increment(count);
    let named = unreadable.get(..NAMED).unwrap_or(unreadable);
    tracing::error!(
        count,
        serials = ?named,
        "payments in the journal cannot be read and are left out; their customers stay guarded, a \
         person must look"
    );
}
