//! Holding what stands in the journal against its chain.

use ppob_journal_durable::chain::{Finding, FindingKind, Link, hash};
use ppob_types::Timestamp;
use rusqlite::{Connection, Row};

use super::added;
use crate::rows;

/// More are not told one by one.
const MOST: usize = 200;

/// Payments whose row, with its attempts, is not as its newest event left it.
const CHANGED_PAYMENTS: &str = "
    SELECT payment.consumer, payment.payment_id, payment.state,
        payment.attempts - (SELECT count(*) FROM attempt WHERE payment_serial = payment.serial)
    FROM payment
    JOIN payment_digest ON payment_digest.serial = payment.serial
    LEFT JOIN event ON event.payment_serial = payment.serial
        AND event.version = (
            SELECT max(version) FROM event WHERE payment_serial = payment.serial
        )
    WHERE event.version IS NOT payment.version OR event.digest IS NOT payment_digest.digest
    ORDER BY payment.serial LIMIT ?1";

/// Payments that events speak of.
const MISSING_PAYMENTS: &str = "
    SELECT DISTINCT event.consumer, event.payment_serial FROM event
    WHERE NOT EXISTS (SELECT 1 FROM payment WHERE serial = event.payment_serial)
    ORDER BY event.payment_serial LIMIT ?1";

/// What the newest fact of a subject says and what stands there differ: 0 if only the fact is there, 1 if
/// only the row is, 2 if both are.
const CHANGED_FACTS: &str = "
    SELECT told.kind, told.subject, iif(standing_fact.digest IS NULL, 0, 2)
    FROM (
        SELECT kind, subject, max(sequence) AS sequence FROM fact GROUP BY kind, subject
    ) AS newest
    JOIN fact AS told ON told.sequence = newest.sequence
    LEFT JOIN standing_fact
        ON standing_fact.kind = told.kind AND standing_fact.subject = told.subject
    WHERE standing_fact.digest IS NOT told.digest
    UNION ALL
    SELECT kind, subject, 1 FROM standing_fact
    WHERE NOT EXISTS (
        SELECT 1 FROM fact
        WHERE fact.kind = standing_fact.kind AND fact.subject = standing_fact.subject
    )
    LIMIT ?1";

/// Everything that is not as the engine left it.
pub(crate) fn check(view: &Connection) -> rusqlite::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let last = links(view, &mut findings)?;
    behind(view, &last, &mut findings)?;
    collect(view, MISSING_PAYMENTS, &mut findings, |row| {
        let (consumer, serial): (String, i64) = (row.get(0)?, row.get(1)?);
        let what = format!(
            "the payment with serial {serial} of {consumer} is not there, but its events are"
        );
        Ok(Finding::new(FindingKind::PaymentRemoved, what))
    })?;
    collect(view, CHANGED_PAYMENTS, &mut findings, payment)?;
    collect(view, CHANGED_FACTS, &mut findings, fact)?;
    findings.truncate(MOST);
    Ok(findings)
}

/// Walks the chain; says which link is the last.
fn links(view: &Connection, findings: &mut Vec<Finding>) -> rusqlite::Result<Link> {
    let mut statement = view.prepare(
        "SELECT number, hash, last_event, last_fact, at, previous FROM chain ORDER BY number",
    )?;
    let mut rows = statement.query([])?;
    let mut before = Link::default();
    while let Some(row) = rows.next()? {
        let link = rows::link(row)?;
        let previous: [u8; 32] = row.get(5)?;
        if link.number != before.number.saturating_add(1) || previous != before.hash {
            let what = format!(
                "commit {} does not follow commit {}, which stands before it",
                link.number, before.number
            );
            findings.push(Finding::new(FindingKind::ChainBroken, what));
        }
        // Against what the row itself says stood before it, so that one change is not found again in
        // every later commit.
        let stated = Link { hash: previous, ..before };
        commit(view, &stated, &link, findings)?;
        before = link;
    }
    Ok(before)
}

/// Whether what a commit added is what stands there.
fn commit(
    view: &Connection,
    before: &Link,
    link: &Link,
    findings: &mut Vec<Finding>,
) -> rusqlite::Result<()> {
    let added = added(view, before, link.last_event, link.last_fact)?;
    if hash(before, link, &added.hash) == link.hash && added.last_event == link.last_event {
        return Ok(());
    }
    let at = Timestamp::from_micros(link.at);
    let events = link.last_event.saturating_sub(before.last_event);
    let facts = link.last_fact.saturating_sub(before.last_fact);
    let gone = (events - added.events, facts - added.facts);
    // Where the chain covers everything at once, sequences need not be without gaps.
    let first = before.number == 0;
    if gone.0 > 0 && !first {
        let what = format!(
            "{} of the events {} to {} are not there (commit {}, {} WIB)",
            gone.0,
            before.last_event.saturating_add(1),
            link.last_event,
            link.number,
            at.wib()
        );
        findings.push(Finding::new(FindingKind::EventRemoved, what));
    }
    if gone.1 > 0 && !first {
        let what = format!(
            "{} entries about what operators and the engine did are not there (facts {} to {}, commit {}, {} WIB)",
            gone.1,
            before.last_fact.saturating_add(1),
            link.last_fact,
            link.number,
            at.wib()
        );
        findings.push(Finding::new(FindingKind::FactRemoved, what));
    }
    if first || (gone.0 <= 0 && gone.1 <= 0) {
        let what = format!(
            "what commit {} of {} WIB added (events {} to {}, facts {} to {}) was changed, removed or put in another order",
            link.number,
            at.wib(),
            before.last_event.saturating_add(1),
            link.last_event,
            before.last_fact.saturating_add(1),
            link.last_fact
        );
        findings.push(Finding::new(FindingKind::CommitChanged, what));
    }
    Ok(())
}

/// What stands behind the last commit. Where the end was cut, the chain's too, this is what was forgotten.
fn behind(view: &Connection, last: &Link, findings: &mut Vec<Finding>) -> rusqlite::Result<()> {
    let added = added(view, last, i64::MAX, i64::MAX)?;
    if added.events > 0 || added.facts > 0 {
        let what = format!(
            "{} events and {} facts stand behind the last commit of the chain, {}",
            added.events, added.facts, last.number
        );
        findings.push(Finding::new(FindingKind::Added, what));
    }
    Ok(())
}

fn payment(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let (consumer, id, state): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let missing: i64 = row.get(3)?;
    Ok(if missing > 0 {
        let what =
            format!("payment {consumer}/{id} ({state}) has {missing} attempts less than it had");
        Finding::new(FindingKind::AttemptRemoved, what)
    } else {
        let what = format!(
            "payment {consumer}/{id} ({state}), or one of its attempts, is not as its newest event left it"
        );
        Finding::new(FindingKind::PaymentChanged, what)
    })
}

fn fact(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let (kind, subject, which): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let thing = match kind.as_str() {
        "audit" => "entry of the audit",
        "note" => "note",
        "deposit" => "deposit",
        "proposal" => "proposed verdict",
        "buried" => "tombstone",
        "late_charge" => "late charge of the payment with serial",
        "restore" => "restore",
        other => other,
    };
    Ok(match which {
        0 => Finding::new(FindingKind::FactRemoved, format!("{thing} {subject} is not there")),
        1 => Finding::new(FindingKind::Added, format!("{thing} {subject} was never written")),
        _ => Finding::new(FindingKind::FactChanged, format!("{thing} {subject} was changed")),
    })
}

fn collect(
    view: &Connection,
    sql: &str,
    findings: &mut Vec<Finding>,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<Finding>,
) -> rusqlite::Result<()> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut statement = view.prepare(sql)?;
    for finding in statement.query_map([most], read)? {
        findings.push(finding?);
    }
    Ok(())
}
