//! Rows as they are read.

use ppob_journal_durable::decode::{
    AuditRow, DepositRow, EventRow, NoteRow, PaymentRow, ProposalRow, UnlistedRow,
};
use tokio_postgres::{Error, Row};

pub(crate) fn payment(row: &Row) -> Result<PaymentRow, Error> {
    Ok(PaymentRow {
        serial: row.try_get(0)?,
        consumer: row.try_get(1)?,
        payment_id: row.try_get(2)?,
        version: row.try_get(3)?,
        updated_at: row.try_get(4)?,
        request: row.try_get(5)?,
        value: row.try_get(6)?,
    })
}

pub(crate) fn event(row: &Row) -> Result<EventRow, Error> {
    Ok(EventRow {
        sequence: row.try_get(0)?,
        consumer: row.try_get(1)?,
        payment_id: row.try_get(2)?,
        version: row.try_get(3)?,
        kind: row.try_get(4)?,
        state: row.try_get(5)?,
        at: row.try_get(6)?,
    })
}

pub(crate) fn unlisted(row: &Row) -> Result<UnlistedRow, Error> {
    Ok(UnlistedRow {
        provider: row.try_get(0)?,
        text_index: row.try_get(1)?,
        text: row.try_get(2)?,
        count: row.try_get(3)?,
        first_at: row.try_get(4)?,
        last_at: row.try_get(5)?,
    })
}

pub(crate) fn audit(row: &Row) -> Result<AuditRow, Error> {
    Ok(AuditRow {
        sequence: row.try_get(0)?,
        operator: row.try_get(1)?,
        actor: row.try_get(2)?,
        second_actor: row.try_get(3)?,
        action: row.try_get(4)?,
        subject: row.try_get(5)?,
        reason: row.try_get(6)?,
        before: row.try_get(7)?,
        after: row.try_get(8)?,
        at: row.try_get(9)?,
    })
}

pub(crate) fn note(row: &Row) -> Result<NoteRow, Error> {
    Ok(NoteRow {
        operator: row.try_get(0)?,
        proven: row.try_get(1)?,
        actor: row.try_get(2)?,
        text: row.try_get(3)?,
        at: row.try_get(4)?,
    })
}

pub(crate) fn deposit(row: &Row) -> Result<DepositRow, Error> {
    Ok(DepositRow {
        deposit_id: row.try_get(0)?,
        provider: row.try_get(1)?,
        amount: row.try_get(2)?,
        credited_at: row.try_get(3)?,
        reference: row.try_get(4)?,
        operator: row.try_get(5)?,
        proven: row.try_get(6)?,
        actor: row.try_get(7)?,
        recorded_at: row.try_get(8)?,
    })
}

pub(crate) fn proposal(row: &Row) -> Result<ProposalRow, Error> {
    Ok(ProposalRow {
        number: row.try_get(0)?,
        attempt: row.try_get(1)?,
        version: row.try_get(2)?,
        facts: row.try_get(3)?,
        operator: row.try_get(4)?,
        proven: row.try_get(5)?,
        actor: row.try_get(6)?,
        evidence: row.try_get(7)?,
        at: row.try_get(8)?,
    })
}
