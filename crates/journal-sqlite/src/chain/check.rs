//! Holding what stands in the journal against its chain.

use ppob_journal_durable::chain::found::{self, FactDiffers, MOST};
use ppob_journal_durable::chain::{Finding, Link};
use rusqlite::{Connection, Row};

use super::added;
use crate::rows;

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
    let behind = added(view, &last, i64::MAX, i64::MAX)?;
    findings.extend(found::behind(&last, &behind));
    collect(view, MISSING_PAYMENTS, &mut findings, |row| {
        let (consumer, serial): (String, i64) = (row.get(0)?, row.get(1)?);
        Ok(found::payment_missing(&consumer, serial))
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
        findings.extend(found::gap(&before, &link, &previous));
        // Against what the row itself says stood before it, so that one change is not found again in
        // every later commit.
        let stated = Link { hash: previous, ..before };
        let added = added(view, &stated, link.last_event, link.last_fact)?;
        findings.extend(found::commit_changed(&stated, &link, &added));
        before = link;
    }
    Ok(before)
}

fn payment(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let (consumer, id, state): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(found::payment_changed(&consumer, &id, &state, row.get(3)?))
}

fn fact(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let (kind, subject, which): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let differs = match which {
        0 => FactDiffers::Removed,
        1 => FactDiffers::Added,
        _ => FactDiffers::Changed,
    };
    Ok(found::fact(&kind, &subject, differs))
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
