//! A journal moves as a whole, and what comes after goes on there.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::fs;
use std::sync::Arc;

use ppob_journal::{Journal, Restored, suite};
use ppob_journal_postgres::{OpenError, PostgresJournal, PostgresSettings, audit, verify};
use ppob_journal_sqlite::chain_head;
use ppob_payment::PaymentState;
use ppob_types::{ConsumerId, PaymentId, PaymentKey};

use self::support::{NOW, Place, read};

/// Whether the journal says that it was set back.
async fn was_set_back(journal: &Arc<dyn Journal>) -> bool {
    journal.load_document(Restored::DOCUMENT).await.unwrap().is_some()
}

#[tokio::test]
async fn a_full_journal_reads_the_same_after_its_move_and_nothing_is_found() {
    let (place, before) = Place::filled().await;
    let head = chain_head(&place.path()).unwrap().unwrap().0;
    let moved = place.moves().await.unwrap();
    assert!(!moved.was_left_over);
    assert_eq!(moved.head, Some(head));
    assert_eq!(moved.rows("payment"), 14);
    assert_eq!(moved.sum("deposit", "amount"), 4_750_000);
    let audited = audit(&place.settings(), &[head]).await.unwrap();
    assert_eq!(audited.findings, [], "{audited:#?}");
    assert_eq!(audited.not_compared, None);
    assert!(audited.heads > 5, "{audited:#?}");
    assert_eq!(verify(&place.settings()).await.unwrap().broken_rules, [""; 0]);
    let journal = place.open_database().await;
    assert!(!was_set_back(&journal).await);
    assert_eq!(suite::everything(&journal).await, before);
    let epoch = journal.opened().owner_epoch;
    assert!(epoch >= 3, "it goes on from the openings of the file: {epoch}");
    let last = before.payments.first().unwrap().serial;
    assert!(journal.reserve_serial().await.unwrap() > last);
    let gone = PaymentKey {
        consumer: ConsumerId::new("app").unwrap(),
        id: PaymentId::new("payment-000099").unwrap(),
    };
    assert_eq!(journal.bury(&gone, NOW).await.unwrap(), None);
    journal.save_document("later", "{}".to_owned()).await.unwrap();
    journal.close().await.unwrap();
    assert_eq!(audit(&place.settings(), &[head]).await.unwrap().findings, []);
}

#[tokio::test]
async fn the_file_is_opened_no_more_and_says_where_its_journal_is() {
    let (place, _) = Place::filled().await;
    place.moves().await.unwrap();
    let copy = place.at("copy.db");
    fs::copy(place.path(), &copy).unwrap();
    for path in [place.path(), copy] {
        let refused = support::open(&path).unwrap_err().to_string();
        let database = place.database.name();
        assert!(refused.contains(&format!("has moved to the database `{database}`")), "{refused}");
    }
    let again = place.refused().await;
    assert!(again.contains("already, and goes on there"), "{again}");
}

#[tokio::test]
async fn the_send_journal_moves_too_and_a_database_that_is_set_back_finds_its_sends() {
    let place = Place::new();
    place.open_file().close().await.unwrap();
    let earlier = fs::read(place.path()).unwrap();
    let journal = place.open_file();
    suite::fill(&journal).await;
    journal.close().await.unwrap();
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", place.path().display()));
    }
    // The file is set back, and moves before anybody has opened it.
    fs::write(place.path(), earlier).unwrap();
    place.moves().await.unwrap();
    let journal = place.open_database().await;
    assert!(was_set_back(&journal).await);
    let read = read(journal).await;
    assert!(!read.payments.is_empty());
    for stored in read.payments {
        assert_eq!(stored.payment.state(), PaymentState::InDoubt, "{stored:?}");
    }
}

#[tokio::test]
async fn a_send_journal_stays_where_it_is_if_the_database_uses_that_place() {
    let (place, before) = Place::filled().await;
    let sends_directory = place.file().sends;
    let settings = PostgresSettings { sends_directory, ..place.settings() };
    place.moves_with(&settings).await.unwrap();
    let audited = audit(&settings, &[]).await.unwrap();
    assert_eq!((audited.findings.len(), audited.not_compared), (0, None));
    let journal = PostgresJournal::open(&settings).await.unwrap();
    assert_eq!(read(Arc::new(journal)).await, before);
}

#[tokio::test]
async fn more_rows_than_are_handed_over_at_once_all_arrive() {
    let place = Place::new();
    let journal = place.open_file();
    for number in 0..600 {
        journal.save_document(&format!("number-{number}"), "x".repeat(5_000)).await.unwrap();
    }
    journal.close().await.unwrap();
    let moved = place.moves().await.unwrap();
    assert_eq!(moved.rows("document"), 600);
    let journal = place.open_database().await;
    assert_eq!(journal.load_document("number-599").await.unwrap(), Some("x".repeat(5_000)));
    journal.close().await.unwrap();
}

/// Before, in and after the copy, and at each step behind it, as a crash would end it there.
#[tokio::test]
async fn wherever_it_is_stopped_only_one_of_them_can_be_opened_and_asking_again_goes_on() {
    let mut steps = Vec::new();
    for number in [0, 1, 12, 20, 21, 22, 23] {
        let place = Place::new();
        let journal = place.open_file();
        if number >= 12 {
            suite::fill(&journal).await;
        }
        journal.close().await.unwrap();
        let (moved, step) = place.stops_at(number).await;
        moved.unwrap_err();
        let settings = place.settings();
        let database = PostgresJournal::open(&settings);
        match step.as_str() {
            "Committed" | "SendsTakenOver" | "Left" => {
                let refused = database.await.unwrap_err();
                assert!(matches!(refused, OpenError::MoveUnfinished(_)), "{step}: {refused}");
            }
            _ => {
                let there = verify(&settings).await;
                assert!(there.is_err() || there.unwrap().head.is_none(), "{step}");
            }
        }
        if step == "Left" {
            assert!(place.try_file().is_err());
        } else {
            let journal = place.open_file();
            journal.save_document(&format!("after-{step}"), "{}".to_owned()).await.unwrap();
            journal.close().await.unwrap();
        }
        let expected = match step.as_str() {
            "Left" => None,
            _ => Some(read(place.open_file()).await),
        };
        let again = place.moves().await.unwrap();
        assert_eq!(again.was_left_over, step == "Left", "{step}");
        assert!(place.try_file().is_err(), "{step}");
        let journal = place.open_database().await;
        if let Some(expected) = expected {
            let later = journal.load_document(&format!("after-{step}")).await.unwrap();
            assert!(later.is_some(), "{step}");
            assert_eq!(suite::everything(&journal).await, expected, "{step}");
        }
        journal.close().await.unwrap();
        assert_eq!(audit(&place.settings(), &[]).await.unwrap().findings, [], "{step}");
        steps.push(step);
    }
    let last = ["Committed", "SendsTakenOver", "Left"];
    assert!(steps.ends_with(&last.map(str::to_owned)), "{steps:?}");
}
