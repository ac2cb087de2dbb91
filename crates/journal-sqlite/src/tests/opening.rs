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

#[test]
fn an_audit_of_before_names_its_subjects_in_the_words_of_today() {
    let (_directory, path) = place();
    let connection = Connection::open(&path).unwrap();
    for migration in sql::MIGRATIONS.iter().take(2) {
        connection.execute_batch(migration).unwrap();
    }
    connection.execute("UPDATE schema_version SET version = 2", []).unwrap();
    connection
        .execute_batch(
            "INSERT INTO audit (actor, action, consumer, payment_id, reason, at) VALUES
             ('ani', 'set-provider-mode mmbc-a frozen', NULL, NULL, 'why', 1),
             ('ani', 'set-offer-mode mmbc-a PLN-PREPAID-20000 off', NULL, NULL, 'why', 2),
             ('ani', 'set-offer-mode mmbc-a PDAM-ATB on', NULL, NULL, 'why', 3),
             ('ani and budi', 'resolve-not-executed', 'shop', '0197f3aa', 'why', 4);",
        )
        .unwrap();
    drop(connection);
    let ready = open::open(&path, &keys()).unwrap();
    let connection = &ready.writer.connection;
    let mut statement =
        connection.prepare("SELECT action, subject, after FROM audit ORDER BY sequence").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let found: Vec<(String, String, String)> = rows.map(Result::unwrap).collect();
    let row = |action: &str, subject: &str, after: &str| {
        (action.to_owned(), subject.to_owned(), after.to_owned())
    };
    assert_eq!(
        found,
        [
            row("SetProviderMode", "provider/mmbc-a", "set-provider-mode mmbc-a frozen"),
            row(
                "SetOfferMode",
                "offer/mmbc-a/PLN-PREPAID-20000",
                "set-offer-mode mmbc-a PLN-PREPAID-20000 off"
            ),
            row("SetOfferMode", "offer/mmbc-a/PDAM-ATB", "set-offer-mode mmbc-a PDAM-ATB on"),
            row("ResolvePayment", "payment/shop/0197f3aa", "resolve-not-executed"),
        ]
    );
    assert!(connection.execute("UPDATE audit SET actor = 'eve'", []).is_err());
}

#[test]
fn late_charges_of_before_are_found_and_a_value_that_is_not_readable_stops_nothing() {
    let (_directory, path) = place();
    let connection = Connection::open(&path).unwrap();
    for migration in sql::MIGRATIONS.iter().take(2) {
        connection.execute_batch(migration).unwrap();
    }
    connection.execute("UPDATE schema_version SET version = 2", []).unwrap();
    let late = r#"{"attempts":[{"number":1,"late_charge":{"found_at":5}},{"number":2}],"conclusion":{"attempt":2}}"#;
    let paid_by_it =
        r#"{"attempts":[{"number":1,"late_charge":{"found_at":5}}],"conclusion":{"attempt":1}}"#;
    let none = r#"{"attempts":[{"number":1}],"conclusion":null}"#;
    for (serial, value) in [(1, late), (2, paid_by_it), (3, none), (4, "{\"attempts\":")] {
        let id = format!("payment-{serial:04}");
        connection
            .execute(
                "INSERT INTO payment VALUES
                 (?1, 'shop', ?2, 2, 'SUCCEEDED', 'PDAM', ?2, 'water', 0, 1, 1, 1, NULL, 1, 1,
                  zeroblob(32), '{}', ?3)",
                (serial, &id, value),
            )
            .unwrap();
    }
    drop(connection);
    let ready = open::open(&path, &keys()).unwrap();
    let connection = &ready.writer.connection;
    let mut statement =
        connection.prepare("SELECT payment_serial, found_at FROM late_charge").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let found: Vec<(i64, i64)> = rows.map(Result::unwrap).collect();
    assert_eq!(found, [(1, 5)]);
}
