//! Rows to values and back. How a row is read from its database is the backend's.

mod operators;

use ppob_journal::{JournalError, PaymentEvent, StoredPayment, UnlistedReply};
use ppob_types::{ConsumerId, PaymentId, PaymentKey, ProviderName, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::operators::{AuditRow, DepositRow, NoteRow, ProposalRow};
use crate::sealed::{self, Seal};

/// A payment as it stands in its row, still sealed.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct PaymentRow {
    pub serial: i64,
    pub consumer: String,
    pub payment_id: String,
    pub version: i64,
    pub updated_at: i64,
    pub request: Vec<u8>,
    pub value: Vec<u8>,
}

impl PaymentRow {
    /// Opens what is sealed in it.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open, or is no payment.
    pub fn decode(self, seal: &Seal) -> Result<StoredPayment, JournalError> {
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

/// A row of `event`, with the id of its payment.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct EventRow {
    pub sequence: i64,
    pub consumer: String,
    pub payment_id: String,
    pub version: i64,
    pub kind: String,
    pub state: String,
    pub at: i64,
}

impl EventRow {
    /// Reads its words and numbers.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if one of them is none.
    pub fn decode(self) -> Result<PaymentEvent, JournalError> {
        Ok(PaymentEvent {
            sequence: natural(self.sequence)?,
            key: payment_key(&self.consumer, &self.payment_id)?,
            version: natural(self.version)?,
            kind: from_word(self.kind)?,
            state: from_word(self.state)?,
            at: Timestamp::from_micros(self.at),
        })
    }
}

/// A row of `unlisted_reply`.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct UnlistedRow {
    pub provider: String,
    pub text_index: String,
    pub text: Vec<u8>,
    pub count: i64,
    pub first_at: i64,
    pub last_at: i64,
}

impl UnlistedRow {
    /// Opens what is sealed in it.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open.
    pub fn decode(self, seal: &Seal) -> Result<UnlistedReply, JournalError> {
        let place = sealed::reply_text(&self.provider, &self.text_index);
        Ok(UnlistedReply {
            provider: ProviderName::new(&self.provider).map_err(corrupt)?,
            text: seal.open_text(&place, &self.text)?,
            count: natural(self.count)?,
            first_at: Timestamp::from_micros(self.first_at),
            last_at: Timestamp::from_micros(self.last_at),
        })
    }
}

/// A key that was kept as two texts.
///
/// # Errors
/// [`JournalError::Corrupt`] if they are none.
pub fn payment_key(consumer: &str, payment_id: &str) -> Result<PaymentKey, JournalError> {
    Ok(PaymentKey {
        consumer: ConsumerId::new(consumer).map_err(corrupt)?,
        id: PaymentId::new(payment_id).map_err(corrupt)?,
    })
}

/// A count, serial or version, which databases keep signed.
pub fn natural(number: i64) -> Result<u64, JournalError> {
    u64::try_from(number).map_err(corrupt)
}

/// The other way; numbers beyond the range do not occur and would be held at its end.
pub fn integer<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A value that was kept as JSON.
///
/// # Errors
/// [`JournalError::Corrupt`], which quotes nothing of it.
pub fn from_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, JournalError> {
    serde_json::from_slice(json).map_err(|error| {
        // The error of a value may quote it, and with it somebody's name or number.
        let (line, column) = (error.line(), error.column());
        let kind = error.classify();
        JournalError::Corrupt(format!("stored JSON is not readable at {line}:{column} ({kind:?})"))
    })
}

/// A value as JSON.
pub fn to_json<T: Serialize>(value: &T) -> Result<String, JournalError> {
    serde_json::to_string(value)
        .map_err(|error| JournalError::Unavailable(format!("no JSON could be made: {error}")))
}

/// A stable word.
pub fn from_word<T: DeserializeOwned>(word: String) -> Result<T, JournalError> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(corrupt)
}

fn corrupt(error: impl std::fmt::Display) -> JournalError {
    JournalError::Corrupt(error.to_string())
}
