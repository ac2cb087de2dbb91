//! What is kept of a payment and its changes; made by their callers, so that whoever writes seals nothing.

use ppob_journal::{Agreement, Change, JournalError, NewPayment};
use ppob_seal::BlindIndex;

use super::{Seal, payment_value, reply_text};

/// What is kept of a new payment.
#[derive(Debug)]
pub struct SealedPayment {
    /// Stands for the customer number.
    pub customer: BlindIndex,
    /// Stands for the fingerprint.
    pub fingerprint: [u8; 32],
    /// For the column `payment.request`.
    pub request: Vec<u8>,
    /// For the column `payment.value`.
    pub value: Vec<u8>,
}

/// What is kept of a change.
#[derive(Debug)]
pub struct SealedChange {
    /// For the column `payment.value`.
    pub value: Vec<u8>,
    /// Replies that no list names.
    pub unlisted: Vec<SealedReply>,
    /// Of the entry of the audit.
    pub reason: Option<Vec<u8>>,
    /// Of the agreement that one call made for both persons.
    pub evidence: Option<Vec<u8>>,
}

/// A reply that no list names.
#[derive(Debug)]
pub struct SealedReply {
    /// Who gave it.
    pub provider: String,
    /// Stands for its text.
    pub index: BlindIndex,
    /// For the column `unlisted_reply.text`.
    pub text: Vec<u8>,
}

impl SealedPayment {
    /// Seals what is kept of `new`.
    pub fn new(seal: &Seal, new: &NewPayment) -> Result<Self, JournalError> {
        Ok(Self {
            customer: seal.customer(&new.request.purchase.customer),
            fingerprint: seal.fingerprint(new.fingerprint),
            request: seal.seal_request(&new.key, new.fingerprint, &new.request)?,
            value: seal.seal_json(&payment_value(&new.key), &new.payment)?,
        })
    }
}

impl SealedChange {
    /// Seals what is kept of `change`.
    pub fn new(seal: &Seal, change: &Change) -> Result<Self, JournalError> {
        let unlisted = change.unlisted.iter().map(|(provider, text)| {
            let index = seal.reply(text);
            let place = reply_text(provider.as_str(), index.as_str());
            let text = seal.seal_text(&place, text)?;
            Ok(SealedReply { provider: provider.as_str().to_owned(), index, text })
        });
        Ok(Self {
            value: seal.seal_json(&payment_value(&change.key), &change.payment)?,
            unlisted: unlisted.collect::<Result<_, JournalError>>()?,
            reason: change.audit.as_ref().map(|entry| seal.reason(entry)).transpose()?,
            evidence: match &change.agreement {
                Some(Agreement::Named { proposal, .. }) => Some(seal.evidence(proposal)?),
                Some(Agreement::Confirms { .. }) | None => None,
            },
        })
    }
}
