//! Payments by one key, and pages of them of which one that cannot be read does not hide the others.

use postgres_types::ToSql;
use ppob_journal::{Filter, JournalError, Page, StoredPayment};
use ppob_journal_durable::decode::{PaymentRow, integer};
use ppob_journal_durable::sealed::Seal;
use ppob_journal_durable::unreadable;
use ppob_types::{PaymentKey, ProviderName, ProviderRef};
use tokio_postgres::Row;

use super::Answer;
use super::filters::list_sql;
use crate::error::unread;
use crate::items::reference_text;
use crate::reader::Readers;
use crate::{rows, sql};

/// A statement whose last value is the most rows that it answers.
pub(crate) struct Ordered<'a> {
    pub(crate) statement: &'a str,
    pub(crate) values: &'a [&'a (dyn ToSql + Sync)],
}

pub(crate) async fn row_by_key(readers: &Readers, key: &PaymentKey) -> Answer<Option<PaymentRow>> {
    let (consumer, id) = (key.consumer.as_str(), key.id.as_str());
    read(readers.one(sql::PAYMENT_BY_KEY, &[&consumer, &id]).await?)
}

pub(crate) async fn by_key(
    readers: &Readers,
    seal: &Seal,
    key: &PaymentKey,
) -> Answer<Option<StoredPayment>> {
    row_by_key(readers, key).await?.map(|row| row.decode(seal)).transpose()
}

pub(crate) async fn by_serial(
    readers: &Readers,
    seal: &Seal,
    serial: u64,
) -> Answer<Option<StoredPayment>> {
    let row = read(readers.one(sql::PAYMENT_BY_SERIAL, &[&integer(serial)]).await?)?;
    row.map(|row| row.decode(seal)).transpose()
}

pub(crate) async fn by_reference(
    readers: &Readers,
    seal: &Seal,
    provider: &ProviderName,
    reference: &ProviderRef,
) -> Answer<Option<StoredPayment>> {
    let (provider, reference) = (provider.as_str(), reference_text(reference));
    let row = read(readers.one(sql::PAYMENT_BY_REFERENCE, &[&provider, &reference]).await?)?;
    row.map(|row| row.decode(seal)).transpose()
}

pub(crate) async fn list(
    readers: &Readers,
    seal: &Seal,
    filter: &Filter,
    slice: Page,
) -> Answer<Vec<StoredPayment>> {
    let (statement, values) = list_sql(seal, filter, slice);
    let values: Vec<&(dyn ToSql + Sync)> =
        values.iter().map(|value| value.as_ref() as &(dyn ToSql + Sync)).collect();
    page(readers, seal, Ordered { statement: &statement, values: &values }, slice.limit).await
}

/// Up to `limit` payments: rows that cannot be read neither fill a page nor end it early.
pub(crate) async fn page(
    readers: &Readers,
    seal: &Seal,
    ordered: Ordered<'_>,
    limit: usize,
) -> Answer<Vec<StoredPayment>> {
    let mut most = limit;
    loop {
        let asked = integer(most);
        let mut values = ordered.values.to_vec();
        values.push(&asked);
        let found = readers.all(ordered.statement, &values).await?;
        let rows = found.len();
        let mut serials = Vec::new();
        let mut payments = Vec::with_capacity(rows);
        for row in &found {
            match decode(row, seal) {
                Some(stored) => payments.push(stored),
                None => serials.push(row.try_get::<_, i64>(0).unwrap_or_default()),
            }
        }
        if payments.len() >= limit || rows < most {
            unreadable::tell(&serials);
            payments.truncate(limit);
            return Ok(payments);
        }
        most = most.saturating_add(serials.len().max(1));
    }
}

fn read(row: Option<Row>) -> Answer<Option<PaymentRow>> {
    row.map(|row| rows::payment(&row))
        .transpose()
        .map_err(|error: tokio_postgres::Error| unread(&error))
}

fn decode(row: &Row, seal: &Seal) -> Option<StoredPayment> {
    let decoded: Result<StoredPayment, JournalError> = rows::payment(row).ok()?.decode(seal);
    decoded.ok()
}
