//! Taking raw answers and personal data out of what is kept.

use ppob_journal::{JournalError, Stripped};
use ppob_journal_durable::columns::unlisted_replies;
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::{self, Seal};
use ppob_types::{PaymentKey, Retention, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::Failure;
use crate::{rows, sql};

/// Strips the payment if it still has this version. What is kept is made of what stands in the row, not
/// of what a caller believes to stand there: nothing else can change on the way.
pub(crate) fn strip(
    connection: &Connection,
    seal: &Seal,
    key: &PaymentKey,
    version: u64,
    to: Retention,
) -> Result<Stripped, Failure> {
    let row = connection
        .prepare_cached(sql::PAYMENT_BY_KEY)?
        .query_row((key.consumer.as_str(), key.id.as_str()), rows::payment)
        .optional()?;
    let Some(row) = row.filter(|row| row.version == integer(version)) else {
        return Ok(Stripped::Stale);
    };
    let serial = row.serial;
    let before = row.decode(seal)?;
    if before.retention() >= to {
        return Ok(Stripped::Already);
    }
    let guard = before.guard_key();
    let unlisted = unlisted_replies(&before);
    let after = before.stripped(to);
    let value = seal.seal_json(&sealed::payment_value(key), &after.payment)?;
    match to {
        Retention::Everything => return Ok(Stripped::Already),
        Retention::NoRawAnswers => {
            connection.prepare_cached(sql::STRIP_RAW)?.execute((serial, value))?;
        }
        Retention::NoPersonalData => {
            let request = seal.seal_request(key, after.fingerprint, &after.request)?;
            connection.prepare_cached(sql::STRIP_PERSONAL)?.execute((serial, request, value))?;
            connection.prepare_cached(sql::NOTE_ERASE)?.execute([serial])?;
            connection.prepare_cached(sql::PROPOSAL_ERASE)?.execute([serial])?;
            for (provider, text) in &unlisted {
                let index = seal.reply(text);
                let reply = (provider.as_str(), index.as_str());
                connection.prepare_cached(sql::UNLISTED_FORGET)?.execute(reply)?;
                connection.prepare_cached(sql::UNLISTED_DISCOUNT)?.execute(reply)?;
            }
            connection.prepare_cached(sql::SUCCESS_FORGET_UNTIL)?.execute((
                guard.product.as_str(),
                seal.customer(&guard.customer).as_str(),
                after.updated_at.as_micros(),
            ))?;
        }
    }
    Ok(Stripped::Done(Box::new(after)))
}

/// Forgets the inquiries of these customers, given as a JSON list of their blind indexes.
pub(crate) fn forget_inquiries(connection: &Connection, customers: &str) -> Result<u64, Failure> {
    let forgotten =
        connection.prepare_cached(sql::INQUIRY_FORGET_CUSTOMER)?.execute([customers])?;
    Ok(count(forgotten))
}

/// Forgets inquiries that expired before `before`.
pub(crate) fn forget_expired_inquiries(
    connection: &Connection,
    before: Timestamp,
    limit: usize,
) -> Result<u64, Failure> {
    let bounds = (before.as_micros(), integer(limit));
    let forgotten = connection.prepare_cached(sql::INQUIRY_FORGET_EXPIRED)?.execute(bounds)?;
    Ok(count(forgotten))
}

/// The value of a change of a payment of which not everything is kept: what is gone does not come back
/// with news, nor with a value from before.
pub(crate) fn stripped_change(
    seal: &Seal,
    key: &PaymentKey,
    payment: &mut ppob_payment::Payment,
    to: Retention,
) -> Result<Vec<u8>, JournalError> {
    *payment = payment.clone().stripped(to);
    seal.seal_json(&sealed::payment_value(key), payment)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
