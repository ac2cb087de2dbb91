//! Whether a journal is as the engine left it, and has the past that was known of it elsewhere.

use std::path::Path;

use ppob_journal::JournalledSend;
use ppob_journal_durable::chain::{Finding, FindingKind, Head};
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

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// The newest commit of the chain, and when it was; none before the first.
    pub head: Option<(Head, Timestamp)>,
    /// How many heads that were written down elsewhere were compared.
    pub heads: u64,
    /// How many of them a restore is known to have left behind.
    pub left_behind: u64,
    /// Why the send journal was not compared, if it was not.
    pub not_compared: Option<String>,
    /// What is not as it was.
    pub findings: Vec<Finding>,
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
    let excused = Excused::read(&view).map_err(failed)?;
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
    findings.extend(gone.map(|(head, at)| cut(&head, at)));
    for send in written.sends.iter().filter(|send| !excused.is(send.begun_at())) {
        if !is_there(&view, send).map_err(failed)? {
            findings.push(missing(send));
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

/// Of which times it is known that this file does not know them.
struct Excused {
    /// Between the taking of a backup and its restore.
    restores: Vec<(Timestamp, Timestamp)>,
    /// The file is itself a backup, taken then.
    taken_at: Option<Timestamp>,
}

impl Excused {
    fn read(view: &Connection) -> rusqlite::Result<Self> {
        let mut statement = view.prepare("SELECT taken_at, restored_at FROM restore")?;
        let restores = statement.query_map([], |row| {
            let (taken_at, restored_at) = (row.get(0)?, row.get(1)?);
            Ok((Timestamp::from_micros(taken_at), Timestamp::from_micros(restored_at)))
        })?;
        Ok(Self { restores: restores.collect::<Result<_, _>>()?, taken_at: marks::backup(view)? })
    }

    fn is(&self, at: Timestamp) -> bool {
        self.taken_at.is_some_and(|taken_at| at >= taken_at)
            || self.restores.iter().any(|(from, until)| at >= *from && at <= *until)
    }
}

fn cut(head: &Head, at: Option<Timestamp>) -> Finding {
    let when = at.map_or_else(String::new, |at| format!(", written down at {} WIB", at.wib()));
    let what = format!(
        "commit {}{when}, is not there or is another one: the journal was cut or set back before it, or rewritten",
        head.number
    );
    Finding::new(FindingKind::Cut, what)
}

fn is_there(view: &Connection, send: &JournalledSend) -> rusqlite::Result<bool> {
    let mut statement = view.prepare_cached(sql::ATTEMPT_KNOWN)?;
    let key = (send.key.consumer.as_str(), send.key.id.as_str(), send.attempt.as_str());
    statement.query_row(key, |row| row.get(0))
}

fn missing(send: &JournalledSend) -> Finding {
    let what = format!(
        "attempt {} of payment {} was about to be sent at {} WIB and is not there",
        send.attempt,
        send.key,
        send.begun_at().wib()
    );
    Finding::new(FindingKind::PaymentRemoved, what)
}
