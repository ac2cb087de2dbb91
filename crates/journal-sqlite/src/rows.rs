//! Rows of SQLite, in the order of their statements' columns.

use ppob_journal_durable::chain::Link;
use ppob_journal_durable::decode::{
    AuditRow, DepositRow, EventRow, NoteRow, PaymentRow, ProposalRow, UnlistedRow,
};
use rusqlite::{Result, Row};

/// Columns of `payment_by_key.sql` and its siblings.
pub(crate) fn payment(row: &Row<'_>) -> Result<PaymentRow> {
    Ok(PaymentRow {
        serial: row.get(0)?,
        consumer: row.get(1)?,
        payment_id: row.get(2)?,
        version: row.get(3)?,
        updated_at: row.get(4)?,
        request: row.get(5)?,
        value: row.get(6)?,
    })
}

/// Columns of `events_of_all.sql` and its sibling.
pub(crate) fn event(row: &Row<'_>) -> Result<EventRow> {
    Ok(EventRow {
        sequence: row.get(0)?,
        consumer: row.get(1)?,
        payment_id: row.get(2)?,
        version: row.get(3)?,
        kind: row.get(4)?,
        state: row.get(5)?,
        at: row.get(6)?,
    })
}

/// Columns of `unlisted_replies.sql`.
pub(crate) fn unlisted_reply(row: &Row<'_>) -> Result<UnlistedRow> {
    Ok(UnlistedRow {
        provider: row.get(0)?,
        text_index: row.get(1)?,
        text: row.get(2)?,
        count: row.get(3)?,
        first_at: row.get(4)?,
        last_at: row.get(5)?,
    })
}

/// Columns of `audit_sql`.
pub(crate) fn audit(row: &Row<'_>) -> Result<AuditRow> {
    Ok(AuditRow {
        sequence: row.get(0)?,
        operator: row.get(1)?,
        actor: row.get(2)?,
        second_actor: row.get(3)?,
        action: row.get(4)?,
        subject: row.get(5)?,
        reason: row.get(6)?,
        before: row.get(7)?,
        after: row.get(8)?,
        at: row.get(9)?,
    })
}

/// Columns of `notes_of_payment.sql`.
pub(crate) fn note(row: &Row<'_>) -> Result<NoteRow> {
    Ok(NoteRow {
        operator: row.get(0)?,
        proven: row.get(1)?,
        actor: row.get(2)?,
        text: row.get(3)?,
        at: row.get(4)?,
    })
}

/// Columns of `deposits.sql` and its sibling.
pub(crate) fn deposit(row: &Row<'_>) -> Result<DepositRow> {
    Ok(DepositRow {
        deposit_id: row.get(0)?,
        provider: row.get(1)?,
        amount: row.get(2)?,
        credited_at: row.get(3)?,
        reference: row.get(4)?,
        operator: row.get(5)?,
        proven: row.get(6)?,
        actor: row.get(7)?,
        recorded_at: row.get(8)?,
    })
}

/// Columns of `proposals_of_payment.sql`.
pub(crate) fn proposal(row: &Row<'_>) -> Result<ProposalRow> {
    Ok(ProposalRow {
        number: row.get(0)?,
        attempt: row.get(1)?,
        version: row.get(2)?,
        facts: row.get(3)?,
        operator: row.get(4)?,
        proven: row.get(5)?,
        actor: row.get(6)?,
        evidence: row.get(7)?,
        at: row.get(8)?,
    })
}

/// Columns of `chain_head.sql`.
pub(crate) fn link(row: &Row<'_>) -> Result<Link> {
    Ok(Link {
        number: row.get(0)?,
        hash: row.get(1)?,
        last_event: row.get(2)?,
        last_fact: row.get(3)?,
        at: row.get(4)?,
    })
}
