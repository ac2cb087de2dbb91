//! What is written down beside the record before anything is sent.
//!
//! A record can be set back: by a wrong restore, a snapshot, a disk that lied. What was sent after the copy
//! would be unknown, and a repeated id would be paid again. So each send is also written to a *send
//! journal* apart from the record, and whatever stands there and not in the record is in doubt again at
//! the next opening.

use ppob_payment::{Attempt, AttemptState, Payment, PaymentRequest, Remembered};
use ppob_types::{AttemptId, ConsumerId, IdError, PaymentKey, ProviderName, Sensitive, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AuditEntry, AuditSubject, Fingerprint, StoredPayment};

/// A send that may begin: everything that is needed to make its payment, and its attempt, again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalledSend {
    /// Whose payment it is and what its owner calls it.
    pub key: PaymentKey,
    /// The payment's serial.
    pub serial: u64,
    /// What was asked for.
    pub request: PaymentRequest,
    /// The fingerprint of the request.
    pub fingerprint: Fingerprint,
    /// The machine's value, with the attempt that is about to be sent as its last.
    pub payment: Payment,
    /// The attempt.
    pub attempt: AttemptId,
}

/// The attempt whose intent a write makes durable, if it does: the last one, if it is to be sent and was
/// not among the `recorded` ones before.
pub fn begun_by(payment: &Payment, recorded: usize) -> Option<&Attempt> {
    let last = payment.attempts.last()?;
    (payment.attempts.len() > recorded && last.state == AttemptState::Sending).then_some(last)
}

impl JournalledSend {
    /// When the attempt's intent was made.
    pub fn begun_at(&self) -> Timestamp {
        self.payment.attempts.last().map_or(self.payment.terms.accepted_at, |last| last.begun_at)
    }

    /// Which provider was to be asked.
    pub fn provider(&self) -> Option<&ProviderName> {
        self.payment.attempts.last().map(|last| &last.provider)
    }

    /// What the audit says of it, unless the record knew it.
    ///
    /// # Errors
    /// [`IdError`] if the engine's own name were no name.
    pub fn audit(
        &self,
        before: Option<&StoredPayment>,
        remembered: &Remembered,
        at: Timestamp,
    ) -> Result<Option<AuditEntry>, IdError> {
        let after = match remembered {
            Remembered::Known => return Ok(None),
            Remembered::InDoubt(_) => "IN_DOUBT",
            Remembered::AnotherAlive(_) => "IN_DOUBT; another attempt is alive besides",
            Remembered::Ended => "unchanged; this attempt may have been paid besides",
        };
        let provider = self.provider().map_or("", ProviderName::as_str);
        let reason = "it stands in the send journal and not in the journal, which was set back";
        Ok(Some(AuditEntry {
            operator: ConsumerId::new("engine")?,
            actor: "engine".to_owned(),
            second_actor: None,
            action: "RememberSend".to_owned(),
            subject: AuditSubject::Payment(&self.key).to_string(),
            reason: Sensitive::new(reason),
            before: before.map_or("unknown", |stored| stored.payment.state().as_str()).to_owned(),
            after: format!("{after}; attempt {} at {provider}", self.attempt),
            at,
        }))
    }
}

/// The document that an opening leaves which found sends that the record had forgotten, until the engine
/// has acted on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostSends {
    /// How many there were.
    pub found: u64,
    /// The providers of those that could not be put in doubt: their payment had ended, or had another
    /// attempt alive. They are to be frozen.
    pub freeze: Vec<ProviderName>,
}

impl LostSends {
    /// The document's name.
    pub const DOCUMENT: &str = "lost-sends";

    /// Counts one.
    pub fn add(&mut self, send: &JournalledSend, remembered: &Remembered) {
        let freeze = match remembered {
            Remembered::Known => return,
            Remembered::InDoubt(_) => None,
            Remembered::AnotherAlive(_) | Remembered::Ended => send.provider(),
        };
        self.found = self.found.saturating_add(1);
        let new = freeze.filter(|provider| !self.freeze.contains(provider));
        self.freeze.extend(new.cloned());
    }
}
