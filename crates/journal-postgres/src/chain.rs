//! The chain of hashes as it stands in the database, held against what stands there: see
//! `migrations/0003_chain.sql`.

mod pages;

use ppob_journal_durable::chain::found::{self, FactDiffers, MOST};
use ppob_journal_durable::chain::{Added, Fields, Finding, Head, Link};
use ppob_types::Timestamp;
use tokio_postgres::{Error, Row, Transaction};

use self::pages::{EventPages, FactPages};

/// How many rows of the chain are read at once.
const LINKS: i64 = 1_000;

/// Payments whose row, with its attempts, is not as its newest event left it.
const CHANGED_PAYMENTS: &str = "
    SELECT payment.consumer, payment.payment_id, payment.state,
        payment.attempts - (SELECT count(*) FROM attempt WHERE payment_serial = payment.serial)
    FROM payment
    LEFT JOIN LATERAL (
        SELECT version, digest FROM event WHERE event.payment_serial = payment.serial
        ORDER BY version DESC LIMIT 1
    ) AS newest ON true
    WHERE newest.version IS DISTINCT FROM payment.version
        OR newest.digest IS DISTINCT FROM payment_digest(payment)
    ORDER BY payment.serial LIMIT $1";

/// Payments that events speak of.
const MISSING_PAYMENTS: &str = "
    SELECT DISTINCT event.consumer, event.payment_serial FROM event
    WHERE NOT EXISTS (SELECT FROM payment WHERE serial = event.payment_serial)
    ORDER BY event.payment_serial LIMIT $1";

/// What the newest fact of a subject says and what stands there differ: 0 if only the fact is there, 1 if
/// only the row is, 2 if both are.
const CHANGED_FACTS: &str = "
    WITH told AS (
        SELECT DISTINCT ON (kind, subject) kind, subject, digest FROM fact
        ORDER BY kind, subject, sequence DESC
    )
    SELECT kind, subject,
        CASE WHEN standing_fact.digest IS NULL THEN 0 WHEN told.digest IS NULL THEN 1 ELSE 2 END
    FROM told FULL JOIN standing_fact USING (kind, subject)
    WHERE told.digest IS DISTINCT FROM standing_fact.digest
    LIMIT $1";

/// Everything that is not as the engine left it. No more than some pages of it are in memory at once.
pub(crate) async fn check(view: &Transaction<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let mut added = AddedRows::new();
    let last = links(view, &mut added, &mut findings).await?;
    let behind = added.behind(view, &last, i64::MAX, i64::MAX).await?;
    findings.extend(found::behind(&last, &behind));
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    for row in view.query(MISSING_PAYMENTS, &[&most]).await? {
        findings.push(found::payment_missing(row.try_get(0)?, row.try_get(1)?));
    }
    for row in view.query(CHANGED_PAYMENTS, &[&most]).await? {
        let (consumer, id, state) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        findings.push(found::payment_changed(consumer, id, state, row.try_get(3)?));
    }
    for row in view.query(CHANGED_FACTS, &[&most]).await? {
        let differs = match row.try_get::<_, i32>(2)? {
            0 => FactDiffers::Removed,
            1 => FactDiffers::Added,
            _ => FactDiffers::Changed,
        };
        findings.push(found::fact(row.try_get(0)?, row.try_get(1)?, differs));
    }
    findings.truncate(MOST);
    Ok(findings)
}

/// The newest commit, and when it was.
pub(crate) async fn head(view: &Transaction<'_>) -> Result<Option<(Head, Timestamp)>, Error> {
    let newest = "SELECT number, hash, last_event, last_fact, at FROM chain \
                  ORDER BY number DESC LIMIT 1";
    let Some(row) = view.query_opt(newest, &[]).await? else { return Ok(None) };
    let link = link(&row)?;
    Ok(Some((link.head(), Timestamp::from_micros(link.at))))
}

/// Walks the chain; says which link is the last.
async fn links(
    view: &Transaction<'_>,
    added: &mut AddedRows,
    findings: &mut Vec<Finding>,
) -> Result<Link, Error> {
    let page = "SELECT number, hash, last_event, last_fact, at, previous FROM chain \
                WHERE number > $1 ORDER BY number LIMIT $2";
    let page = view.prepare(page).await?;
    let mut before = Link::default();
    let mut after = i64::MIN;
    loop {
        let rows = view.query(&page, &[&after, &LINKS]).await?;
        let Some(last) = rows.last() else { return Ok(before) };
        after = last.try_get(0)?;
        for row in &rows {
            let link = link(row)?;
            let previous = hash(row.try_get(5)?);
            findings.extend(found::gap(&before, &link, &previous));
            // Against what the row itself says stood before it, so that one change is not found again in
            // every later commit.
            let stated = Link { hash: previous, ..before };
            let added = added.behind(view, &stated, link.last_event, link.last_fact).await?;
            findings.extend(found::commit_changed(&stated, &link, &added));
            // More is not told, and a chain that was written anew must not fill the memory.
            findings.truncate(MOST);
            before = link;
        }
    }
}

/// Events and facts, read in pages.
struct AddedRows {
    events: EventPages,
    facts: FactPages,
}

impl AddedRows {
    const fn new() -> Self {
        Self { events: EventPages::new(), facts: FactPages::new() }
    }

    /// What was added behind `before`, up to these sequences.
    async fn behind(
        &mut self,
        view: &Transaction<'_>,
        before: &Link,
        last_event: i64,
        last_fact: i64,
    ) -> Result<Added, Error> {
        let mut hasher = Fields::new();
        let mut added = Added::behind(before);
        self.events.seek(before.last_event, last_event);
        while let Some(sequence) = self.events.next(view, &mut hasher).await? {
            added.last_event = sequence;
            added.events += 1;
        }
        hasher.text("facts");
        self.facts.seek(before.last_fact, last_fact);
        while let Some(sequence) = self.facts.next(view, &mut hasher).await? {
            added.last_fact = sequence;
            added.facts += 1;
        }
        added.hash = hasher.finish();
        Ok(added)
    }
}

fn link(row: &Row) -> Result<Link, Error> {
    Ok(Link {
        number: row.try_get(0)?,
        hash: hash(row.try_get(1)?),
        last_event: row.try_get(2)?,
        last_fact: row.try_get(3)?,
        at: row.try_get(4)?,
    })
}

/// A constraint holds that it is so long; whoever took that away finds no hash that fits.
fn hash(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap_or_default()
}
