//! The file: crashes, a second opener, damage, group commit.
#![expect(clippy::unwrap_used, reason = "tests")]

mod keys;
mod payments;

use std::path::Path;
use std::sync::Arc;

use futures::future::join_all;
use ppob_journal::{Acceptance, Cursor, Journal, JournalError, NewPayment};
use ppob_journal_sqlite::{OpenError, SqliteJournal};

use self::keys::keys;
use self::payments::{key, new_payment};

#[tokio::test]
async fn a_write_that_breaks_a_rule_fails_alone_in_its_batch() {
    let directory = tempfile::tempdir().unwrap();
    let journal = SqliteJournal::open(&directory.path().join("journal.db"), &keys()).unwrap();
    let first = journal.reserve_serial().await.unwrap();
    let before = journal.stats();
    let answers = join_all((0..64).map(|number| {
        journal.accept(if number % 8 == 3 {
            broken_payment(number, first + number)
        } else {
            new_payment(number, first + number)
        })
    }))
    .await;
    for (number, answer) in (0..).zip(answers) {
        let stored = journal.load(&key(number)).await.unwrap();
        if number % 8 == 3 {
            assert!(matches!(answer, Err(JournalError::RuleBroken(_))), "{answer:?}");
            assert_eq!(stored, None);
        } else {
            let Ok(Acceptance::Accepted(accepted)) = answer else {
                panic!("{number}: {answer:?}");
            };
            assert_eq!(stored, Some(*accepted));
        }
    }
    let after = journal.stats();
    assert!(after.commits - before.commits < 32, "{after:?}");
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(56));
}

#[tokio::test]
async fn a_copy_of_the_files_of_a_running_journal_holds_every_acknowledged_write() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let first = journal.reserve_serial().await.unwrap();
    let writes = (0..300).map(|number| journal.accept(new_payment(number, first + number)));
    assert!(join_all(writes).await.iter().all(Result::is_ok));
    // What a power cut leaves: nothing was closed, nothing was tidied up.
    let crashed = tempfile::tempdir().unwrap();
    for file in ["journal.db", "journal.db-wal"] {
        std::fs::copy(directory.path().join(file), crashed.path().join(file)).unwrap();
    }
    let recovered = SqliteJournal::open(&crashed.path().join("journal.db"), &keys()).unwrap();
    for number in 0..300 {
        let expected = journal.load(&key(number)).await.unwrap();
        assert!(expected.is_some(), "{number}");
        assert_eq!(recovered.load(&key(number)).await.unwrap(), expected);
    }
    assert!(recovered.reserve_serial().await.unwrap() > first + 300);
}

#[tokio::test]
async fn a_write_whose_caller_went_away_happens_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let serial = journal.reserve_serial().await.unwrap();
    {
        let accept = journal.accept(new_payment(1, serial));
        let mut accept = std::pin::pin!(accept);
        assert!(futures::poll!(accept.as_mut()).is_pending());
    }
    journal.close().await.unwrap();
    drop(journal);
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    assert!(journal.load(&key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_closed_journal_is_one_whole_file() {
    let directory = tempfile::tempdir().unwrap();
    let journal = SqliteJournal::open(&directory.path().join("journal.db"), &keys()).unwrap();
    let serial = journal.reserve_serial().await.unwrap();
    let _ = journal.accept(new_payment(1, serial)).await.unwrap();
    assert!(journal.load(&key(1)).await.unwrap().is_some());
    journal.close().await.unwrap();
    let moved = tempfile::tempdir().unwrap();
    let copy = moved.path().join("moved.db");
    std::fs::copy(directory.path().join("journal.db"), &copy).unwrap();
    let moved = SqliteJournal::open(&copy, &keys()).unwrap();
    assert!(moved.load(&key(1)).await.unwrap().is_some());
    assert!(!directory.path().join("journal.db-wal").exists());
}

#[tokio::test]
async fn a_second_opener_is_refused_while_the_first_lives() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let first = Arc::new(SqliteJournal::open(&path, &keys()).unwrap());
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::InUse(_)), "{error:?}");
    assert!(error.to_string().contains("another process"), "{error}");
    first.close().await.unwrap();
    let second = SqliteJournal::open(&path, &keys()).unwrap();
    assert!(second.opened().owner_epoch > first.opened().owner_epoch);
}

#[test]
fn a_directory_that_is_missing_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let error =
        SqliteJournal::open(&directory.path().join("no/such/journal.db"), &keys()).unwrap_err();
    assert!(matches!(error, OpenError::DirectoryMissing(_)), "{error:?}");
    assert!(error.to_string().contains("no/such/journal.db"), "{error}");
}

#[test]
fn a_directory_in_place_of_the_file_is_no_journal() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    std::fs::create_dir(&path).unwrap();
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::NotAFile(_)), "{error:?}");
}

#[test]
fn another_kind_of_file_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let letter = "Dear customer, this is no database. ".repeat(100);
    std::fs::write(&path, &letter).unwrap();
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::NotAJournal(_)), "{error:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE diary (day TEXT)").unwrap();
    drop(other);
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::NotAJournal(_)), "{error:?}");
}

#[tokio::test]
async fn a_damaged_journal_is_refused_with_a_warning_about_starting_afresh() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    journal.close().await.unwrap();
    drop(journal);
    damage_schema(&path);
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("do not start with an empty one"), "{text}");
}

/// Spoils the first page behind its header, where the schema is found.
fn damage_schema(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes.iter_mut().take(4_096).skip(100).for_each(|byte| *byte = 0xa5);
    std::fs::write(path, bytes).unwrap();
}

/// A payment that no machine makes: two of its attempts are alive.
fn broken_payment(number: u64, serial: u64) -> NewPayment {
    let mut new = new_payment(number, serial);
    let mut second = new.payment.attempts.first().unwrap().clone();
    second.number = 2;
    new.payment.attempts.push(second);
    new
}
