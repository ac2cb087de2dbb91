//! Whether a journal is as the engine left it, and has the past that was known of it elsewhere.

use std::path::Path;

use ppob_journal::JournalledSend;
use ppob_journal_durable::chain::found::{self, Excused};
use ppob_journal_durable::chain::{Audited, Head};
use ppob_journal_durable::sends::{self, SendSettings, SentHead};
use ppob_types::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::chain;
use crate::connection::open_reader;
use crate::keys::KeySource;
use crate::marks;
use crate::sql;
use crate::verify::{VerifyError, known_version};

/// Whose send journal is held against a journal: that of the journal that the engine works on, also if it
/// is a backup of it that is looked at.
#[derive(Clone, Copy, Debug)]
pub struct SendsOf<'a> {
    /// The journal that the engine works on.
    pub journal: &'a Path,
    /// Where its send journal is.
    pub settings: &'a SendSettings,
    /// Where its key is.
    pub keys: &'a KeySource,
}

/// The newest commit of the journal's chain, and when it was.
///
/// # Errors
/// [`VerifyError`] if it cannot be read.
pub fn chain_head(path: &Path) -> Result<Option<(Head, Timestamp)>, VerifyError> {
    let connection = open(path)?;
    head(&connection).map_err(|error| VerifyError::of(path, &error))
}

/// Reads all of a journal or a backup, also beside a running engine, and holds it against its chain of
/// hashes, `known` heads, and the heads and sends of the send journal.
///
/// # Errors
/// [`VerifyError`] if it cannot be read, or has no chain.
pub fn audit(
    path: &Path,
    known: &[Head],
    sends: Option<SendsOf<'_>>,
) -> Result<Audited, VerifyError> {
    let failed = |error: rusqlite::Error| VerifyError::of(path, &error);
    // First: whatever stands there was committed before, also beside a running engine.
    let (written, not_compared) = match sends.map(written) {
        Some(Ok(written)) => (written, None),
        Some(Err(cause)) => (sends::Written::default(), Some(cause)),
        None => (sends::Written::default(), None),
    };
    let connection = open(path)?;
    let view = connection.unchecked_transaction().map_err(failed)?;
    let mut findings = chain::check(&view).map_err(failed)?;
    let mut left_behind = 0;
    let excused = excused(&view).map_err(failed)?;
    let told = known.iter().map(|head| (*head, None));
    let journalled = written.heads.iter().map(|SentHead { at, head }| (*head, Some(*at)));
    let mut gone: Option<(Head, Option<Timestamp>)> = None;
    let mut heads: u64 = 0;
    for (head, at) in told.chain(journalled) {
        heads = heads.saturating_add(1);
        if stands(&view, &head).map_err(failed)? {
            continue;
        }
        if at.is_some_and(|at| excused.is(at)) {
            left_behind += 1;
        } else if gone.is_none_or(|(earlier, _)| head.number < earlier.number) {
            gone = Some((head, at));
        }
    }
    findings.extend(gone.map(|(head, at)| found::cut(&head, at)));
    for send in written.sends.iter().filter(|send| !excused.is(send.begun_at())) {
        if !is_there(&view, send).map_err(failed)? {
            findings.push(found::send_missing(send));
        }
    }
    let head = head(&view).map_err(failed)?;
    Ok(Audited { head, heads, left_behind, not_compared, findings })
}

fn open(path: &Path) -> Result<Connection, VerifyError> {
    if !path.is_file() {
        return Err(VerifyError::Missing(path.to_owned()));
    }
    let failed = |error: rusqlite::Error| VerifyError::of(path, &error);
    let connection = open_reader(path).map_err(failed)?;
    known_version(path, &connection)?;
    if connection.table_exists(None, "chain").map_err(failed)? {
        Ok(connection)
    } else {
        Err(VerifyError::NoChain(path.to_owned()))
    }
}

fn head(view: &Connection) -> rusqlite::Result<Option<(Head, Timestamp)>> {
    Ok(chain::head(view)?.map(|link| (link.head(), Timestamp::from_micros(link.at))))
}

/// What the send journal holds, or why it cannot be read.
fn written(of: SendsOf<'_>) -> Result<sends::Written, String> {
    let keys = of.keys.existing(of.journal).ok_or("the journal's key is not there")?;
    sends::written(&of.settings.directory(of.journal), &keys).map_err(|error| error.to_string())
}

fn stands(view: &Connection, head: &Head) -> rusqlite::Result<bool> {
    let number = i64::try_from(head.number).unwrap_or(i64::MAX);
    let mut statement = view.prepare_cached("SELECT hash FROM chain WHERE number = ?1")?;
    let hash: Option<[u8; 32]> = statement.query_row([number], |row| row.get(0)).optional()?;
    Ok(hash == Some(head.hash))
}

fn excused(view: &Connection) -> rusqlite::Result<Excused> {
    let mut statement = view.prepare("SELECT taken_at, restored_at FROM restore")?;
    let restores = statement.query_map([], |row| {
        let (taken_at, restored_at) = (row.get(0)?, row.get(1)?);
        Ok((Timestamp::from_micros(taken_at), Timestamp::from_micros(restored_at)))
    })?;
    Ok(Excused { restores: restores.collect::<Result<_, _>>()?, taken_at: marks::backup(view)? })
}

fn is_there(view: &Connection, send: &JournalledSend) -> rusqlite::Result<bool> {
    let mut statement = view.prepare_cached(sql::ATTEMPT_KNOWN)?;
    let key = (send.key.consumer.as_str(), send.key.id.as_str(), send.attempt.as_str());
    statement.query_row(key, |row| row.get(0))
}
