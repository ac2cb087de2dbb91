//! Whether a journal is as the engine left it, and has the past that was known of it elsewhere.

use ppob_journal::JournalledSend;
use ppob_journal_durable::chain::found::{self, Excused};
use ppob_journal_durable::chain::{Audited, Head};
use ppob_journal_durable::sends::{self, SentHead, Written};
use ppob_types::Timestamp;
use tokio_postgres::{Error, Transaction};

use crate::verify::{VerifyError, View};
use crate::{PostgresSettings, chain, identity};

/// How many of what was written down elsewhere are looked for at once.
const AT_ONCE: usize = 500;

/// Which of these heads are not in the chain, by their place from 1.
const GONE: &str = "
    SELECT place FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS told (number, hash, place)
    WHERE NOT EXISTS (SELECT FROM chain WHERE chain.number = told.number AND chain.hash = told.hash)
    ORDER BY place";
/// Which of these attempts are not there, by their place from 1.
const MISSING: &str = "
    SELECT place
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY
        AS sent (consumer, payment_id, attempt_id, place)
    WHERE NOT EXISTS (
        SELECT FROM payment JOIN attempt ON attempt.payment_serial = payment.serial
        WHERE payment.consumer = sent.consumer AND payment.payment_id = sent.payment_id
            AND attempt.attempt_id = sent.attempt_id
    )
    ORDER BY place";

/// The newest commit of the journal's chain, and when it was.
///
/// # Errors
/// [`VerifyError`] if it cannot be read.
pub async fn chain_head(
    settings: &PostgresSettings,
) -> Result<Option<(Head, Timestamp)>, VerifyError> {
    let mut view = View::open(settings).await?;
    let snapshot = view.snapshot().await?;
    Ok(chain::head(&snapshot).await?)
}

/// Reads all of a journal, also beside a running engine, and holds it against its chain of hashes, `known`
/// heads, and the heads and sends of the send journal of this machine.
///
/// # Errors
/// [`VerifyError`] if it cannot be read.
pub async fn audit(settings: &PostgresSettings, known: &[Head]) -> Result<Audited, VerifyError> {
    let mut view = View::open(settings).await?;
    // First: whatever stands there was committed before, also beside a running engine.
    let (written, not_compared) = match written(settings, view.journal()).await {
        Ok(written) => (written, None),
        Err(cause) => (Written::default(), Some(cause)),
    };
    let snapshot = view.snapshot().await?;
    let audited = hold(&snapshot, known, &written).await?;
    Ok(Audited { not_compared, ..audited })
}

/// All that is found over one view of the journal.
pub(crate) async fn hold(
    view: &Transaction<'_>,
    known: &[Head],
    written: &Written,
) -> Result<Audited, Error> {
    let mut findings = chain::check(view).await?;
    let excused = excused(view).await?;
    let told = known.iter().map(|head| (*head, None));
    let journalled = written.heads.iter().map(|SentHead { at, head }| (*head, Some(*at)));
    let told: Vec<(Head, Option<Timestamp>)> = told.chain(journalled).collect();
    let mut left_behind = 0;
    let mut first: Option<(Head, Option<Timestamp>)> = None;
    for (head, at) in gone(view, &told).await? {
        if at.is_some_and(|at| excused.is(at)) {
            left_behind += 1;
        } else if first.is_none_or(|(earlier, _)| head.number < earlier.number) {
            first = Some((head, at));
        }
    }
    findings.extend(first.map(|(head, at)| found::cut(&head, at)));
    let sends: Vec<&JournalledSend> =
        written.sends.iter().filter(|send| !excused.is(send.begun_at())).collect();
    findings.extend(missing(view, &sends).await?.into_iter().map(found::send_missing));
    Ok(Audited {
        head: chain::head(view).await?,
        heads: u64::try_from(told.len()).unwrap_or(u64::MAX),
        left_behind,
        not_compared: None,
        findings,
    })
}

/// What the send journal of this machine holds, or why it cannot be compared.
async fn written(settings: &PostgresSettings, journal: &str) -> Result<Written, String> {
    let directory = settings.sends_directory.clone();
    let of = identity::of(&directory).map_err(|error| error.to_string())?;
    match of {
        None => return Err(format!("there is none in {}", directory.display())),
        Some((_, of)) if of != journal => {
            return Err(format!("the one in {} is another journal's", directory.display()));
        }
        Some(_) => {}
    }
    let keys = settings.keys.clone();
    let read = tokio::task::spawn_blocking(move || sends::written(&directory, &keys)).await;
    read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

async fn gone(
    view: &Transaction<'_>,
    told: &[(Head, Option<Timestamp>)],
) -> Result<Vec<(Head, Option<Timestamp>)>, Error> {
    let statement = view.prepare(GONE).await?;
    let mut gone = Vec::new();
    for part in told.chunks(AT_ONCE) {
        let numbers: Vec<i64> =
            part.iter().map(|(head, _)| i64::try_from(head.number).unwrap_or(i64::MAX)).collect();
        let hashes: Vec<&[u8]> = part.iter().map(|(head, _)| head.hash.as_slice()).collect();
        for row in view.query(&statement, &[&numbers, &hashes]).await? {
            gone.extend(at_place(part, row.try_get(0)?).copied());
        }
    }
    Ok(gone)
}

async fn missing<'a>(
    view: &Transaction<'_>,
    sends: &[&'a JournalledSend],
) -> Result<Vec<&'a JournalledSend>, Error> {
    let statement = view.prepare(MISSING).await?;
    let mut missing = Vec::new();
    for part in sends.chunks(AT_ONCE) {
        let consumers: Vec<&str> = part.iter().map(|send| send.key.consumer.as_str()).collect();
        let ids: Vec<&str> = part.iter().map(|send| send.key.id.as_str()).collect();
        let attempts: Vec<&str> = part.iter().map(|send| send.attempt.as_str()).collect();
        for row in view.query(&statement, &[&consumers, &ids, &attempts]).await? {
            missing.extend(at_place(part, row.try_get(0)?).copied());
        }
    }
    Ok(missing)
}

fn at_place<T>(of: &[T], place: i64) -> Option<&T> {
    of.get(usize::try_from(place).ok()?.checked_sub(1)?)
}

async fn excused(view: &Transaction<'_>) -> Result<Excused, Error> {
    let mut restores = Vec::new();
    for row in view.query("SELECT taken_at, restored_at FROM restore", &[]).await? {
        let (taken_at, restored_at) = (row.try_get(0)?, row.try_get(1)?);
        restores.push((Timestamp::from_micros(taken_at), Timestamp::from_micros(restored_at)));
    }
    Ok(Excused { restores, taken_at: None })
}
