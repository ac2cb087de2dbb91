//! A payment that cannot be read hides no other one.
#![expect(clippy::unwrap_used, reason = "tests")]

mod keys;
mod payments;

use std::path::Path;

use ppob_journal::{Filter, Journal, JournalError, Page};
use ppob_journal_sqlite::SqliteJournal;
use ppob_types::Timestamp;
use rusqlite::Connection;

use self::keys::keys;
use self::payments::{key, new_payment};

const COUNT: u64 = 12;

/// Payments 0 to 11, all due, of which those of `spoilt` cannot be read. The serials come back too.
async fn spoilt(path: &Path, spoilt: &[u64]) -> (SqliteJournal, Vec<u64>) {
    let journal = SqliteJournal::open(path, &keys()).unwrap();
    let mut serials = Vec::new();
    for number in 0..COUNT {
        let serial = journal.reserve_serial().await.unwrap();
        let _ = journal.accept(new_payment(number, serial)).await.unwrap();
        serials.push(serial);
    }
    journal.close().await.unwrap();
    let file = Connection::open(path).unwrap();
    let due = "UPDATE payment SET version = version + 1, next_check_at = serial";
    assert_eq!(file.execute(due, []).unwrap(), serials.len());
    // It asks whether both are sealed alike, which only the program can tell.
    file.execute_batch("DROP TRIGGER payment_value_stays").unwrap();
    let another = "value = (SELECT value FROM payment WHERE payment_id = 'payment-000004')";
    let damages = ["value = x''", "value = zeroblob(400)", another];
    for (damage, number) in damages.iter().cycle().zip(spoilt) {
        let damage =
            format!("UPDATE payment SET version = version + 1, {damage} WHERE payment_id = ?1");
        assert_eq!(file.execute(&damage, [key(*number).id.as_str()]).unwrap(), 1);
    }
    drop(file);
    (SqliteJournal::open(path, &keys()).unwrap(), serials)
}

/// What is left of `serials`, oldest first.
fn readable(serials: &[u64], spoilt: &[u64]) -> Vec<u64> {
    (0..).zip(serials).filter(|(number, _)| !spoilt.contains(number)).map(|(_, s)| *s).collect()
}

/// More than a page of three at the beginning, in the middle and at the end.
const SPOILT: [u64; 9] = [0, 1, 2, 3, 5, 6, 7, 8, 11];

#[tokio::test]
async fn pages_of_open_payments_go_on_past_rows_that_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, serials) = spoilt(&directory.path().join("journal.db"), &SPOILT).await;
    let mut seen = Vec::new();
    loop {
        let page = journal.open_payments(seen.last().copied().unwrap_or(0), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.iter().map(|stored| stored.serial));
        assert!(seen.len() <= serials.len(), "a payment came twice");
    }
    assert_eq!(seen, readable(&serials, &SPOILT));
}

#[tokio::test]
async fn pages_of_a_list_go_on_past_rows_that_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, serials) = spoilt(&directory.path().join("journal.db"), &SPOILT).await;
    let mut seen = Vec::new();
    loop {
        let page = Page { before_serial: seen.last().copied(), limit: 2 };
        let page = journal.list(&Filter::default(), page).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.iter().map(|stored| stored.serial));
        assert!(seen.len() <= serials.len(), "a payment came twice");
    }
    seen.reverse();
    assert_eq!(seen, readable(&serials, &SPOILT));
}

#[tokio::test]
async fn due_payments_are_found_behind_rows_that_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, serials) = spoilt(&directory.path().join("journal.db"), &SPOILT).await;
    let due = journal.due(Timestamp::from_seconds(1), 2).await.unwrap();
    let due: Vec<u64> = due.iter().map(|stored| stored.serial).collect();
    assert_eq!(due, readable(&serials, &SPOILT).get(..2).unwrap());
}

#[tokio::test]
async fn a_payment_that_cannot_be_read_is_corrupt_by_its_key_and_the_others_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = spoilt(&directory.path().join("journal.db"), &SPOILT).await;
    for number in 0..COUNT {
        let loaded = journal.load(&key(number)).await;
        if SPOILT.contains(&number) {
            assert!(matches!(loaded, Err(JournalError::Corrupt(_))), "{number}: {loaded:?}");
        } else {
            assert!(loaded.unwrap().is_some(), "{number}");
        }
    }
}
