//! Rows of what operators add.

use ppob_journal::{
    AuditEntry, AuditRecord, Deposit, JournalError, NewProposal, Note, Proposal, Who,
};
use ppob_types::{ConsumerId, PaymentKey, ProviderName, Rupiah, Sensitive, Timestamp};

use super::{corrupt, natural};

/// Columns of `audit_sql`.
pub(crate) type AuditRow =
    (i64, String, String, Option<String>, String, String, String, String, String, i64);

pub(crate) fn audit_record(row: AuditRow) -> Result<AuditRecord, JournalError> {
    let (sequence, operator, actor, second_actor, action, subject, reason, before, after, at) = row;
    let entry = AuditEntry {
        operator: consumer(&operator)?,
        actor,
        second_actor,
        action,
        subject,
        reason: Sensitive::new(reason),
        before,
        after,
        at: Timestamp::from_micros(at),
    };
    Ok(AuditRecord { sequence: natural(sequence)?, entry })
}

/// Columns of `notes_of_payment.sql`.
pub(crate) type NoteRow = (String, bool, String, String, i64);

pub(crate) fn note(key: &PaymentKey, row: NoteRow) -> Result<Note, JournalError> {
    let (operator, proven, actor, text, at) = row;
    let who = Who { operator: consumer(&operator)?, proven, actor };
    let (text, at) = (Sensitive::new(text), Timestamp::from_micros(at));
    Ok(Note { key: key.clone(), who, text, at })
}

/// Columns of `deposits.sql`.
pub(crate) type DepositRow = (String, String, i64, i64, String, String, bool, String, i64);

pub(crate) fn deposit(row: DepositRow) -> Result<Deposit, JournalError> {
    let (id, provider, amount, credited_at, reference, operator, proven, actor, recorded_at) = row;
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
pub(crate) type ProposalRow = (i64, u32, i64, String, String, bool, String, String, i64);

pub(crate) fn proposal(key: &PaymentKey, row: ProposalRow) -> Result<Proposal, JournalError> {
    let (number, attempt, version, facts, operator, proven, actor, evidence, at) = row;
    let proposed = NewProposal {
        key: key.clone(),
        attempt,
        version: natural(version)?,
        facts,
        who: Who { operator: consumer(&operator)?, proven, actor },
        evidence: Sensitive::new(evidence),
        at: Timestamp::from_micros(at),
    };
    Ok(Proposal { number: natural(number)?, proposed })
}

fn consumer(text: &str) -> Result<ConsumerId, JournalError> {
    ConsumerId::new(text).map_err(corrupt)
}
