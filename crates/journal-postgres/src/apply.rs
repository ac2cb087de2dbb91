//! Every write that is no change and no acceptance, as the JSON that the function `write` takes.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use postgres_types::ToSql;
use ppob_journal::{
    AuditEntry, Deposit, JournalError, Note, Propose, Restored, StoredInquiry, StoredPayment,
};
use ppob_journal_durable::columns::inquiries_kept_since;
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::{self, Seal};
use ppob_types::{CustomerNumber, PaymentKey, ProviderName, Retention, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::items::{AuditItem, PaymentItem, ProposalItem};

/// Bytes, in JSON as PostgreSQL reads them.
#[derive(Clone, Debug, ToSql)]
#[postgres(transparent)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("\\x{}", HEXLOWER.encode(&self.0)))
    }
}

pub(crate) fn reserve_serials(count: u64) -> Value {
    json!({ "do": "reserve-serials", "count": count })
}

pub(crate) fn raise_serial(serial: u64) -> Value {
    json!({ "do": "raise-serial", "serial": serial })
}

pub(crate) fn bury(key: &PaymentKey, now: Timestamp) -> Value {
    json!({
        "do": "bury", "consumer": key.consumer.as_str(), "id": key.id.as_str(),
        "now": now.as_micros(),
    })
}

pub(crate) fn put_forgotten(payment: &PaymentItem) -> Value {
    json!({ "do": "put-forgotten", "payment": payment })
}

/// Saves an inquiry, and forgets a few that expired long ago.
pub(crate) fn save_inquiry(seal: &Seal, inquiry: &StoredInquiry) -> Result<Value, JournalError> {
    let place = sealed::inquiry_value(inquiry.consumer.as_str(), inquiry.id.as_str());
    Ok(json!({
        "do": "save-inquiry",
        "consumer": inquiry.consumer.as_str(),
        "id": inquiry.id.as_str(),
        "customer": seal.customer(&inquiry.purchase.customer).as_str(),
        "expires_at": inquiry.expires_at.as_micros(),
        "value": Hex(seal.seal_json(&place, inquiry)?),
        "forget_before": inquiries_kept_since(inquiry.answered_at),
    }))
}

pub(crate) fn forget_inquiries(seal: &Seal, customers: &BTreeSet<CustomerNumber>) -> Value {
    json!({ "do": "forget-inquiries", "customers": indexes(seal, customers) })
}

pub(crate) fn forget_expired_inquiries(before: Timestamp, limit: usize) -> Value {
    json!({
        "do": "forget-expired-inquiries", "before": before.as_micros(), "limit": integer(limit),
    })
}

pub(crate) fn save_document(
    seal: &Seal,
    name: &str,
    json: &str,
    audit: &[AuditEntry],
) -> Result<Value, JournalError> {
    let content = Hex(seal.seal_text(&sealed::document_content(name), json)?);
    let audit = audit.iter().map(|entry| entry_item(seal, entry)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "do": "save-document", "name": name, "content": content, "audit": audit }))
}

pub(crate) fn audit(seal: &Seal, entry: &AuditEntry) -> Result<Value, JournalError> {
    Ok(json!({ "do": "audit", "audit": entry_item(seal, entry)? }))
}

pub(crate) fn note(seal: &Seal, note: &Note, audit: &AuditEntry) -> Result<Value, JournalError> {
    Ok(json!({
        "do": "note",
        "consumer": note.key.consumer.as_str(),
        "id": note.key.id.as_str(),
        "operator": note.who.operator.as_str(),
        "proven": note.who.proven,
        "actor": note.who.actor,
        "text": Hex(seal.note(note)?),
        "at": note.at.as_micros(),
        "audit": entry_item(seal, audit)?,
    }))
}

pub(crate) fn deposit(
    seal: &Seal,
    deposit: &Deposit,
    audit: &AuditEntry,
) -> Result<Value, JournalError> {
    Ok(json!({
        "do": "deposit",
        "id": deposit.id,
        "provider": deposit.provider.as_str(),
        "amount": deposit.amount.get(),
        "credited_at": deposit.credited_at.as_micros(),
        "reference": Hex(seal.deposit(deposit)?),
        "operator": deposit.who.operator.as_str(),
        "proven": deposit.who.proven,
        "actor": deposit.who.actor,
        "recorded_at": deposit.recorded_at.as_micros(),
        "audit": entry_item(seal, audit)?,
    }))
}

pub(crate) fn propose(seal: &Seal, propose: &Propose) -> Result<Value, JournalError> {
    let Propose { proposal, replaces, audit } = propose;
    Ok(json!({
        "do": "propose",
        "consumer": proposal.key.consumer.as_str(),
        "id": proposal.key.id.as_str(),
        "replaces": replaces,
        "proposal": ProposalItem::new(proposal, Hex(seal.evidence(proposal)?), None),
        "audit": entry_item(seal, audit)?,
    }))
}

pub(crate) fn withdraw(
    seal: &Seal,
    proposal: u64,
    audit: &AuditEntry,
) -> Result<Value, JournalError> {
    Ok(json!({
        "do": "withdraw", "proposal": proposal, "at": audit.at.as_micros(),
        "audit": entry_item(seal, audit)?,
    }))
}

/// Takes out of a payment what `to` does not keep. `before` is its value as it was read, still sealed, and
/// `after` what is kept of it.
pub(crate) fn strip(
    seal: &Seal,
    before: Vec<u8>,
    unlisted: &[(ProviderName, String)],
    after: &StoredPayment,
    to: Retention,
) -> Result<Value, JournalError> {
    let request = if to == Retention::NoPersonalData {
        Some(Hex(seal.seal_request(&after.key, after.fingerprint, &after.request)?))
    } else {
        None
    };
    let replies = unlisted.iter().map(|(provider, text)| {
        json!({ "provider": provider.as_str(), "index": seal.reply(text).as_str() })
    });
    Ok(json!({
        "do": "strip",
        "consumer": after.key.consumer.as_str(),
        "id": after.key.id.as_str(),
        "version": after.version,
        "before": Hex(before),
        "to": to.as_str(),
        "value": Hex(seal.seal_json(&sealed::payment_value(&after.key), &after.payment)?),
        "request": request,
        "unlisted": replies.collect::<Vec<_>>(),
    }))
}

pub(crate) fn restored(restored: &Restored) -> Value {
    json!({
        "do": "restored", "restored_at": restored.restored_at.as_micros(),
        "taken_at": restored.taken_at.as_micros(),
    })
}

/// What stands for these customers.
pub(crate) fn indexes(seal: &Seal, customers: &BTreeSet<CustomerNumber>) -> Vec<String> {
    customers.iter().map(|customer| seal.customer(customer).as_str().to_owned()).collect()
}

fn entry_item(seal: &Seal, entry: &AuditEntry) -> Result<AuditItem, JournalError> {
    Ok(AuditItem::new(entry, seal.reason(entry)?))
}
