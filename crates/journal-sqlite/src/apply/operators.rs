//! What operators add.

use ppob_journal::{
    Agreement, AuditEntry, Deposit, DepositRecorded, NewProposal, Note, Proposal, Propose, Proposed,
};
use ppob_journal_durable::decode::{integer, natural};
use ppob_journal_durable::sealed::Seal;
use ppob_types::{PaymentKey, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::Failure;
use crate::{rows, sql};

/// The end of a proposal that begins ended.
struct End<'a> {
    operator: &'a str,
    actor: &'a str,
    at: Timestamp,
}

/// Adds an entry, whose reason is given sealed.
pub(crate) fn audit(
    connection: &Connection,
    entry: &AuditEntry,
    reason: &[u8],
) -> Result<(), Failure> {
    connection.prepare_cached(sql::AUDIT_INSERT)?.execute(params![
        entry.operator.as_str(),
        entry.actor,
        entry.second_actor,
        entry.action,
        entry.subject,
        reason,
        entry.before,
        entry.after,
        entry.at.as_micros(),
    ])?;
    Ok(())
}

/// Adds a note, whose text is given sealed. `false` if there is no such payment.
pub(crate) fn add_note(
    connection: &Connection,
    note: &Note,
    text: &[u8],
    entry: &AuditEntry,
    reason: &[u8],
) -> Result<bool, Failure> {
    let added = connection.prepare_cached(sql::NOTE_INSERT)?.execute(params![
        note.key.consumer.as_str(),
        note.key.id.as_str(),
        note.who.operator.as_str(),
        note.who.proven,
        note.who.actor,
        text,
        note.at.as_micros(),
    ])?;
    if added == 0 {
        return Ok(false);
    }
    audit(connection, entry, reason)?;
    Ok(true)
}

/// Adds a deposit, whose reference is given sealed, too.
pub(crate) fn record_deposit(
    connection: &Connection,
    seal: &Seal,
    deposit: Deposit,
    reference: &[u8],
    entry: &AuditEntry,
    reason: &[u8],
) -> Result<DepositRecorded, Failure> {
    let known = connection
        .prepare_cached(sql::DEPOSIT_GET)?
        .query_row([&deposit.id], rows::deposit)
        .optional()?;
    if let Some(row) = known {
        let known = row.decode(seal)?;
        return Ok(if known.is_same_as(&deposit) {
            DepositRecorded::Known(known)
        } else {
            DepositRecorded::Conflict
        });
    }
    connection.prepare_cached(sql::DEPOSIT_INSERT)?.execute(params![
        deposit.id,
        deposit.provider.as_str(),
        deposit.amount.get(),
        deposit.credited_at.as_micros(),
        reference,
        deposit.who.operator.as_str(),
        deposit.who.proven,
        deposit.who.actor,
        deposit.recorded_at.as_micros(),
    ])?;
    audit(connection, entry, reason)?;
    Ok(DepositRecorded::Done(deposit))
}

/// Keeps a verdict of one person, whose evidence is given sealed.
pub(crate) fn propose(
    connection: &Connection,
    propose: Propose,
    evidence: &[u8],
    reason: &[u8],
) -> Result<Proposed, Failure> {
    let Propose { proposal, replaces, audit: entry } = propose;
    let Some((serial, version, open)) = subject(connection, &proposal.key, proposal.attempt)?
    else {
        return Ok(Proposed::Stale);
    };
    if version != integer(proposal.version) || open != replaces.map(integer) {
        return Ok(Proposed::Stale);
    }
    if let Some(open) = open {
        end(connection, open, proposal.at)?;
    }
    insert(connection, serial, &proposal, evidence, None)?;
    let number = natural(connection.last_insert_rowid())?;
    audit(connection, &entry, reason)?;
    Ok(Proposed::Done(Proposal { number, proposed: proposal }))
}

/// `false` if it is not open any more.
pub(crate) fn withdraw(
    connection: &Connection,
    proposal: u64,
    entry: &AuditEntry,
    reason: &[u8],
) -> Result<bool, Failure> {
    let open = end(connection, integer(proposal), entry.at)?;
    if open {
        audit(connection, entry, reason)?;
    }
    Ok(open)
}

/// Keeps an agreement, with sealed evidence where one call named both; `false` if its proposal is not
/// open any more.
pub(super) fn agree(
    connection: &Connection,
    agreement: &Agreement,
    evidence: Option<&[u8]>,
    now: Timestamp,
) -> Result<bool, Failure> {
    match agreement {
        Agreement::Confirms { proposal, second } => {
            let confirmed = connection.prepare_cached(sql::PROPOSAL_CONFIRM)?.execute(params![
                integer(*proposal),
                second.operator.as_str(),
                second.proven,
                second.actor,
                now.as_micros(),
            ])?;
            Ok(confirmed > 0)
        }
        Agreement::Named { proposal, second_actor } => {
            let found = subject(connection, &proposal.key, proposal.attempt)?;
            let Some((serial, _, open)) = found else { return Ok(false) };
            if let Some(open) = open {
                end(connection, open, now)?;
            }
            let operator = proposal.who.operator.as_str();
            let ended = End { operator, actor: second_actor, at: now };
            insert(connection, serial, proposal, evidence.unwrap_or_default(), Some(&ended))?;
            Ok(true)
        }
    }
}

fn insert(
    connection: &Connection,
    serial: i64,
    proposal: &NewProposal,
    evidence: &[u8],
    end: Option<&End<'_>>,
) -> rusqlite::Result<()> {
    connection.prepare_cached(sql::PROPOSAL_INSERT)?.execute(params![
        serial,
        proposal.attempt,
        integer(proposal.version),
        proposal.facts,
        proposal.who.operator.as_str(),
        proposal.who.proven,
        proposal.who.actor,
        evidence,
        proposal.at.as_micros(),
        if end.is_some() { "confirmed" } else { "open" },
        end.map(|end| end.operator),
        // The same call named both: it proves as much of the second as of the first.
        end.map(|_| proposal.who.proven),
        end.map(|end| end.actor),
        end.map(|end| end.at.as_micros()),
    ])?;
    Ok(())
}

fn end(connection: &Connection, proposal: i64, at: Timestamp) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(sql::PROPOSAL_WITHDRAW)?;
    Ok(statement.execute((proposal, at.as_micros()))? > 0)
}

/// Serial and version of a payment, and the open proposal about one of its attempts.
fn subject(
    connection: &Connection,
    key: &PaymentKey,
    attempt: u32,
) -> rusqlite::Result<Option<(i64, i64, Option<i64>)>> {
    connection
        .prepare_cached(sql::PROPOSAL_SUBJECT)?
        .query_row((key.consumer.as_str(), key.id.as_str(), attempt), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
}
