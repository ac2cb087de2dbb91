//! Whether a journal keeps the rules of money, and what it holds.

use ppob_journal_durable::chain::Head;
use ppob_journal_durable::decode::{integer, natural};
use ppob_types::Timestamp;
use tokio_postgres::{Error, IsolationLevel, Transaction};

use crate::connect::{Connected, Connector, Purpose};
use crate::error::said;
use crate::open::identity;
use crate::{OpenError, PostgresSettings, chain, sql};

/// What a journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The version of its schema.
    pub schema_version: i64,
    /// How many payments.
    pub payments: u64,
    /// How many of them have not ended.
    pub open_payments: u64,
    /// How many events.
    pub events: u64,
    /// When the latest event was.
    pub newest_event_at: Option<Timestamp>,
    /// The latest time that was recorded.
    pub time_high_water: Timestamp,
    /// The head of its chain of hashes; none before the first commit.
    pub head: Option<Head>,
    /// Rules of money that the rows break, as sentences.
    pub broken_rules: Vec<&'static str>,
}

/// Why a journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database cannot be used.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// There is none.
    #[error(
        "there is no journal in the database yet: the first start of the engine makes it, or `ppob migrate` moves one there"
    )]
    NoJournal,
    /// An earlier version wrote it.
    #[error(
        "the journal has schema version {found}, this program needs {known}; the next start of the engine brings it up to date"
    )]
    TooOld {
        /// The version found.
        found: i64,
        /// The version that is needed.
        known: i64,
    },
    /// It cannot be read.
    #[error("the journal cannot be read: {0}")]
    Unreadable(String),
}

impl From<Error> for VerifyError {
    fn from(error: Error) -> Self {
        Self::Unreadable(said(&error))
    }
}

/// What every journal keeps to, with a question that finds a row if it does not.
const RULES: [(&str, &str); 9] = [
    (
        "two attempts of one payment are alive (P1)",
        "SELECT FROM attempt WHERE state NOT IN ('not_sent', 'rejected', 'not_executed')
        GROUP BY payment_serial HAVING count(*) > 1",
    ),
    (
        "one reference of a provider settles two payments",
        "SELECT FROM attempt WHERE settled_reference IS NOT NULL
        GROUP BY provider, settled_reference HAVING count(*) > 1",
    ),
    (
        "a payment failed while an attempt is alive (P4)",
        "SELECT FROM payment JOIN attempt ON payment_serial = serial
        WHERE payment.state = 'FAILED'
            AND attempt.state NOT IN ('not_sent', 'rejected', 'not_executed')",
    ),
    (
        "a guard is held by a payment that has ended (P6)",
        "SELECT FROM guard JOIN payment ON payment_serial = serial
        WHERE state IN ('SUCCEEDED', 'FAILED', 'REVERSED')",
    ),
    (
        "a payment has not the attempts that it counts (P3)",
        "SELECT FROM payment
        LEFT JOIN (
            SELECT payment_serial, count(*) AS attempts FROM attempt GROUP BY payment_serial
        ) AS recorded ON payment_serial = serial
        WHERE payment.attempts <> coalesce(recorded.attempts, 0)",
    ),
    (
        "a payment has not an event for each of its versions",
        "SELECT FROM payment
        LEFT JOIN (
            SELECT payment_serial, count(*) AS events FROM event GROUP BY payment_serial
        ) AS recorded ON payment_serial = serial
        WHERE payment.version <> coalesce(recorded.events, 0)",
    ),
    (
        "an attempt is called not executed without two persons",
        "SELECT FROM attempt
        WHERE state = 'not_executed' AND NOT EXISTS (
            SELECT FROM proposal
            WHERE proposal.payment_serial = attempt.payment_serial
                AND proposal.attempt = attempt.number AND proposal.state = 'confirmed'
        )",
    ),
    (
        "a row refers to a payment that is not there",
        "SELECT FROM (
            SELECT payment_serial FROM attempt UNION ALL SELECT payment_serial FROM guard
            UNION ALL SELECT payment_serial FROM note UNION ALL SELECT payment_serial FROM late_charge
        ) AS row
        WHERE NOT EXISTS (SELECT FROM payment WHERE serial = row.payment_serial)",
    ),
    (
        "a trigger that keeps the rules of money is switched off",
        "SELECT FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = current_schema()::regnamespace AND tgenabled <> 'O'",
    ),
];

/// What is said if the chain of hashes does not fit.
const TAMPERED: &str = "rows were changed or removed by other means than the engine; `ppob audit verify` \
                        says which";

/// Reads all of a journal, also beside a running engine, and says what it holds.
///
/// # Errors
/// [`VerifyError`] if it cannot be read.
pub async fn verify(settings: &PostgresSettings) -> Result<Verified, VerifyError> {
    let mut view = View::open(settings).await?;
    let snapshot = view.snapshot().await?;
    let schema_version = known_version(&snapshot).await?;
    let mut broken_rules = broken_rules(&snapshot).await?;
    if !chain::check(&snapshot).await?.is_empty() {
        broken_rules.push(TAMPERED);
    }
    let row = snapshot
        .query_one(
            "SELECT
                (SELECT count(*) FROM payment),
                (
                    SELECT count(*) FROM payment
                    WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED')
                ),
                (SELECT count(*) FROM event),
                (SELECT at FROM event ORDER BY sequence DESC LIMIT 1),
                (SELECT value FROM meta WHERE name = 'time_high_water')",
            &[],
        )
        .await?;
    let count = |column: usize| Ok::<u64, Error>(natural(row.try_get(column)?).unwrap_or_default());
    Ok(Verified {
        schema_version,
        payments: count(0)?,
        open_payments: count(1)?,
        events: count(2)?,
        newest_event_at: row.try_get::<_, Option<i64>>(3)?.map(Timestamp::from_micros),
        time_high_water: Timestamp::from_micros(row.try_get(4)?),
        head: chain::head(&snapshot).await?.map(|(head, _)| head),
        broken_rules,
    })
}

/// Which rules the rows break.
pub(crate) async fn broken_rules(view: &Transaction<'_>) -> Result<Vec<&'static str>, Error> {
    let mut broken = Vec::new();
    for (rule, question) in RULES {
        let row = view.query_one(&format!("SELECT EXISTS ({question})"), &[]).await?;
        if row.try_get(0)? {
            broken.push(rule);
        }
    }
    Ok(broken)
}

/// A connection that only reads.
pub(crate) struct View {
    connected: Connected,
    journal: String,
}

impl View {
    /// Looks whether there is a journal that this program knows.
    pub(crate) async fn open(settings: &PostgresSettings) -> Result<Self, VerifyError> {
        let connector = Connector::new(settings)?;
        let mut connected = connector.connect(Purpose::Auditing).await?;
        let looking = connected.client.transaction().await?;
        known_version(&looking).await?;
        drop(looking);
        let journal = identity(&connected.client).await?;
        Ok(Self { connected, journal })
    }

    /// Which journal it is.
    pub(crate) fn journal(&self) -> &str {
        &self.journal
    }

    /// All that is read in it is of one moment, whatever is written meanwhile.
    pub(crate) async fn snapshot(&mut self) -> Result<Transaction<'_>, Error> {
        let snapshot = self.connected.client.build_transaction();
        let snapshot = snapshot.isolation_level(IsolationLevel::RepeatableRead);
        snapshot.read_only(true).start().await
    }
}

/// The version of the schema, if this program knows it.
async fn known_version(view: &Transaction<'_>) -> Result<i64, VerifyError> {
    let there: bool = view
        .query_one("SELECT to_regclass('schema_version') IS NOT NULL", &[])
        .await?
        .try_get(0)?;
    if !there {
        return Err(VerifyError::NoJournal);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM schema_version";
    let found: i64 = view.query_one(newest, &[]).await?.try_get(0)?;
    let known = integer(sql::MIGRATIONS.len());
    match found {
        0 => Err(VerifyError::NoJournal),
        found if found > known => Err(OpenError::TooNew { found, known }.into()),
        found if found < known => Err(VerifyError::TooOld { found, known }),
        found => Ok(found),
    }
}
