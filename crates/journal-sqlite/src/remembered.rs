//! What the send journal shows and the database has forgotten.

use ppob_journal::{JournalledSend, LostSends};
use ppob_journal_durable::decode::{integer, to_json};
use ppob_journal_durable::sealed::{Seal, document_content};
use ppob_journal_durable::sends::{Forgotten, Put, SendJournal, Tail, forgotten};
use rusqlite::{Connection, OptionalExtension};

use crate::apply::{Failure, audit, put_forgotten, put_remembered};
use crate::open::high_water;
use crate::{OpenError, chain, rows, sql};

/// Puts in doubt again what was sent and is not in the database, all in one transaction. Says how many
/// sends that were.
pub(crate) fn remember(
    path: &std::path::Path,
    connection: &Connection,
    seal: &Seal,
    sends: &mut SendJournal,
) -> Result<u64, OpenError> {
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let covered: i64 =
        connection.query_row(sql::SENDS_COVERED, [], |row| row.get(0)).map_err(failed)?;
    let tail = sends
        .tail(u64::try_from(covered).unwrap_or_default())
        .map_err(|cause| OpenError::Sends { directory: sends.directory().to_owned(), cause })?;
    sends.skip_to(tail.next);
    let all = connection.unchecked_transaction().map_err(failed)?;
    let found = apply(&all, seal, &tail).map_err(|failure| match failure {
        Failure::Sqlite(error) => failed(error),
        Failure::Journal(error) => {
            OpenError::Other { path: path.to_owned(), cause: error.to_string() }
        }
    })?;
    all.commit().map_err(failed)?;
    Ok(found)
}

fn apply(connection: &Connection, seal: &Seal, tail: &Tail) -> Result<u64, Failure> {
    let mut lost = load_lost(connection, seal)?;
    let before = lost.clone();
    let mut latest = None;
    for send in &tail.sends {
        // Whatever the copy says: what was given out is not given out again.
        let serial = integer(send.serial);
        connection.prepare_cached(sql::META_RAISE)?.execute(("last_serial", serial))?;
        latest = latest.max(Some(send.begun_at()));
        one(connection, seal, send, &mut lost)?;
    }
    if let Some(latest) = latest {
        crate::apply::raise_time(connection, latest)?;
    }
    if lost != before {
        let json = to_json(&lost)?;
        let content = seal.seal_text(&document_content(LostSends::DOCUMENT), &json)?;
        crate::apply::save_document(connection, LostSends::DOCUMENT, &content)?;
    }
    connection.prepare_cached(sql::SENDS_COVER)?.execute([integer(tail.next)])?;
    chain::append(connection, latest)?;
    Ok(lost.found.saturating_sub(before.found))
}

fn load_lost(connection: &Connection, seal: &Seal) -> Result<LostSends, Failure> {
    let kept: Option<Vec<u8>> = connection
        .prepare_cached(sql::DOCUMENT_GET)?
        .query_row([LostSends::DOCUMENT], |row| row.get(0))
        .optional()?;
    let place = document_content(LostSends::DOCUMENT);
    Ok(kept.map(|kept| seal.open_json(&place, &kept)).transpose()?.unwrap_or_default())
}

fn one(
    connection: &Connection,
    seal: &Seal,
    send: &JournalledSend,
    lost: &mut LostSends,
) -> Result<(), Failure> {
    let (consumer, id) = (send.key.consumer.as_str(), send.key.id.as_str());
    let attempt = (consumer, id, send.attempt.as_str());
    if connection.prepare_cached(sql::ATTEMPT_KNOWN)?.query_row(attempt, |row| row.get(0))? {
        return Ok(());
    }
    let known = connection
        .prepare_cached(sql::PAYMENT_BY_KEY)?
        .query_row((consumer, id), rows::payment)
        .optional()?;
    let known = known.map(|row| row.decode(seal)).transpose();
    // The latest time that anybody knows of.
    let now = high_water(connection)?.max(send.begun_at());
    let Forgotten { entry, put } = forgotten(send, known, now, lost)?;
    if let Some(entry) = entry {
        let reason = seal.reason(&entry)?;
        audit(connection, &entry, &reason)?;
    }
    match put {
        Some(Put::New(new)) => put_forgotten(connection, seal, *new),
        Some(Put::Change(change)) => put_remembered(connection, seal, change),
        None => Ok(()),
    }
}
