//! Rows of what operators add.

use ppob_journal::{
    AuditEntry, AuditRecord, Deposit, JournalError, NewProposal, Note, Proposal, Who,
};
use ppob_seal::Place;
use ppob_types::{ConsumerId, PaymentKey, ProviderName, Rupiah, Sensitive, Timestamp};

use super::{corrupt, natural};
use crate::sealed::{self, Seal};

/// Columns of `audit_sql`.
pub(crate) type AuditRow =
    (i64, String, String, Option<String>, String, String, Vec<u8>, String, String, i64);

pub(crate) fn audit_record(seal: &Seal, row: AuditRow) -> Result<AuditRecord, JournalError> {
    let (sequence, operator, actor, second_actor, action, subject, reason, before, after, at) = row;
    let mut entry = AuditEntry {
        operator: consumer(&operator)?,
        actor,
        second_actor,
        action,
        subject,
        reason: Sensitive::default(),
        before,
        after,
        at: Timestamp::from_micros(at),
    };
    entry.reason = Sensitive::new(seal.open_text(&sealed::audit_reason(&entry), &reason)?);
    Ok(AuditRecord { sequence: natural(sequence)?, entry })
}

/// Columns of `notes_of_payment.sql`.
pub(crate) type NoteRow = (String, bool, String, Vec<u8>, i64);

pub(crate) fn note(seal: &Seal, key: &PaymentKey, row: NoteRow) -> Result<Note, JournalError> {
    let (operator, proven, actor, text, at) = row;
    let who = Who { operator: consumer(&operator)?, proven, actor };
    let at = Timestamp::from_micros(at);
    let mut note = Note { key: key.clone(), who, text: Sensitive::default(), at };
    note.text = open(seal, &sealed::note_text(&note), &text)?;
    Ok(note)
}

/// Columns of `deposits.sql`.
pub(crate) type DepositRow = (String, String, i64, i64, Vec<u8>, String, bool, String, i64);

pub(crate) fn deposit(seal: &Seal, row: DepositRow) -> Result<Deposit, JournalError> {
    let (id, provider, amount, credited_at, reference, operator, proven, actor, recorded_at) = row;
    let reference = open(seal, &sealed::deposit_reference(&id), &reference)?;
    Ok(Deposit {
        id,
        provider: ProviderName::new(&provider).map_err(corrupt)?,
        amount: Rupiah::new(amount),
        credited_at: Timestamp::from_micros(credited_at),
        reference,
        who: Who { operator: consumer(&operator)?, proven, actor },
        recorded_at: Timestamp::from_micros(recorded_at),
    })
}

/// Columns of `proposals_of_payment.sql`.
pub(crate) type ProposalRow = (i64, u32, i64, String, String, bool, String, Vec<u8>, i64);

pub(crate) fn proposal(
    seal: &Seal,
    key: &PaymentKey,
    row: ProposalRow,
) -> Result<Proposal, JournalError> {
    let (number, attempt, version, facts, operator, proven, actor, evidence, at) = row;
    let mut proposed = NewProposal {
        key: key.clone(),
        attempt,
        version: natural(version)?,
        facts,
        who: Who { operator: consumer(&operator)?, proven, actor },
        evidence: Sensitive::default(),
        at: Timestamp::from_micros(at),
    };
    proposed.evidence = open(seal, &sealed::proposal_evidence(&proposed), &evidence)?;
    Ok(Proposal { number: natural(number)?, proposed })
}

/// What was written; nothing if it was erased.
fn open(seal: &Seal, place: &Place, sealed: &[u8]) -> Result<Sensitive, JournalError> {
    if sealed.is_empty() {
        return Ok(Sensitive::default());
    }
    seal.open_text(place, sealed).map(Sensitive::new)
}

fn consumer(text: &str) -> Result<ConsumerId, JournalError> {
    ConsumerId::new(text).map_err(corrupt)
}
