//! Whether a journal, or a backup of one, is whole.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use crate::connection::open_reader;
use crate::marks::{self, RestoreMark};
use crate::open::schema_version;
use crate::{Head, OpenError, chain, sql};
use ppob_types::Timestamp;
use rusqlite::Connection;

/// What a whole journal holds.
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
    /// When the backup was taken; none for a journal, or if it was taken by other means.
    pub taken_at: Option<Timestamp>,
    /// Whether it came out of a backup.
    pub restored: Option<RestoreMark>,
    /// The head of its chain of hashes; none in journals of earlier versions, and before the first commit.
    pub head: Option<Head>,
    /// Rules of money that the rows break, as sentences. The file is whole all the same.
    pub broken_rules: Vec<&'static str>,
}

/// Why a file is not a whole journal.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no such file.
    #[error("there is no file {0}")]
    Missing(PathBuf),
    /// It is something else.
    #[error("the file {0} is no journal of this engine")]
    NotAJournal(PathBuf),
    /// It was written by a later version.
    #[error("the file {path} has schema version {found}, this program knows up to {known}")]
    TooNew {
        /// Which file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The latest version this program knows.
        known: i64,
    },
    /// It is damaged.
    #[error("the file {path} is damaged: {cause}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite found first.
        cause: String,
    },
    /// It was written by an earlier version, and has no chain of hashes.
    #[error(
        "the file {0} was written by an earlier version and has no chain of hashes, so nothing can be said about changes; the next start of the engine begins one"
    )]
    NoChain(PathBuf),
    /// It cannot be read.
    #[error("the file {path} cannot be read: {cause}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
}

/// What every journal keeps to, with a question that finds a row if it does not.
const RULES: [(&str, &str); 6] = [
    (
        "two attempts of one payment are alive (P1)",
        "SELECT 1 FROM attempt WHERE state NOT IN ('not_sent', 'rejected', 'not_executed')
         GROUP BY payment_serial HAVING count(*) > 1 LIMIT 1",
    ),
    (
        "one reference of a provider settles two payments",
        "SELECT 1 FROM attempt WHERE settled_reference IS NOT NULL
         GROUP BY provider, settled_reference HAVING count(*) > 1 LIMIT 1",
    ),
    (
        "a payment failed while an attempt is alive (P4)",
        "SELECT 1 FROM payment JOIN attempt ON payment_serial = serial
         WHERE payment.state = 'FAILED'
             AND attempt.state NOT IN ('not_sent', 'rejected', 'not_executed')
         LIMIT 1",
    ),
    (
        "a guard is held by a payment that has ended (P6)",
        "SELECT 1 FROM guard JOIN payment ON payment_serial = serial
         WHERE state IN ('SUCCEEDED', 'FAILED', 'REVERSED') LIMIT 1",
    ),
    (
        "a payment has not the attempts that it counts (P3)",
        "SELECT 1 FROM payment WHERE attempts <>
             (SELECT count(*) FROM attempt WHERE payment_serial = serial) LIMIT 1",
    ),
    (
        "a payment has not an event for each of its versions",
        "SELECT 1 FROM payment WHERE version <>
             (SELECT count(*) FROM event WHERE payment_serial = serial) LIMIT 1",
    ),
];

/// What is said if the chain of hashes does not fit.
const TAMPERED: &str = "rows were changed or removed by other means than the engine; `ppob audit verify` \
                        says which";

/// Reads all of a journal, also beside a running engine, and says what it holds.
///
/// # Errors
/// [`VerifyError`] if it is not whole.
pub fn verify(path: &Path) -> Result<Verified, VerifyError> {
    if !path.is_file() {
        return Err(VerifyError::Missing(path.to_owned()));
    }
    let connection = open_reader(path).map_err(|error| VerifyError::of(path, &error))?;
    examine(path, &connection)
}

/// Looks whether the pages of a journal hang together; faster than [`verify`], for every start. A file
/// that is not there or empty is left to the opening.
///
/// # Errors
/// [`OpenError::Damaged`] if they do not; other errors if that cannot be found out.
pub fn check_quickly(path: &Path) -> Result<(), OpenError> {
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(());
    }
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let found =
        open_reader(path).and_then(|connection| first_line(&connection, "PRAGMA quick_check(1)"));
    let found = found.map_err(|error| {
        // SQLite needs to write beside a file even to read it, and says only that it cannot be opened.
        let written = OpenOptions::new().append(true).open(path);
        written
            .map_or_else(|denied| OpenError::from_io(path.to_owned(), &denied), |_| failed(error))
    })?;
    if found == "ok" {
        return Ok(());
    }
    Err(OpenError::Damaged { path: path.to_owned(), cause: found })
}

/// All that [`verify`] finds, over a connection that sees the whole of it.
pub(crate) fn examine(path: &Path, connection: &Connection) -> Result<Verified, VerifyError> {
    let failed = |error: rusqlite::Error| VerifyError::of(path, &error);
    // One view, whatever is written meanwhile.
    let view = connection.unchecked_transaction().map_err(failed)?;
    let found = known_version(path, &view)?;
    let damaged = |cause: String| VerifyError::Damaged { path: path.to_owned(), cause };
    let pages = first_line(&view, "PRAGMA integrity_check(1)").map_err(failed)?;
    if pages != "ok" {
        return Err(damaged(pages));
    }
    if exists(&view, "SELECT 1 FROM pragma_foreign_key_check LIMIT 1").map_err(failed)? {
        return Err(damaged("a row refers to a payment that is not there".to_owned()));
    }
    read(&view, found).map_err(failed)
}

/// The version of the schema, if this program knows it.
pub(crate) fn known_version(path: &Path, view: &Connection) -> Result<i64, VerifyError> {
    let failed = |error: rusqlite::Error| VerifyError::of(path, &error);
    let known = i64::try_from(sql::MIGRATIONS.len()).unwrap_or(i64::MAX);
    let found = schema_version(view)
        .map_err(failed)?
        .filter(|version| *version > 0)
        .ok_or_else(|| VerifyError::NotAJournal(path.to_owned()))?;
    if found > known {
        return Err(VerifyError::TooNew { path: path.to_owned(), found, known });
    }
    Ok(found)
}

fn read(view: &Connection, schema_version: i64) -> rusqlite::Result<Verified> {
    let count = |sql: &str| {
        let number = view.query_row(sql, [], |row| row.get::<_, i64>(0))?;
        Ok::<u64, rusqlite::Error>(u64::try_from(number).unwrap_or_default())
    };
    let newest: Option<i64> = view
        .query_row(
            "SELECT at FROM event WHERE sequence = (SELECT max(sequence) FROM event)",
            [],
            |row| row.get(0),
        )
        .map(Some)
        .or_else(none_if_empty)?;
    let high_water: i64 = view.query_row(sql::META_GET, ["time_high_water"], |row| row.get(0))?;
    let mut broken_rules = Vec::new();
    for (rule, sql) in RULES {
        if exists(view, sql)? {
            broken_rules.push(rule);
        }
    }
    let chained = view.table_exists(None, "chain")?;
    if chained && !chain::check(view)?.is_empty() {
        broken_rules.push(TAMPERED);
    }
    Ok(Verified {
        schema_version,
        head: if chained { chain::head(view)?.map(|link| link.head()) } else { None },
        payments: count("SELECT count(*) FROM payment")?,
        open_payments: count(
            "SELECT count(*) FROM payment WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED')",
        )?,
        events: count("SELECT count(*) FROM event")?,
        newest_event_at: newest.map(Timestamp::from_micros),
        time_high_water: Timestamp::from_micros(high_water),
        taken_at: marks::backup(view)?,
        restored: marks::restored(view)?,
        broken_rules,
    })
}

fn first_line(connection: &Connection, pragma: &str) -> rusqlite::Result<String> {
    connection.query_row(pragma, [], |row| row.get(0))
}

fn exists(connection: &Connection, sql: &str) -> rusqlite::Result<bool> {
    connection.prepare(sql)?.exists([])
}

fn none_if_empty<T>(error: rusqlite::Error) -> rusqlite::Result<Option<T>> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(None),
        error => Err(error),
    }
}

impl VerifyError {
    pub(crate) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let (path, cause) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotAJournal(path),
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Self::Damaged { path, cause },
            _ => Self::Unreadable { path, cause },
        }
    }
}
