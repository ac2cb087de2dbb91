//! What a write answers, before its caller opens what is sealed in it.

use ppob_journal::{Acceptance, Change, Committed, JournalError, NewPayment, StoredPayment};
use ppob_types::{PaymentKey, Rupiah, Timestamp};
use zeroize::Zeroizing;

use crate::decode::{PaymentRow, natural};
use crate::sealed::Seal;
use crate::sends::of_change;

/// What became of an acceptance.
#[derive(Debug)]
#[expect(missing_docs, reason = "as in `Acceptance`")]
pub enum AcceptAnswer {
    Accepted(Box<NewPayment>),
    Known(PaymentRow),
    Conflict,
    Abandoned,
    Guarded(PaymentKey),
    HolderChanged,
    RepeatNeeded { repeat: u32, succeeded_at: Option<Timestamp> },
    DayLimit { counted: Rupiah },
}

/// What became of a change.
#[derive(Debug)]
pub enum ChangeAnswer {
    /// It was made.
    Done {
        /// As it was written.
        change: Box<Change>,
        /// Of its payment.
        serial: i64,
        /// The payment's version since.
        version: i64,
        /// What the payment was asked for with, sealed.
        request: Vec<u8>,
        /// How many attempts there were before.
        recorded: i64,
    },
    /// The payment is not there or has another version.
    Stale,
    /// A reference of the change settles this payment already.
    ReferenceTaken(PaymentKey),
}

impl AcceptAnswer {
    /// As its caller reads it.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if the payment that is known cannot be read.
    pub fn open(self, seal: &Seal) -> Result<Acceptance, JournalError> {
        Ok(match self {
            Self::Accepted(new) => Acceptance::Accepted(Box::new(StoredPayment {
                key: new.key,
                serial: new.serial,
                version: 1,
                request: new.request,
                fingerprint: new.fingerprint,
                payment: new.payment,
                updated_at: new.now,
            })),
            Self::Known(row) => Acceptance::Known(Box::new(row.decode(seal)?)),
            Self::Conflict => Acceptance::Conflict,
            Self::Abandoned => Acceptance::Abandoned,
            Self::Guarded(holder) => Acceptance::Guarded { holder },
            Self::HolderChanged => Acceptance::HolderChanged,
            Self::RepeatNeeded { repeat, succeeded_at } => {
                Acceptance::RepeatNeeded { repeat, succeeded_at }
            }
            Self::DayLimit { counted } => Acceptance::DayLimit { counted },
        })
    }
}

impl ChangeAnswer {
    /// The send that the change permits, as JSON, if it does.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if the request cannot be read.
    pub fn send(&self, seal: &Seal) -> Result<Option<Zeroizing<Vec<u8>>>, JournalError> {
        match self {
            Self::Done { change, serial, request, recorded, .. } => {
                of_change(seal, change, *serial, request, *recorded)
            }
            Self::Stale | Self::ReferenceTaken(_) => Ok(None),
        }
    }

    /// As its caller reads it.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if the request cannot be read.
    pub fn open(self, seal: &Seal) -> Result<Committed, JournalError> {
        Ok(match self {
            Self::Done { change, serial, version, request, recorded: _ } => {
                let (fingerprint, request) = seal.open_request(&change.key, &request)?;
                Committed::Done(Box::new(StoredPayment {
                    key: change.key,
                    serial: natural(serial)?,
                    version: natural(version)?,
                    request,
                    fingerprint,
                    payment: change.payment,
                    updated_at: change.now,
                }))
            }
            Self::Stale => Committed::Stale,
            Self::ReferenceTaken(by) => Committed::ReferenceTaken { by },
        })
    }
}
