//! What is to be written for a send that the database has forgotten.

use std::time::Duration;

use ppob_journal::{
    AuditEntry, Change, EventKind, JournalError, JournalledSend, LostSends, NewPayment,
    StoredPayment,
};
use ppob_payment::{Payment, Remembered, remember};
use ppob_types::Timestamp;

/// What is to be written, all in one transaction.
#[derive(Debug)]
pub struct Forgotten {
    /// For whoever looks into it later.
    pub entry: Option<AuditEntry>,
    /// The payment, put in doubt again.
    pub put: Option<Put>,
}

/// How a payment is put in doubt again.
#[derive(Debug)]
pub enum Put {
    /// It is not there and is made again, with an event of the kind [`EventKind::Recovered`]. Nothing stands
    /// in its way: it may have been paid. If another payment holds its guard, that one keeps it. Its serial
    /// is that of the send; where another payment has that one, it takes a new one.
    New(Box<NewPayment>),
    /// It is there and is changed.
    Change(Box<Change>),
}

/// What is to be written for `send`, whose attempt the database does not know; `known` is its payment there.
/// Adds to `lost` what the engine must know. `now` is the latest time that anybody knows of.
///
/// # Errors
/// [`JournalError::Corrupt`] if what was decided cannot be told.
pub fn forgotten(
    send: &JournalledSend,
    known: Result<Option<StoredPayment>, JournalError>,
    now: Timestamp,
    lost: &mut LostSends,
) -> Result<Forgotten, JournalError> {
    let (known, remembered) = match known {
        Ok(known) => {
            let record = known.as_ref().map(|stored| &stored.payment);
            let remembered = remember(record, &send.payment, &send.attempt, now);
            (known, remembered)
        }
        // Nothing can be added to what cannot be read; a person must look, and nothing else stops.
        Err(error) => {
            tracing::error!(payment = %send.key, %error, "a payment whose send was forgotten cannot be read");
            (None, Remembered::Ended)
        }
    };
    lost.add(send, &remembered);
    let entry = send.audit(known.as_ref(), &remembered, now);
    let entry = entry.map_err(|error| JournalError::Corrupt(error.to_string()))?;
    if let Some(entry) = &entry {
        tracing::error!(payment = %send.key, attempt = %send.attempt, before = entry.before, after = entry.after, "a send was forgotten by the journal, which was set back");
    }
    let put = match remembered {
        Remembered::Known | Remembered::Ended => None,
        Remembered::InDoubt(payment) | Remembered::AnotherAlive(payment) => {
            Some(put(send, known, *payment, now))
        }
    };
    Ok(Forgotten { entry, put })
}

fn put(
    send: &JournalledSend,
    known: Option<StoredPayment>,
    payment: Payment,
    now: Timestamp,
) -> Put {
    match known {
        Some(known) => Put::Change(Box::new(Change {
            key: known.key,
            expected_version: known.version,
            payment,
            kind: EventKind::Recovered,
            now,
            unlisted: Vec::new(),
            audit: None,
            agreement: None,
        })),
        None => Put::New(Box::new(NewPayment {
            key: send.key.clone(),
            serial: send.serial,
            request: send.request.clone(),
            fingerprint: send.fingerprint,
            payment,
            duplicate_window: Duration::ZERO,
            may_displace_holder: false,
            day_max: None,
            now,
        })),
    }
}
