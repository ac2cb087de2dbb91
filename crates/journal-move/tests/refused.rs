//! What is not moved, and what is said about it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fs;

use ppob_journal::suite;
use ppob_journal_postgres::{PostgresSettings, VerifyError, verify};
use ppob_journal_sqlite::{back_up, restore};
use ppob_test_postgres::psql;
use rusqlite::Connection;

use self::support::{NOW, Place, keys, read};

fn says(told: &str, words: &str) {
    assert!(told.contains(words), "{words}: {told}");
}

/// Whatever was refused, the file is the journal as before and the database has none.
async fn nothing_was_moved(place: &Place) {
    place.open_file().close().await.unwrap();
    assert!(matches!(verify(&place.settings()).await, Err(VerifyError::NoJournal)));
}

#[tokio::test]
async fn a_file_that_is_in_use_is_not_moved() {
    let place = Place::new();
    let journal = place.open_file();
    says(&place.refused().await, "in use by another process");
    journal.close().await.unwrap();
    drop(journal);
    nothing_was_moved(&place).await;
}

#[tokio::test]
async fn a_database_that_is_in_use_takes_nothing_and_neither_does_one_with_a_journal() {
    let place = Place::new();
    place.open_file().close().await.unwrap();
    let journal = place.open_database().await;
    says(&place.refused().await, "in use by another engine");
    journal.save_document("there", "{}".to_owned()).await.unwrap();
    journal.close().await.unwrap();
    says(&place.refused().await, "there is a journal in the database");
    let there = place.open_database().await;
    assert!(there.load_document("there").await.unwrap().is_some());
    there.close().await.unwrap();
    place.open_file().close().await.unwrap();
}

#[tokio::test]
async fn a_journal_whose_keys_the_database_would_not_have_is_not_moved() {
    let place = Place::new();
    place.open_file().close().await.unwrap();
    let settings = PostgresSettings { keys: keys("18"), ..place.settings() };
    let told = place.moves_with(&settings).await.unwrap_err().to_string();
    says(&told, "cannot be read with the keys");
    nothing_was_moved(&place).await;
}

#[tokio::test]
async fn a_journal_without_its_send_journal_is_not_moved_and_no_other_is_overwritten() {
    let place = Place::new();
    place.open_file().close().await.unwrap();
    let (sends, elsewhere) = (place.file().sends, place.at("elsewhere"));
    fs::rename(&sends, &elsewhere).unwrap();
    says(&place.refused().await, "there is no send journal");
    fs::rename(&elsewhere, &sends).unwrap();
    let others = place.settings().sends_directory;
    fs::create_dir(&others).unwrap();
    fs::write(others.join("journal"), "name\nanother\n").unwrap();
    says(&place.refused().await, "belongs to another journal");
    assert_eq!(fs::read_to_string(others.join("journal")).unwrap(), "name\nanother\n");
    fs::remove_dir_all(&others).unwrap();
    nothing_was_moved(&place).await;
}

#[tokio::test]
async fn an_unfinished_or_unopened_restore_and_a_backup_are_not_moved() {
    let place = Place::new();
    place.open_file().close().await.unwrap();
    let backup = place.at("backup");
    back_up(&place.path(), &backup, NOW).unwrap();
    let unfinished = place.at("journal.db.restoring");
    fs::write(&unfinished, "").unwrap();
    says(&place.refused().await, "is not finished; start nothing on it");
    fs::remove_file(&unfinished).unwrap();
    restore(&backup, &place.path(), true, NOW).unwrap();
    says(&place.refused().await, "was restored from a backup, and no engine was started");
    fs::copy(&backup, place.path()).unwrap();
    says(&place.refused().await, "is a backup and no journal");
    fs::remove_file(place.path()).unwrap();
    says(&place.refused().await, "there is no journal at");
    assert!(matches!(verify(&place.settings()).await, Err(VerifyError::NoJournal)));
}

#[tokio::test]
async fn a_journal_of_an_earlier_version_is_not_moved() {
    let place = Place::new();
    place.open_file().close().await.unwrap();
    let file = Connection::open(place.path()).unwrap();
    file.execute_batch("DROP TABLE moved; UPDATE schema_version SET version = 7").unwrap();
    file.close().unwrap();
    says(&place.refused().await, "start the engine of this version on it once");
    nothing_was_moved(&place).await;
    place.moves().await.unwrap();
}

#[tokio::test]
async fn a_journal_that_was_changed_by_other_means_is_not_moved() {
    let (place, _) = Place::filled().await;
    let file = Connection::open(place.path()).unwrap();
    file.execute_batch("DROP TRIGGER deposit_is_not_changed; UPDATE deposit SET amount = 7")
        .unwrap();
    file.close().unwrap();
    says(&place.refused().await, "is not as the engine left it");
    assert!(matches!(verify(&place.settings()).await, Err(VerifyError::NoJournal)));
}

#[tokio::test]
async fn a_database_that_waits_for_one_file_takes_no_other() {
    let (one, other) = (Place::new(), Place::new());
    one.open_file().close().await.unwrap();
    let journal = other.open_file();
    suite::fill(&journal).await;
    journal.close().await.unwrap();
    let steps = one.stops_at(21).await;
    assert_eq!(steps.1, "Committed");
    let told = other.moves_with(&one.settings()).await.unwrap_err().to_string();
    says(&told, "is not finished; finish that one");
    one.moves().await.unwrap();
    let told = other.moves_with(&one.settings()).await.unwrap_err().to_string();
    says(&told, "there is a journal in the database");
    let _ = read(one.open_database().await).await;
}

/// Rules that hold in the database hold also for what comes in.
#[tokio::test]
async fn a_database_that_refuses_a_row_takes_nothing() {
    let (place, _) = Place::filled().await;
    // So that its tables are there.
    place.stops_at(21).await.0.unwrap_err();
    psql(
        &place.database.url(),
        "ALTER TABLE ppob.deposit ADD CONSTRAINT small CHECK (amount < 1000) NOT VALID",
    )
    .unwrap();
    says(&place.refused().await, "did not take the journal");
    let journal = place.open_file();
    journal.close().await.unwrap();
    psql(&place.database.url(), "ALTER TABLE ppob.deposit DROP CONSTRAINT small").unwrap();
    place.moves().await.unwrap();
}
