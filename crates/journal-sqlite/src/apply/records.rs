//! Records besides payments.

use std::ops::RangeInclusive;

use ppob_journal::StoredInquiry;
use ppob_journal_durable::columns::inquiries_kept_since;
use ppob_journal_durable::decode::{integer, natural};
use ppob_seal::BlindIndex;
use ppob_types::Timestamp;
use rusqlite::Connection;

use super::Failure;
use crate::sql;

/// Saves an inquiry, given also as what is kept of it, and forgets a few that expired long ago.
pub(crate) fn forget_and_save_inquiry(
    connection: &Connection,
    inquiry: &StoredInquiry,
    customer: &BlindIndex,
    value: &[u8],
) -> Result<(), Failure> {
    let before = inquiries_kept_since(inquiry.answered_at);
    connection.prepare_cached(sql::INQUIRY_FORGET)?.execute([before])?;
    connection.prepare_cached(sql::INQUIRY_PUT)?.execute((
        inquiry.consumer.as_str(),
        inquiry.id.as_str(),
        customer.as_str(),
        inquiry.expires_at.as_micros(),
        value,
    ))?;
    Ok(())
}

pub(crate) fn save_document(
    connection: &Connection,
    name: &str,
    content: &[u8],
) -> Result<(), Failure> {
    connection.prepare_cached(sql::DOCUMENT_PUT)?.execute((name, content))?;
    Ok(())
}

/// Reserves the next `count` serials.
pub(crate) fn reserve_serials(
    connection: &Connection,
    count: u64,
) -> Result<RangeInclusive<u64>, Failure> {
    let last: i64 = connection
        .prepare_cached(sql::META_ADD)?
        .query_row(("last_serial", integer(count)), |row| row.get(0))?;
    let last = natural(last)?;
    Ok(last.saturating_sub(count).saturating_add(1)..=last)
}

pub(crate) fn raise_time(connection: &Connection, moment: Timestamp) -> rusqlite::Result<()> {
    connection.prepare_cached(sql::META_RAISE)?.execute(("time_high_water", moment.as_micros()))?;
    Ok(())
}
