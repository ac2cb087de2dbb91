//! Every read.

mod list;
mod operators;
mod payments;

use ppob_journal::{
    Cursor, JournalError, Page, PaymentEvent, StoredInquiry, StoredPayment, UnlistedReply,
};
use ppob_journal_durable::decode::{EventRow, integer, natural};
use ppob_journal_durable::sealed::{self, Seal};
use ppob_types::{
    ConsumerId, InquiryId, PaymentKey, ProviderName, ProviderRef, Retention, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Params, Row};

pub(crate) use self::list::list;
#[cfg(test)]
pub(crate) use self::list::list_sql;
#[cfg(test)]
pub(crate) use self::operators::audit_sql;
pub(crate) use self::operators::{audit_trail, deposits, dossier};
use self::payments::payments;
use crate::error::unchanged;
use crate::{rows, sql};

type Answer<T> = Result<T, JournalError>;

pub(crate) fn load(
    connection: &Connection,
    seal: &Seal,
    key: &PaymentKey,
) -> Answer<Option<StoredPayment>> {
    let keys = (key.consumer.as_str(), key.id.as_str());
    let row = one(connection, sql::PAYMENT_BY_KEY, keys, rows::payment)?;
    row.map(|row| row.decode(seal)).transpose()
}

pub(crate) fn load_by_serial(
    connection: &Connection,
    seal: &Seal,
    serial: u64,
) -> Answer<Option<StoredPayment>> {
    let row = one(connection, sql::PAYMENT_BY_SERIAL, [integer(serial)], rows::payment)?;
    row.map(|row| row.decode(seal)).transpose()
}

pub(crate) fn settled_by(
    connection: &Connection,
    seal: &Seal,
    provider: &ProviderName,
    reference: &ProviderRef,
) -> Answer<Option<StoredPayment>> {
    let place = (provider.as_str(), reference.as_str());
    let row = one(connection, sql::PAYMENT_BY_REFERENCE, place, rows::payment)?;
    row.map(|row| row.decode(seal)).transpose()
}

pub(crate) fn open_payments(
    connection: &Connection,
    seal: &Seal,
    after: u64,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    payments(connection, seal, sql::OPEN_PAYMENTS, [integer(after)], limit)
}

pub(crate) fn due(
    connection: &Connection,
    seal: &Seal,
    now: Timestamp,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    payments(connection, seal, sql::DUE, [now.as_micros()], limit)
}

/// Payments of these customers, given as a JSON list of their blind indexes.
pub(crate) fn payments_of(
    connection: &Connection,
    seal: &Seal,
    customers: &str,
    page: Page,
) -> Answer<Vec<StoredPayment>> {
    let before = page.before_serial.map_or(i64::MAX, integer);
    payments(connection, seal, sql::PAYMENTS_OF, (customers, before), page.limit)
}

/// Payments with an attempt at `provider` that began in `[from, until)`.
pub(crate) fn payments_of_provider(
    connection: &Connection,
    seal: &Seal,
    provider: &ProviderName,
    (from, until): (Timestamp, Timestamp),
    after: u64,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    let bounds = (provider.as_str(), from.as_micros(), until.as_micros(), integer(after));
    payments(connection, seal, sql::PAYMENTS_OF_PROVIDER, bounds, limit)
}

pub(crate) fn strippable(
    connection: &Connection,
    seal: &Seal,
    to: Retention,
    before: Timestamp,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    let kept = match to {
        Retention::Everything => "[]",
        Retention::NoRawAnswers => r#"["everything"]"#,
        Retention::NoPersonalData => r#"["everything", "no-raw-answers"]"#,
    };
    payments(connection, seal, sql::STRIPPABLE, (kept, before.as_micros()), limit)
}

pub(crate) fn late_charges(
    connection: &Connection,
    seal: &Seal,
    after: u64,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    payments(connection, seal, sql::LATE_CHARGES, [integer(after)], limit)
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
    let found = match consumer {
        None => all(connection, sql::EVENTS_OF_ALL, (after, limit), rows::event),
        Some(consumer) => {
            let bounds = (after, limit, consumer.as_str());
            all(connection, sql::EVENTS_OF_CONSUMER, bounds, rows::event)
        }
    }?;
    found.into_iter().map(EventRow::decode).collect()
}

pub(crate) fn latest_cursor(connection: &Connection) -> Answer<Cursor> {
    let latest = one(connection, sql::LATEST_CURSOR, [], |row| row.get(0))?;
    natural(latest.unwrap_or(0)).map(Cursor)
}

pub(crate) fn inquiry(
    connection: &Connection,
    seal: &Seal,
    consumer: &ConsumerId,
    id: &InquiryId,
) -> Answer<Option<StoredInquiry>> {
    let keys = (consumer.as_str(), id.as_str());
    let value: Option<Vec<u8>> = one(connection, sql::INQUIRY_GET, keys, |row| row.get(0))?;
    let place = sealed::inquiry_value(consumer.as_str(), id.as_str());
    value.map(|value| seal.open_json(&place, &value)).transpose()
}

pub(crate) fn document(connection: &Connection, seal: &Seal, name: &str) -> Answer<Option<String>> {
    let content: Option<Vec<u8>> = one(connection, sql::DOCUMENT_GET, [name], |row| row.get(0))?;
    let place = sealed::document_content(name);
    content.map(|content| seal.open_text(&place, &content)).transpose()
}

pub(crate) fn unlisted_replies(
    connection: &Connection,
    seal: &Seal,
    provider: Option<&ProviderName>,
    limit: usize,
) -> Answer<Vec<UnlistedReply>> {
    let bounds = (provider.map(ProviderName::as_str), integer(limit));
    let found = all(connection, sql::UNLISTED_REPLIES, bounds, rows::unlisted_reply)?;
    found.into_iter().map(|row| row.decode(seal)).collect()
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
