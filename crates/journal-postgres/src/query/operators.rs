//! What operators added, and the audit.

use postgres_types::ToSql;
use ppob_journal::{AuditFilter, AuditRecord, Deposit, Dossier};
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::Seal;
use ppob_types::{PaymentKey, ProviderName, Timestamp};

use super::Answer;
use super::filters::audit_sql;
use crate::error::unread;
use crate::reader::Readers;
use crate::{rows, sql};

pub(crate) async fn audit_trail(
    readers: &Readers,
    seal: &Seal,
    filter: &AuditFilter,
    limit: usize,
) -> Answer<Vec<AuditRecord>> {
    let (statement, values) = audit_sql(filter);
    let limit = integer(limit);
    let mut all: Vec<&(dyn ToSql + Sync)> =
        values.iter().map(|value| value.as_ref() as &(dyn ToSql + Sync)).collect();
    all.push(&limit);
    let found = readers.all(&statement, &all).await?;
    let records =
        found.iter().map(|row| rows::audit(row).map_err(|error| unread(&error))?.decode(seal));
    records.collect()
}

pub(crate) async fn deposit(readers: &Readers, seal: &Seal, id: &str) -> Answer<Option<Deposit>> {
    let row = readers.one(sql::DEPOSIT_GET, &[&id]).await?;
    row.map(|row| rows::deposit(&row).map_err(|error| unread(&error))?.decode(seal)).transpose()
}

pub(crate) async fn deposits(
    readers: &Readers,
    seal: &Seal,
    provider: &ProviderName,
    from: Timestamp,
    limit: usize,
) -> Answer<Vec<Deposit>> {
    let (provider, from, limit) = (provider.as_str(), from.as_micros(), integer(limit));
    let found = readers.all(sql::DEPOSITS, &[&provider, &from, &limit]).await?;
    let deposits =
        found.iter().map(|row| rows::deposit(row).map_err(|error| unread(&error))?.decode(seal));
    deposits.collect()
}

pub(crate) async fn dossier(readers: &Readers, seal: &Seal, key: &PaymentKey) -> Answer<Dossier> {
    let (consumer, id) = (key.consumer.as_str(), key.id.as_str());
    let notes = readers.all(sql::NOTES_OF_PAYMENT, &[&consumer, &id]).await?;
    let proposals = readers.all(sql::PROPOSALS_OF_PAYMENT, &[&consumer, &id]).await?;
    let notes: Answer<_> = notes
        .iter()
        .map(|row| rows::note(row).map_err(|error| unread(&error))?.decode(seal, key))
        .collect();
    let proposals: Answer<_> = proposals
        .iter()
        .map(|row| rows::proposal(row).map_err(|error| unread(&error))?.decode(seal, key))
        .collect();
    Ok(Dossier { notes: notes?, proposals: proposals? })
}
