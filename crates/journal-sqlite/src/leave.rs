//! A journal that moves elsewhere: it is read as a whole, and then nobody opens it here any more.

use std::path::{Path, PathBuf};

use ppob_journal_durable::decode::integer;
use ppob_journal_durable::files::sync_directory_of;
use ppob_journal_durable::moving::{Column, Kind, Table, Value, Values};
use ppob_seal::WrappedKey;
use ppob_types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::connection::{WriteConnection, open_reader};
use crate::open::{FileLock, lock, restoring};
use crate::verify::{Verified, VerifyError, known_version, verify};
use crate::{OpenError, keys, marks, sql};

/// Why a journal cannot leave. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// It is in use, unfinished, or no journal.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is not whole.
    #[error(transparent)]
    NotWhole(#[from] VerifyError),
    /// An earlier version wrote it.
    #[error(
        "the journal {path} has schema version {found} and not {known}: start the engine of this version on it once, and stop it again"
    )]
    TooOld {
        /// Which file.
        path: PathBuf,
        /// The version found.
        found: i64,
        /// The latest version.
        known: i64,
    },
    /// It came out of a backup, and no engine has started since.
    #[error(
        "the journal {0} was restored from a backup, and no engine was started on it since: start it once, so that every provider is frozen, and stop it again"
    )]
    RestoredOnly(PathBuf),
    /// It breaks rules, or was changed by other means than the engine.
    #[error(
        "the journal {path} is not as the engine left it ({rules}): look at it with `ppob audit verify` first, and move nothing that cannot be trusted"
    )]
    Broken {
        /// Which file.
        path: PathBuf,
        /// Which rules.
        rules: String,
    },
}

/// Where a journal moved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which journal it is there.
    pub journal: String,
    /// Where that is, in words for people.
    pub place: String,
    /// When.
    pub at: Timestamp,
}

/// A stopped journal that nobody else opens as long as this is held.
#[derive(Debug)]
pub struct Leaving {
    path: PathBuf,
    connection: Connection,
    _lock: FileLock,
}

impl Leaving {
    /// Takes the lock of the journal at `path`.
    ///
    /// # Errors
    /// [`LeaveError`]: what is in the way, and what to do about it.
    pub fn begin(path: &Path) -> Result<Self, LeaveError> {
        if !path.is_file() {
            return Err(OpenError::Missing(path.to_owned()).into());
        }
        let lock = lock(path)?;
        if restoring(path).exists() {
            return Err(OpenError::RestoreUnfinished(path.to_owned()).into());
        }
        let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
        let connection = open_reader(path).map_err(failed)?;
        let found = known_version(path, &connection)?;
        let known = integer(sql::MIGRATIONS.len());
        if found < known {
            return Err(LeaveError::TooOld { path: path.to_owned(), found, known });
        }
        if marks::backup(&connection).map_err(failed)?.is_some() {
            return Err(OpenError::IsBackup(path.to_owned()).into());
        }
        if marks::restored(&connection).map_err(failed)?.is_some_and(|mark| !mark.taken_over) {
            return Err(LeaveError::RestoredOnly(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), connection, _lock: lock })
    }

    /// Where it moved to, if it did.
    ///
    /// # Errors
    /// [`LeaveError`] if it cannot be read.
    pub fn moved(&self) -> Result<Option<Moved>, LeaveError> {
        Ok(moved(&self.connection).map_err(|error| self.failed(&error))?)
    }

    /// Reads all of it, and refuses what is not as the engine left it.
    ///
    /// # Errors
    /// [`LeaveError`]: what is wrong with it.
    pub fn check(&self) -> Result<Verified, LeaveError> {
        let verified = verify(&self.path)?;
        if verified.broken_rules.is_empty() {
            return Ok(verified);
        }
        let rules = verified.broken_rules.join("; ");
        Err(LeaveError::Broken { path: self.path.clone(), rules })
    }

    /// The keys that it is sealed with, wrapped.
    ///
    /// # Errors
    /// [`LeaveError`] if they cannot be read.
    pub fn wrapped_keys(&self) -> Result<Vec<WrappedKey>, LeaveError> {
        Ok(keys::wrapped(&self.connection).map_err(|error| self.failed(&error))?)
    }

    /// Every send in segments of the send journal below this number is known.
    ///
    /// # Errors
    /// [`LeaveError`] if it cannot be read.
    pub fn covered(&self) -> Result<i64, LeaveError> {
        let covered = self.connection.query_row(sql::SENDS_COVERED, [], |row| row.get(0));
        Ok(covered.map_err(|error| self.failed(&error))?)
    }

    /// Hands each row of a table to `each`, until that wants no more.
    ///
    /// # Errors
    /// [`LeaveError`] if it cannot be read.
    pub fn rows(
        &self,
        table: &Table,
        each: &mut dyn FnMut(Values) -> bool,
    ) -> Result<(), LeaveError> {
        self.read(table, each).map_err(|error| self.failed(&error).into())
    }

    fn read(&self, table: &Table, each: &mut dyn FnMut(Values) -> bool) -> rusqlite::Result<()> {
        let columns: Vec<&str> =
            table.columns.iter().map(|column| expression(table, column)).collect();
        // In the order of its key, so that what is checked row by row there is checked in order.
        let select = format!(
            "SELECT {} FROM {} ORDER BY {}",
            columns.join(", "),
            table.name,
            table.columns.first().map_or("1", |key| key.name)
        );
        let mut statement = self.connection.prepare(&select)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let values = table.columns.iter().enumerate();
            let values = values.map(|(index, column)| value(row, index, column.kind));
            if !each(values.collect::<rusqlite::Result<_>>()?) {
                break;
            }
        }
        Ok(())
    }

    /// From now on nobody opens the journal here any more; durable when this returns.
    ///
    /// # Errors
    /// [`LeaveError`] if that cannot be written.
    pub fn end(&self, moved: &Moved) -> Result<(), LeaveError> {
        let writer = WriteConnection::open(&self.path).map_err(|error| self.failed(&error))?;
        let row = (&moved.journal, &moved.place, moved.at.as_micros());
        writer
            .connection
            .execute("INSERT INTO moved (is_only, journal, place, at) VALUES (1, ?1, ?2, ?3)", row)
            .map_err(|error| self.failed(&error))?;
        // Also whoever copies the file without its log must find it there.
        writer.empty_log().map_err(|error| self.failed(&error))?;
        sync_directory_of(&self.path)
            .map_err(|error| OpenError::from_io(self.path.clone(), &error))?;
        Ok(())
    }

    fn failed(&self, error: &rusqlite::Error) -> OpenError {
        OpenError::from_sqlite(self.path.clone(), error)
    }
}

/// Where a journal moved to, if it did.
pub(crate) fn moved(connection: &Connection) -> rusqlite::Result<Option<Moved>> {
    if !connection.table_exists(None, "moved")? {
        return Ok(None);
    }
    let select = "SELECT journal, place, at FROM moved";
    let read = |row: &Row<'_>| {
        let at = Timestamp::from_micros(row.get(2)?);
        Ok(Moved { journal: row.get(0)?, place: row.get(1)?, at })
    };
    connection.query_row(select, [], read).optional()
}

/// A journal in a file has one owner at a time, so no row needs to say which.
fn expression(table: &Table, column: &Column) -> &'static str {
    match (table.name, column.name) {
        ("payment", "owner") => "(SELECT value FROM meta WHERE name = 'owner_epoch')",
        _ => column.name,
    }
}

fn value(row: &Row<'_>, index: usize, kind: Kind) -> rusqlite::Result<Value> {
    Ok(match kind {
        Kind::Integer => row.get::<_, Option<i64>>(index)?.map_or(Value::Null, Value::Integer),
        Kind::Flag => row.get::<_, Option<bool>>(index)?.map_or(Value::Null, Value::Flag),
        Kind::Text => row.get::<_, Option<String>>(index)?.map_or(Value::Null, Value::Text),
        Kind::Bytes => row.get::<_, Option<Vec<u8>>>(index)?.map_or(Value::Null, Value::Bytes),
    })
}

#[cfg(test)]
mod tests {
    use ppob_journal_durable::moving::TABLES;

    use crate::{KeySource, open};

    /// What stands in no row that moves, with the reason.
    const STAYS: [&str; 3] = [
        // Each end has its own.
        "schema_version.version",
        // Is told to the new end by itself.
        "send_journal.covered",
        // Is made for the new end.
        "payment.owner",
    ];

    #[test]
    fn every_column_of_the_schema_moves() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let ready = open::open(&path, &KeySource::beside()).unwrap();
        let mut statement = ready
            .writer
            .connection
            .prepare(
                "SELECT schema.name || '.' || info.name
                 FROM sqlite_schema AS schema, pragma_table_info(schema.name) AS info
                 WHERE schema.type = 'table' AND schema.name NOT LIKE 'sqlite%'",
            )
            .unwrap();
        let there: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let there: Vec<String> = there
            .into_iter()
            .filter(|name| !name.starts_with("moved.") && !STAYS.contains(&name.as_str()))
            .collect();
        let mut moves: Vec<String> = Vec::new();
        for table in &TABLES {
            moves.extend(table.columns.iter().map(|one| format!("{}.{}", table.name, one.name)));
        }
        moves.retain(|name| !STAYS.contains(&name.as_str()));
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        assert_eq!(sorted(there), sorted(moves));
    }
}
