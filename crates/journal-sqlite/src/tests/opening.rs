//! The errors of opening that need a look inside.

use rusqlite::{Connection, OpenFlags};

use super::{keys, place};
use crate::{OpenError, SqliteJournal, open, sql};

#[test]
fn a_newer_schema_is_left_alone() {
    let (_directory, path) = place();
    drop(open::open(&path, &keys()).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.execute("UPDATE schema_version SET version = 99", []).unwrap();
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::TooNew { found: 99, known, .. } if known < 99), "{error:?}");
    assert!(error.to_string().contains("99"), "{error}");
}

#[test]
fn a_database_that_cannot_be_written_says_so() {
    let (_directory, path) = place();
    drop(open::open(&path, &keys()).unwrap());
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let error = open::begin_epoch(&connection).unwrap_err();
    let error = OpenError::from_sqlite(path, &error);
    assert!(matches!(error, OpenError::ReadOnly(_)), "{error:?}");
    assert!(error.to_string().contains("cannot be written"), "{error}");
}

#[test]
fn an_empty_file_becomes_a_journal_and_a_second_opening_migrates_nothing() {
    let (_directory, path) = place();
    std::fs::write(&path, b"").unwrap();
    let first = open::open(&path, &keys()).unwrap();
    drop(first);
    let second = open::open(&path, &keys()).unwrap();
    assert_eq!(second.opened.owner_epoch, 2);
    let version: i64 = second
        .writer
        .connection
        .query_row("SELECT version FROM schema_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(version).unwrap(), sql::MIGRATIONS.len());
}

#[test]
fn every_commit_is_flushed_and_foreign_keys_hold() {
    let (_directory, path) = place();
    let ready = open::open(&path, &keys()).unwrap();
    let setting = |name: &str| -> String {
        let sql = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        ready.writer.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(setting("synchronous"), "2");
    assert_eq!(setting("journal_mode"), "wal");
    assert_eq!(setting("foreign_keys"), "1");
}

#[cfg(unix)]
#[test]
fn a_new_journal_is_for_its_owners_eyes_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let (directory, path) = place();
    let ready = open::open(&path, &keys()).unwrap();
    for file in ["journal.db", "journal.db-wal"] {
        let metadata = std::fs::metadata(directory.path().join(file)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{file}");
    }
    drop(ready);
}
