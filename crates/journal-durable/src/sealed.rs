//! What is sealed in which column, and for which row.

mod kept;

use std::collections::BTreeSet;
use std::sync::Arc;

use ppob_journal::{AuditEntry, Deposit, Fingerprint, JournalError, NewProposal, Note};
use ppob_payment::PaymentRequest;
use ppob_seal::{BlindIndex, Place, SealError, Sealer, UnsealError};
use ppob_types::{CustomerNumber, PaymentKey};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::kept::{SealedChange, SealedPayment, SealedReply};
use crate::decode::{from_json, to_json};

/// The domain of blind indexes of customer numbers.
pub const CUSTOMER: &str = "customer";
/// The domain of blind indexes of unlisted replies.
pub const REPLY: &str = "reply";
/// The domain of keyed fingerprints.
pub const FINGERPRINT: &str = "fingerprint";

/// How long a fingerprint is.
const FINGERPRINT_LENGTH: usize = 32;

/// Seals values for their columns and opens them again.
#[derive(Clone, Debug)]
pub struct Seal(Arc<Sealer>);

impl Seal {
    /// Seals with these keys.
    pub const fn new(sealer: Arc<Sealer>) -> Self {
        Self(sealer)
    }

    /// Stands for a customer number in the columns `customer_index`.
    pub fn customer(&self, customer: &CustomerNumber) -> BlindIndex {
        self.0.blind(CUSTOMER, customer.expose())
    }

    /// What stands for these customer numbers, as a JSON list.
    pub fn customers(&self, customers: &BTreeSet<CustomerNumber>) -> Result<String, JournalError> {
        let indexes: Vec<BlindIndex> = customers.iter().map(|one| self.customer(one)).collect();
        to_json(&indexes.iter().map(BlindIndex::as_str).collect::<Vec<_>>())
    }

    /// Stands for a text of `unlisted_reply`.
    pub fn reply(&self, text: &str) -> BlindIndex {
        self.0.blind(REPLY, text)
    }

    /// Stands for a fingerprint in `fingerprint_index`.
    pub fn fingerprint(&self, fingerprint: Fingerprint) -> [u8; 32] {
        self.0.keyed(FINGERPRINT, &fingerprint.0)
    }

    /// What stands in `payment.request`: the fingerprint before the request.
    pub fn seal_request(
        &self,
        key: &PaymentKey,
        fingerprint: Fingerprint,
        request: &PaymentRequest,
    ) -> Result<Vec<u8>, JournalError> {
        let mut plain = zeroize::Zeroizing::new(fingerprint.0.to_vec());
        plain.extend_from_slice(to_json(request)?.as_bytes());
        self.seal(&payment("payment.request", key), &plain)
    }

    /// What [`Seal::seal_request`] sealed.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open for `key`, or is no request.
    pub fn open_request(
        &self,
        key: &PaymentKey,
        sealed: &[u8],
    ) -> Result<(Fingerprint, PaymentRequest), JournalError> {
        let plain = self.open(&payment("payment.request", key), sealed)?;
        let (fingerprint, request) = plain
            .split_first_chunk::<FINGERPRINT_LENGTH>()
            .ok_or_else(|| JournalError::Corrupt("a stored request is too short".to_owned()))?;
        Ok((Fingerprint(*fingerprint), from_json(request)?))
    }

    /// Seals a value as JSON.
    pub fn seal_json<T: Serialize>(
        &self,
        place: &Place,
        value: &T,
    ) -> Result<Vec<u8>, JournalError> {
        self.seal(place, zeroize::Zeroizing::new(to_json(value)?).as_bytes())
    }

    /// What [`Seal::seal_json`] sealed.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open in `place`, or is no such value.
    pub fn open_json<T: DeserializeOwned>(
        &self,
        place: &Place,
        sealed: &[u8],
    ) -> Result<T, JournalError> {
        from_json(&self.open(place, sealed)?)
    }

    /// Seals a text.
    pub fn seal_text(&self, place: &Place, text: &str) -> Result<Vec<u8>, JournalError> {
        self.seal(place, text.as_bytes())
    }

    /// What [`Seal::seal_text`] sealed.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open in `place`.
    pub fn open_text(&self, place: &Place, sealed: &[u8]) -> Result<String, JournalError> {
        let text = self.open(place, sealed)?;
        String::from_utf8(text.to_vec())
            .map_err(|_| JournalError::Corrupt("a sealed text is not UTF-8".to_owned()))
    }

    /// Seals the reason of an entry of the audit.
    pub fn reason(&self, entry: &AuditEntry) -> Result<Vec<u8>, JournalError> {
        self.seal_text(&audit_reason(entry), entry.reason.expose())
    }

    /// Seals the text of a note.
    pub fn note(&self, note: &Note) -> Result<Vec<u8>, JournalError> {
        self.seal_text(&note_text(note), note.text.expose())
    }

    /// Seals the reference of a deposit.
    pub fn deposit(&self, deposit: &Deposit) -> Result<Vec<u8>, JournalError> {
        self.seal_text(&deposit_reference(&deposit.id), deposit.reference.expose())
    }

    /// Seals the evidence of a verdict.
    pub fn evidence(&self, proposal: &NewProposal) -> Result<Vec<u8>, JournalError> {
        self.seal_text(&proposal_evidence(proposal), proposal.evidence.expose())
    }

    fn seal(&self, place: &Place, plain: &[u8]) -> Result<Vec<u8>, JournalError> {
        self.0.seal(place, plain).map_err(not_sealed)
    }

    fn open(
        &self,
        place: &Place,
        sealed: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, JournalError> {
        self.0.open(place, sealed).map_err(not_opened)
    }
}

/// A column of `payment`.
pub fn payment(column: &str, key: &PaymentKey) -> Place {
    Place::new(column, &[key.consumer.as_str(), key.id.as_str()])
}

/// The column `payment.value`.
pub fn payment_value(key: &PaymentKey) -> Place {
    payment("payment.value", key)
}

/// The column `inquiry.value`.
pub fn inquiry_value(consumer: &str, id: &str) -> Place {
    Place::new("inquiry.value", &[consumer, id])
}

/// The column `document.content`.
pub fn document_content(name: &str) -> Place {
    Place::new("document.content", &[name])
}

/// The column `unlisted_reply.text`; the row is told by the blind index of the text.
pub fn reply_text(provider: &str, index: &str) -> Place {
    Place::new("unlisted_reply.text", &[provider, index])
}

/// The column `audit.reason`: sealed for everything else that the entry says, so that none of it can be exchanged.
pub fn audit_reason(entry: &AuditEntry) -> Place {
    let second = entry.second_actor.as_deref().unwrap_or_default();
    let at = entry.at.as_micros().to_string();
    let AuditEntry { operator, actor, action, subject, .. } = entry;
    Place::new("audit.reason", &[operator.as_str(), actor, second, action, subject, &at])
}

/// The column `note.text`.
pub fn note_text(note: &Note) -> Place {
    let (key, at) = (&note.key, note.at.as_micros().to_string());
    let row =
        [key.consumer.as_str(), key.id.as_str(), note.who.operator.as_str(), &note.who.actor, &at];
    Place::new("note.text", &row)
}

/// The column `deposit.reference`.
pub fn deposit_reference(id: &str) -> Place {
    Place::new("deposit.reference", &[id])
}

/// The column `proposal.evidence`.
pub fn proposal_evidence(proposal: &NewProposal) -> Place {
    let (key, attempt) = (&proposal.key, proposal.attempt.to_string());
    let at = proposal.at.as_micros().to_string();
    Place::new("proposal.evidence", &[key.consumer.as_str(), key.id.as_str(), &attempt, &at])
}

fn not_sealed(error: SealError) -> JournalError {
    JournalError::Unavailable(format!("it could not be sealed: {error}"))
}

fn not_opened(error: UnsealError) -> JournalError {
    JournalError::Corrupt(format!("what is sealed does not open: {error}"))
}
