//! What operators added, and the audit.

use ppob_journal::{AuditFilter, AuditRecord, Deposit, Dossier};
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::Seal;
use ppob_types::{PaymentKey, ProviderName, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::list::Parts;
use super::{Answer, all};
use crate::{rows, sql};

pub(crate) fn audit_trail(
    connection: &Connection,
    seal: &Seal,
    filter: &AuditFilter,
    limit: usize,
) -> Answer<Vec<AuditRecord>> {
    let (statement, values) = audit_sql(filter, limit);
    let found = all(connection, &statement, params_from_iter(values), rows::audit)?;
    found.into_iter().map(|row| row.decode(seal)).collect()
}

/// The statement and its values, as [`super::list_sql`] makes them.
pub(crate) fn audit_sql(filter: &AuditFilter, limit: usize) -> (String, Vec<Value>) {
    let mut parts = Parts::default();
    if let Some(subject) = &filter.subject {
        parts.and("subject =", subject.clone());
    }
    if let Some(action) = &filter.action {
        parts.and("action =", action.clone());
    }
    if let Some(actor) = &filter.actor {
        let place = parts.place(actor.clone());
        parts.condition(format!("{place} IN (actor, second_actor)"));
    }
    if let Some(from) = filter.from {
        parts.and("at >=", from.as_micros());
    }
    if let Some(until) = filter.until {
        parts.and("at <", until.as_micros());
    }
    if let Some(before) = filter.before_sequence {
        parts.and("sequence <", integer(before));
    }
    let columns = "SELECT sequence, operator, actor, second_actor, action, subject, reason, before, \
                   after, at FROM audit";
    let limit = parts.place(integer(limit));
    parts.statement(columns, &format!("ORDER BY sequence DESC LIMIT {limit}"))
}

pub(crate) fn deposits(
    connection: &Connection,
    seal: &Seal,
    provider: &ProviderName,
    from: Timestamp,
    limit: usize,
) -> Answer<Vec<Deposit>> {
    let bounds = (provider.as_str(), from.as_micros(), integer(limit));
    let found = all(connection, sql::DEPOSITS, bounds, rows::deposit)?;
    found.into_iter().map(|row| row.decode(seal)).collect()
}

pub(crate) fn dossier(connection: &Connection, seal: &Seal, key: &PaymentKey) -> Answer<Dossier> {
    let keys = (key.consumer.as_str(), key.id.as_str());
    let notes = all(connection, sql::NOTES_OF_PAYMENT, keys, rows::note)?;
    let proposals = all(connection, sql::PROPOSALS_OF_PAYMENT, keys, rows::proposal)?;
    let notes: Answer<_> = notes.into_iter().map(|row| row.decode(seal, key)).collect();
    let proposals: Answer<_> = proposals.into_iter().map(|row| row.decode(seal, key)).collect();
    Ok(Dossier { notes: notes?, proposals: proposals? })
}
