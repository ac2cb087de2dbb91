//! A database that is set back to an earlier copy, and the send journal beside it.

use std::fs;

use futures::FutureExt as _;
use ppob_journal::{Committed, Journal, JournalError, LostSends, Restored};
use ppob_journal_postgres::{OpenError, PostgresJournal};
use ppob_payment::{Event, PaymentState};
use ppob_types::{NotSentCause, PayOutcome};

use crate::support::payments::{answered, change, key, new_payment, send};
use crate::support::{CloseIt as _, Place, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_set_back_under_an_open_journal_is_written_to_no_more_until_the_next_opening() {
    let place = Place::opened_once();
    let journal = place.open().await;
    let before = send(&journal, 1).await;
    journal.close_it().await;
    place.copy();

    let journal = place.open().await;
    let after = send(&journal, 2).await;
    place.put_back();
    let told = loop {
        match journal.save_document("after", "{}".to_owned()).await {
            Err(JournalError::Unavailable(told)) if told.contains("any more") => break told,
            // The connection of before ended with its database.
            Err(JournalError::Unavailable(_) | JournalError::Unacknowledged(_)) => {}
            other => unreachable!("{other:?}"),
        }
    };
    // The opening itself was lost with the commits after it.
    assert!(told.contains("opening of this engine is not in the journal any more"), "{told}");
    let lost = journal.lost().await.to_string();
    assert!(lost.contains("any more") && lost.contains("start the engine again"), "{lost}");
    let refused = journal.accept(new_payment(3, after.serial + 1)).await;
    assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{refused:?}");
    journal.close_it().await;

    let journal = place.open().await;
    assert!(journal.load(&before.key).await.unwrap().is_some());
    let found = journal.load(&after.key).await.unwrap().unwrap();
    assert_eq!(found.payment.state(), PaymentState::InDoubt);
    assert_eq!(journal.load_document("after").await.unwrap(), None);
    let lost = journal.load_document(LostSends::DOCUMENT).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<LostSends>(&lost).unwrap().found, 1);
    let restored = journal.load_document(Restored::DOCUMENT).await.unwrap().unwrap();
    let restored: Restored = serde_json::from_str(&restored).unwrap();
    assert!(!restored.providers_frozen, "the engine does that");
    assert!(journal.reserve_serial().await.unwrap() > after.serial + 1_000_000);
    journal.close_it().await;
    // Once is enough.
    let journal = place.open().await;
    let lost = journal.load_document(LostSends::DOCUMENT).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<LostSends>(&lost).unwrap().found, 1);
    journal.close_it().await;
}

#[tokio::test]
async fn the_send_journal_of_another_journal_is_refused() {
    let (one, other) = (Place::new(), Place::opened_once());
    one.open().await.close_it().await;
    let told = PostgresJournal::open(&settings(other.database.url(), one.sends())).await;
    let told = told.unwrap_err();
    assert!(matches!(told, OpenError::OthersSends(_)), "{told:?}");
    assert!(told.to_string().contains("directory of its own"), "{told}");
    one.open().await.close_it().await;
}

#[tokio::test]
async fn a_send_journal_that_cannot_be_written_stops_sends_and_nothing_else() {
    let place = Place::opened_once();
    let mut own = place.settings();
    // Each commit begins a segment.
    own.sends.segment_bytes = 1;
    let journal = PostgresJournal::open(&own).await.unwrap();
    let before = send(&journal, 1).await;
    let aside = place.sends().with_extension("aside");
    fs::rename(place.sends(), &aside).unwrap();
    let serial = journal.reserve_serial().await.unwrap();
    let refused = journal.accept(new_payment(2, serial)).await;
    assert!(matches!(refused, Err(JournalError::Unacknowledged(_))), "{refused:?}");
    // News about money does not wait for it.
    let not_begun = Event::NotBegun { attempt: 1, cause: NotSentCause::NoPermit };
    let answered = journal.commit(change(&before, not_begun.clone())).await;
    assert!(matches!(answered, Ok(Committed::Done(_))), "{answered:?}");
    // What the engine does then: it reads again, and records that it did not send.
    let durable = journal.load(&key(2)).await.unwrap().unwrap();
    let settled = journal.commit(change(&durable, not_begun)).await;
    assert!(matches!(settled, Ok(Committed::Done(_))), "{settled:?}");
    fs::rename(&aside, place.sends()).unwrap();
    send(&journal, 3).await;
    journal.close_it().await;
}

#[tokio::test]
async fn an_engine_whose_journal_another_one_has_opened_since_writes_nothing_any_more() {
    let place = Place::opened_once();
    let journal = place.open().await;
    let before = send(&journal, 1).await;
    // As another opening does, which found the lock free while the way to the database was cut.
    let raised = "UPDATE ppob.meta SET value = value + 1 WHERE name = 'owner_epoch'";
    place.client().await.execute(raised, &[]).await.unwrap();
    let refused = journal.accept(new_payment(2, before.serial + 1)).await;
    assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{refused:?}");
    let lost = journal.lost().await.to_string();
    assert!(lost.contains("another engine has opened the journal since"), "{lost}");
    journal.close_it().await;
}

/// What a journal that was set back leaves for the engine, if anything.
async fn restored(journal: &PostgresJournal) -> Option<Restored> {
    let json = journal.load_document(Restored::DOCUMENT).await.unwrap();
    json.map(|json| serde_json::from_str(&json).unwrap())
}

/// A database that has lost the answer to a payment, and no send, as the next opening finds it.
async fn without_the_answer(place: &Place, lose: impl AsyncFnOnce(PostgresJournal)) {
    let journal = place.open().await;
    let sent = send(&journal, 1).await;
    journal.close_it().await;
    place.copy();
    let journal = place.open().await;
    assert_eq!(restored(&journal).await, None);
    let paid = answered(&sent, PayOutcome::Succeeded, Some("INV1"));
    assert!(matches!(journal.commit(paid).await, Ok(Committed::Done(_))));
    lose(journal).await;
}

async fn is_known_as_set_back(place: &Place) {
    let journal = place.open().await;
    assert_eq!(journal.load_document(LostSends::DOCUMENT).await.unwrap(), None);
    assert!(restored(&journal).await.is_some());
    journal.close_it().await;
}

#[tokio::test]
async fn a_database_that_lost_an_answer_and_no_send_is_known_as_set_back_at_the_next_opening() {
    let place = Place::opened_once();
    without_the_answer(&place, async |journal| {
        journal.close_it().await;
        place.put_back();
    })
    .await;
    is_known_as_set_back(&place).await;
}

#[test]
fn a_loss_that_an_open_journal_noticed_is_known_at_the_next_opening_although_it_was_killed() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = Place::opened_once();
    let dies = runtime();
    dies.block_on(without_the_answer(&place, async |journal| {
        place.put_back();
        while journal.lost().now_or_never().is_none() {
            let refused = journal.save_document("after", "{}".to_owned()).await;
            assert!(refused.is_err(), "{refused:?}");
        }
        // Nothing of it comes to its end: its tasks go with their runtime.
        std::mem::forget(journal);
    }));
    drop(dies);
    runtime().block_on(is_known_as_set_back(&place));
}

#[tokio::test]
async fn a_send_journal_that_is_new_where_others_were_written_to_is_taken_for_a_loss() {
    let place = Place::opened_once();
    let elsewhere = place.sends().with_extension("elsewhere");
    let moved = settings(place.database.url(), elsewhere);
    // Nothing was sent before: nothing can be missing.
    let journal = PostgresJournal::open(&moved).await.unwrap();
    assert_eq!(restored(&journal).await, None);
    send(&journal, 1).await;
    journal.close_it().await;
    let journal = place.open().await;
    assert!(restored(&journal).await.is_some());
    journal.close_it().await;
}

#[tokio::test]
async fn an_engine_whose_opening_the_database_has_lost_writes_nothing_any_more() {
    let place = Place::opened_once();
    let journal = place.open().await;
    let lowered = "ALTER TABLE ppob.meta DISABLE TRIGGER USER;
        UPDATE ppob.meta SET value = value - 1 WHERE name = 'owner_epoch'";
    place.client().await.batch_execute(lowered).await.unwrap();
    let refused = journal.accept(new_payment(1, 1)).await;
    assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{refused:?}");
    let lost = journal.lost().await.to_string();
    assert!(lost.contains("is not in the journal any more"), "{lost}");
    journal.close_it().await;
}

#[tokio::test]
async fn an_engine_whose_last_commit_the_database_has_lost_writes_nothing_any_more() {
    let place = Place::opened_once();
    let journal = place.open().await;
    send(&journal, 1).await;
    send(&journal, 2).await;
    let cut = "ALTER TABLE ppob.chain DISABLE TRIGGER USER;
        DELETE FROM ppob.chain WHERE number = (SELECT max(number) FROM ppob.chain)";
    place.client().await.batch_execute(cut).await.unwrap();
    let refused = journal.save_document("after", "{}".to_owned()).await;
    assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{refused:?}");
    let lost = journal.lost().await.to_string();
    assert!(lost.contains("commit 2 of the journal is not there any more"), "{lost}");
    journal.close_it().await;
}
