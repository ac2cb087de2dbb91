//! Every read.

mod filters;
mod operators;
mod payments;
#[cfg(test)]
mod plans;

use ppob_journal::{Cursor, JournalError, PaymentEvent, StoredInquiry, UnlistedReply};
use ppob_journal_durable::decode::{integer, natural};
use ppob_journal_durable::sealed::{self, Seal};
use ppob_types::{ConsumerId, InquiryId, ProviderName, Timestamp};
use tokio_postgres::Row;

pub(crate) use self::operators::{audit_trail, deposit, deposits, dossier};
pub(crate) use self::payments::{Ordered, by_key, by_reference, by_serial, list, page, row_by_key};
use crate::error::unread;
use crate::reader::Readers;
use crate::{rows, sql};

type Answer<T> = Result<T, JournalError>;

pub(crate) async fn next_due(readers: &Readers) -> Answer<Option<Timestamp>> {
    let moment: Option<i64> = value(readers.one(sql::NEXT_DUE, &[]).await?)?.flatten();
    Ok(moment.map(Timestamp::from_micros))
}

pub(crate) async fn events_after(
    readers: &Readers,
    cursor: Cursor,
    consumer: Option<&ConsumerId>,
    limit: usize,
) -> Answer<Vec<PaymentEvent>> {
    let (after, limit) = (integer(cursor.0), integer(limit));
    let found = match consumer.map(ConsumerId::as_str) {
        None => readers.all(sql::EVENTS_OF_ALL, &[&after, &limit]).await?,
        Some(consumer) => {
            readers.all(sql::EVENTS_OF_CONSUMER, &[&after, &limit, &consumer]).await?
        }
    };
    let events = found.iter().map(|row| rows::event(row).map_err(|error| unread(&error))?.decode());
    events.collect()
}

pub(crate) async fn latest_cursor(readers: &Readers) -> Answer<Cursor> {
    let latest = value(readers.one(sql::LATEST_CURSOR, &[]).await?)?;
    natural(latest.unwrap_or(0)).map(Cursor)
}

pub(crate) async fn inquiry(
    readers: &Readers,
    seal: &Seal,
    consumer: &ConsumerId,
    id: &InquiryId,
) -> Answer<Option<StoredInquiry>> {
    let (consumer, id) = (consumer.as_str(), id.as_str());
    let kept: Option<Vec<u8>> = value(readers.one(sql::INQUIRY_GET, &[&consumer, &id]).await?)?;
    let place = sealed::inquiry_value(consumer, id);
    kept.map(|kept| seal.open_json(&place, &kept)).transpose()
}

pub(crate) async fn document(readers: &Readers, seal: &Seal, name: &str) -> Answer<Option<String>> {
    let content: Option<Vec<u8>> = value(readers.one(sql::DOCUMENT_GET, &[&name]).await?)?;
    let place = sealed::document_content(name);
    content.map(|content| seal.open_text(&place, &content)).transpose()
}

pub(crate) async fn unlisted_replies(
    readers: &Readers,
    seal: &Seal,
    provider: Option<&ProviderName>,
    limit: usize,
) -> Answer<Vec<UnlistedReply>> {
    let (provider, limit) = (provider.map(ProviderName::as_str), integer(limit));
    let found = readers.all(sql::UNLISTED_REPLIES, &[&provider, &limit]).await?;
    let replies =
        found.iter().map(|row| rows::unlisted(row).map_err(|error| unread(&error))?.decode(seal));
    replies.collect()
}

/// The first column of a row.
fn value<T>(row: Option<Row>) -> Answer<Option<T>>
where
    T: for<'a> postgres_types::FromSql<'a>,
{
    row.map(|row| row.try_get(0)).transpose().map_err(|error| unread(&error))
}
