//! What the database answers, as callers read it.

use ppob_journal::{Acceptance, Committed, JournalError, NewPayment, StoredPayment};
use ppob_journal_durable::chain::Head;
use ppob_journal_durable::decode::{from_word, natural, payment_key};
use ppob_journal_durable::sealed::Seal;
use ppob_types::{PaymentKey, Retention, Rupiah, Timestamp};
use tokio_postgres::Row;

use crate::writer::ChangeWork;

/// What became of a write, as the database tells it: a word, and what belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    word: Option<String>,
    consumer: Option<String>,
    id: Option<String>,
    number: Option<i64>,
    version: Option<i64>,
    at: Option<i64>,
    /// How many attempts there were before.
    pub(crate) recorded: Option<i64>,
    pub(crate) bytes: Option<Vec<u8>>,
}

/// An acceptance that was answered.
#[derive(Debug)]
pub(crate) enum Accepted {
    Told(Acceptance),
    /// The payment is there; it is to be read.
    Known,
}

/// A change that was answered.
#[derive(Debug)]
pub(crate) enum Changed {
    Told(Committed),
    /// Less is kept of the payment than the value was made for.
    KeptLess(Retention, Box<ChangeWork>),
}

impl Told {
    /// Reads the columns of the statement that writes, behind the place and the failure.
    pub(crate) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            word: row.try_get(2)?,
            consumer: row.try_get(3)?,
            id: row.try_get(4)?,
            number: row.try_get(5)?,
            version: row.try_get(6)?,
            at: row.try_get(7)?,
            recorded: row.try_get(8)?,
            bytes: row.try_get(9)?,
        })
    }

    /// The head of the chain, from the answer that has the place 0.
    pub(crate) fn head(&self) -> Result<Option<Head>, JournalError> {
        let Some((number, hash)) = self.number.zip(self.bytes.as_ref()) else { return Ok(None) };
        let wrong = |_| JournalError::Corrupt("the chain's hash has another length".to_owned());
        let hash = hash.as_slice().try_into().map_err(wrong)?;
        Ok(Some(Head { number: natural(number)?, hash }))
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        self.word.as_deref() == Some(word)
    }

    pub(crate) fn number(&self) -> Result<i64, JournalError> {
        self.number.ok_or_else(odd)
    }

    pub(crate) fn accepted(self, new: NewPayment) -> Result<Accepted, JournalError> {
        Ok(Accepted::Told(match self.word.as_deref() {
            Some("accepted") => Acceptance::Accepted(Box::new(StoredPayment {
                key: new.key,
                serial: new.serial,
                version: 1,
                request: new.request,
                fingerprint: new.fingerprint,
                payment: new.payment,
                updated_at: new.now,
            })),
            Some("known") => return Ok(Accepted::Known),
            Some("conflict") => Acceptance::Conflict,
            Some("abandoned") => Acceptance::Abandoned,
            Some("guarded") => Acceptance::Guarded { holder: self.key()? },
            Some("holder-changed") => Acceptance::HolderChanged,
            Some("repeat-needed") => Acceptance::RepeatNeeded {
                repeat: u32::try_from(self.number()?).unwrap_or(u32::MAX),
                succeeded_at: self.at.map(Timestamp::from_micros),
            },
            Some("day-limit") => Acceptance::DayLimit { counted: Rupiah::new(self.number()?) },
            _ => return Err(odd()),
        }))
    }

    pub(crate) fn changed(
        self,
        seal: &Seal,
        work: Box<ChangeWork>,
    ) -> Result<Changed, JournalError> {
        Ok(Changed::Told(match self.word.as_deref() {
            Some("stale") => Committed::Stale,
            Some("reference-taken") => Committed::ReferenceTaken { by: self.key()? },
            Some("kept-less") => {
                let retention = from_word(self.id.ok_or_else(odd)?)?;
                return Ok(Changed::KeptLess(retention, work));
            }
            Some("done") => {
                let change = *work.change;
                let sealed = self.bytes.as_deref().ok_or_else(odd)?;
                let (fingerprint, request) = seal.open_request(&change.key, sealed)?;
                Committed::Done(Box::new(StoredPayment {
                    key: change.key,
                    serial: natural(self.number.ok_or_else(odd)?)?,
                    version: natural(self.version.ok_or_else(odd)?)?,
                    request,
                    fingerprint,
                    payment: change.payment,
                    updated_at: change.now,
                }))
            }
            _ => return Err(odd()),
        }))
    }

    fn key(&self) -> Result<PaymentKey, JournalError> {
        let (consumer, id) = (self.consumer.as_deref(), self.id.as_deref());
        let (consumer, id) = consumer.zip(id).ok_or_else(odd)?;
        payment_key(consumer, id)
    }
}

/// It is durable, and what it is, nobody can say: to be read again.
fn odd() -> JournalError {
    JournalError::Unacknowledged("the database answered in words that nobody knows".to_owned())
}
