//! Every read.

mod list;
mod operators;
mod payments;

use ppob_journal::{
    Cursor, JournalError, PaymentEvent, StoredInquiry, StoredPayment, UnlistedReply,
};
use ppob_types::{ConsumerId, InquiryId, PaymentKey, ProviderName, Timestamp};
use rusqlite::{Connection, OptionalExtension, Params, Row};

pub(crate) use self::list::list;
#[cfg(test)]
pub(crate) use self::list::list_sql;
#[cfg(test)]
pub(crate) use self::operators::audit_sql;
pub(crate) use self::operators::{audit_trail, deposits, dossier};
use self::payments::payments;
use crate::decode::{self, PaymentRow, from_json, integer};
use crate::error::unchanged;
use crate::sql;

type Answer<T> = Result<T, JournalError>;

pub(crate) fn load(connection: &Connection, key: &PaymentKey) -> Answer<Option<StoredPayment>> {
    let keys = (key.consumer.as_str(), key.id.as_str());
    let row = one(connection, sql::PAYMENT_BY_KEY, keys, PaymentRow::read)?;
    row.map(PaymentRow::decode).transpose()
}

pub(crate) fn open_payments(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    payments(connection, sql::OPEN_PAYMENTS, [integer(after)], limit)
}

pub(crate) fn due(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    payments(connection, sql::DUE, [now.as_micros()], limit)
}

pub(crate) fn late_charges(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    payments(connection, sql::LATE_CHARGES, [integer(after)], limit)
}

pub(crate) fn next_due(connection: &Connection) -> Answer<Option<Timestamp>> {
    let moment = one(connection, sql::NEXT_DUE, [], |row| row.get::<_, Option<i64>>(0))?;
    Ok(moment.flatten().map(Timestamp::from_micros))
}

pub(crate) fn events_after(
    connection: &Connection,
    cursor: Cursor,
    consumer: Option<&ConsumerId>,
    limit: usize,
) -> Answer<Vec<PaymentEvent>> {
    let (after, limit) = (integer(cursor.0), integer(limit));
    let read = |row: &Row<'_>| decode::EventRow::try_from(row);
    let rows = match consumer {
        None => all(connection, sql::EVENTS_OF_ALL, (after, limit), read),
        Some(consumer) => {
            let bounds = (after, limit, consumer.as_str());
            all(connection, sql::EVENTS_OF_CONSUMER, bounds, read)
        }
    }?;
    rows.into_iter().map(decode::event).collect()
}

pub(crate) fn latest_cursor(connection: &Connection) -> Answer<Cursor> {
    let latest = one(connection, sql::LATEST_CURSOR, [], |row| row.get(0))?;
    decode::natural(latest.unwrap_or(0)).map(Cursor)
}

pub(crate) fn inquiry(
    connection: &Connection,
    consumer: &ConsumerId,
    id: &InquiryId,
) -> Answer<Option<StoredInquiry>> {
    let keys = (consumer.as_str(), id.as_str());
    let json: Option<String> = one(connection, sql::INQUIRY_GET, keys, |row| row.get(0))?;
    json.map(|json| from_json(&json)).transpose()
}

pub(crate) fn document(connection: &Connection, name: &str) -> Answer<Option<String>> {
    one(connection, sql::DOCUMENT_GET, [name], |row| row.get(0))
}

pub(crate) fn unlisted_replies(
    connection: &Connection,
    provider: Option<&ProviderName>,
    limit: usize,
) -> Answer<Vec<UnlistedReply>> {
    let bounds = (provider.map(ProviderName::as_str), integer(limit));
    let rows =
        all(connection, sql::UNLISTED_REPLIES, bounds, |row| decode::UnlistedRow::try_from(row))?;
    rows.into_iter().map(decode::unlisted_reply).collect()
}

fn all<T>(
    connection: &Connection,
    statement: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Answer<Vec<T>> {
    let read_all = || -> rusqlite::Result<Vec<T>> {
        let mut statement = connection.prepare_cached(statement)?;
        statement.query_map(parameters, read)?.collect()
    };
    read_all().map_err(|error| unchanged(&error))
}

fn one<T>(
    connection: &Connection,
    statement: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Answer<Option<T>> {
    connection
        .prepare_cached(statement)
        .and_then(|mut statement| statement.query_row(parameters, read).optional())
        .map_err(|error| unchanged(&error))
}
