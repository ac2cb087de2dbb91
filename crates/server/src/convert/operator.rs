//! What operators added.

use ppob_api::v1;
use ppob_journal::{AuditRecord, Deposit, Note, Proposal};

use super::scalar::{count, long, time};

/// The message of a note.
pub(crate) fn note(note: &Note) -> v1::Note {
    v1::Note {
        actor: note.who.actor.clone(),
        note_time: Some(time(note.at)),
        text: note.text.expose().to_owned(),
    }
}

/// The message of a deposit.
pub(crate) fn deposit(deposit: &Deposit) -> v1::Deposit {
    v1::Deposit {
        deposit_id: deposit.id.clone(),
        provider: deposit.provider.to_string(),
        amount_rupiah: deposit.amount.get(),
        deposit_time: Some(time(deposit.credited_at)),
        reference: deposit.reference.expose().to_owned(),
        actor: deposit.who.actor.clone(),
        record_time: Some(time(deposit.recorded_at)),
    }
}

/// The message of a verdict that waits. Only "not executed" ever does.
pub(crate) fn proposed(proposal: &Proposal) -> v1::ProposedVerdict {
    let proposed = &proposal.proposed;
    v1::ProposedVerdict {
        attempt_number: count(proposed.attempt),
        executed: false,
        evidence: proposed.evidence.expose().to_owned(),
        actor: proposed.who.actor.clone(),
        propose_time: Some(time(proposed.at)),
    }
}

/// The message of an entry of the audit.
pub(crate) fn audit_entry(record: &AuditRecord) -> v1::AuditEntry {
    let AuditRecord { sequence, entry } = record;
    v1::AuditEntry {
        entry_id: long(*sequence),
        entry_time: Some(time(entry.at)),
        operator_consumer: entry.operator.to_string(),
        actor: entry.actor.clone(),
        second_actor: entry.second_actor.clone().unwrap_or_default(),
        action: entry.action.clone(),
        subject: entry.subject.clone(),
        reason: entry.reason.expose().to_owned(),
        before: entry.before.clone(),
        after: entry.after.clone(),
    }
}
