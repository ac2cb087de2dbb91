//! Failed commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures::future::join_all;
use ppob_journal::{Journal, JournalError};
use ppob_types::{ConsumerId, PaymentId, PaymentKey, Timestamp};

use super::{keys, place};
use crate::SendSettings;
use crate::journal::SqliteJournal;
use crate::writer::{Fault, Faults};

fn key(number: u32) -> PaymentKey {
    PaymentKey {
        consumer: ConsumerId::new("shop").unwrap(),
        id: PaymentId::new(&format!("payment-{number}")).unwrap(),
    }
}

/// A journal whose commits fail while the switch is on, and how many did.
fn breakable(path: &std::path::Path) -> (SqliteJournal, Arc<AtomicBool>, Arc<AtomicU64>) {
    let broken = Arc::new(AtomicBool::new(false));
    let failures = Arc::new(AtomicU64::new(0));
    let (switch, count) = (Arc::clone(&broken), Arc::clone(&failures));
    let fault = Fault(Arc::new(move || {
        let fails = switch.load(Ordering::SeqCst);
        count.fetch_add(u64::from(fails), Ordering::SeqCst);
        fails
    }));
    let journal = SqliteJournal::open_with(
        path,
        &keys(),
        &SendSettings::default(),
        Faults { commit: Some(fault), send: None },
    )
    .unwrap();
    (journal, broken, failures)
}

#[tokio::test]
async fn after_a_failed_commit_every_write_of_the_batch_is_unknown_and_the_next_batch_works() {
    let (_directory, path) = place();
    let (journal, broken, failures) = breakable(&path);
    let now = Timestamp::from_seconds(1_800_000_000);
    broken.store(true, Ordering::SeqCst);
    let answers = join_all((0..40).map(|number| {
        let (journal, key) = (&journal, key(number));
        async move { journal.bury(&key, now).await }
    }))
    .await;
    for answer in answers {
        assert!(matches!(answer, Err(JournalError::Unacknowledged(_))), "{answer:?}");
    }
    // One failure per batch: no write was tried again on its own.
    let failed = failures.load(Ordering::SeqCst);
    assert!((1..40).contains(&failed), "{failed}");
    assert_eq!(journal.stats().commits, 0);

    broken.store(false, Ordering::SeqCst);
    let saved = journal.save_document("after", "{}".to_owned()).await;
    assert_eq!(saved, Ok(()));
    assert_eq!(journal.stats().commits, 1);
    journal.close().await.unwrap();

    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let document = journal.load_document("after").await.unwrap();
    assert_eq!(document.as_deref(), Some("{}"));
    assert!(journal.opened().time_high_water < now);
}

#[tokio::test]
async fn a_failed_reservation_of_serials_gives_none_out_and_loses_nothing() {
    let (_directory, path) = place();
    let (journal, broken, _) = breakable(&path);
    broken.store(true, Ordering::SeqCst);
    let refused = journal.reserve_serial().await;
    assert!(matches!(refused, Err(JournalError::Unacknowledged(_))), "{refused:?}");
    broken.store(false, Ordering::SeqCst);
    let first = journal.reserve_serial().await.unwrap();
    assert_eq!(journal.reserve_serial().await.unwrap(), first + 1);
}

#[tokio::test]
async fn what_a_failed_commit_left_is_not_found_after_a_crash_either() {
    let (directory, path) = place();
    let (journal, broken, _) = breakable(&path);
    journal.save_document("kept", "1".to_owned()).await.unwrap();
    broken.store(true, Ordering::SeqCst);
    let lost = journal.save_document("lost", "1".to_owned()).await;
    assert!(matches!(lost, Err(JournalError::Unacknowledged(_))));
    let copy = directory.path().join("copy.db");
    for suffix in ["", "-wal"] {
        let from = directory.path().join(format!("journal.db{suffix}"));
        let to = directory.path().join(format!("copy.db{suffix}"));
        std::fs::copy(from, to).unwrap();
    }
    let copy = SqliteJournal::open(&copy, &keys()).unwrap();
    let kept = copy.load_document("kept").await.unwrap();
    assert_eq!(kept.as_deref(), Some("1"));
    assert_eq!(copy.load_document("lost").await.unwrap(), None);
}

#[tokio::test]
async fn writes_that_wait_for_a_commit_share_the_next_one() {
    let (_directory, path) = place();
    let (entered, waits) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    // Each commit tells that it begins, and the first one goes on only when it may.
    let fault = Fault(Arc::new(move || {
        let _ = entered.send(());
        let _ = released.lock().unwrap().recv();
        false
    }));
    let journal = SqliteJournal::open_with(
        &path,
        &keys(),
        &SendSettings::default(),
        Faults { commit: Some(fault), send: None },
    )
    .unwrap();
    let now = Timestamp::from_seconds(1_800_000_000);
    let bury = |number| {
        let (journal, key) = (&journal, key(number));
        async move { journal.bury(&key, now).await }
    };
    let mut first = std::pin::pin!(bury(0));
    assert!(futures::poll!(&mut first).is_pending());
    waits.recv().unwrap();
    let mut others = std::pin::pin!(join_all((1..64).map(bury)));
    assert!(futures::poll!(&mut others).is_pending(), "all of them are handed over");
    drop(release);
    assert!(first.await.is_ok());
    assert!(others.await.iter().all(Result::is_ok));
    let stats = journal.stats();
    assert_eq!((stats.writes, stats.commits), (64, 2));
}
