//! Rows to values and back.

mod operators;

use ppob_journal::{JournalError, PaymentEvent, StoredPayment, UnlistedReply};
use ppob_types::{ConsumerId, PaymentId, PaymentKey, ProviderName, Timestamp};
use rusqlite::Row;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use self::operators::{
    AuditRow, DepositRow, NoteRow, ProposalRow, audit_record, deposit, note, proposal,
};
use crate::sealed::{self, Seal};

/// A payment as it stands in its row, still sealed.
#[derive(Debug)]
pub(crate) struct PaymentRow {
    pub(crate) serial: i64,
    pub(crate) consumer: String,
    pub(crate) payment_id: String,
    pub(crate) version: i64,
    pub(crate) updated_at: i64,
    pub(crate) request: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl PaymentRow {
    /// Reads the columns of `payment_by_key.sql` and its siblings.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            serial: row.get(0)?,
            consumer: row.get(1)?,
            payment_id: row.get(2)?,
            version: row.get(3)?,
            updated_at: row.get(4)?,
            request: row.get(5)?,
            value: row.get(6)?,
        })
    }

    pub(crate) fn decode(self, seal: &Seal) -> Result<StoredPayment, JournalError> {
        let key = payment_key(&self.consumer, &self.payment_id)?;
        let (fingerprint, request) = seal.open_request(&key, &self.request)?;
        Ok(StoredPayment {
            serial: natural(self.serial)?,
            version: natural(self.version)?,
            request,
            fingerprint,
            payment: seal.open_json(&sealed::payment_value(&key), &self.value)?,
            key,
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}

/// Columns of `events_of_all.sql`.
pub(crate) type EventRow = (i64, String, String, i64, String, String, i64);

pub(crate) fn event(row: EventRow) -> Result<PaymentEvent, JournalError> {
    let (sequence, consumer, payment_id, version, kind, state, at) = row;
    Ok(PaymentEvent {
        sequence: natural(sequence)?,
        key: payment_key(&consumer, &payment_id)?,
        version: natural(version)?,
        kind: from_word(kind)?,
        state: from_word(state)?,
        at: Timestamp::from_micros(at),
    })
}

/// Columns of `unlisted_replies.sql`.
pub(crate) type UnlistedRow = (String, String, Vec<u8>, i64, i64, i64);

pub(crate) fn unlisted_reply(seal: &Seal, row: UnlistedRow) -> Result<UnlistedReply, JournalError> {
    let (provider, index, text, count, first_at, last_at) = row;
    let text = seal.open_text(&sealed::reply_text(&provider, &index), &text)?;
    Ok(UnlistedReply {
        provider: ProviderName::new(&provider).map_err(corrupt)?,
        text,
        count: natural(count)?,
        first_at: Timestamp::from_micros(first_at),
        last_at: Timestamp::from_micros(last_at),
    })
}

pub(crate) fn payment_key(consumer: &str, payment_id: &str) -> Result<PaymentKey, JournalError> {
    Ok(PaymentKey {
        consumer: ConsumerId::new(consumer).map_err(corrupt)?,
        id: PaymentId::new(payment_id).map_err(corrupt)?,
    })
}

/// A count, serial or version, which SQLite keeps signed.
pub(crate) fn natural(number: i64) -> Result<u64, JournalError> {
    u64::try_from(number).map_err(corrupt)
}

/// The other way; numbers beyond the range do not occur and would be held at its end.
pub(crate) fn integer<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

pub(crate) fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, JournalError> {
    serde_json::from_slice(json).map_err(|error| {
        // The error of a value may quote it, and with it somebody's name or number.
        let (line, column) = (error.line(), error.column());
        let kind = error.classify();
        JournalError::Corrupt(format!("stored JSON is not readable at {line}:{column} ({kind:?})"))
    })
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value)
        .map_err(|error| JournalError::Unavailable(format!("no JSON could be made: {error}")))
}

/// A stable word.
pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T, JournalError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(corrupt)
}

fn corrupt(error: impl std::fmt::Display) -> JournalError {
    JournalError::Corrupt(error.to_string())
}
