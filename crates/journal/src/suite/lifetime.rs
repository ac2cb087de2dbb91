//! Openings: what outlives a process.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use ppob_types::{Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, RawAnswer};

use super::Backend;
use super::builders::{
    accept, accept_at, accepted, at, begin, commit, fail, key, new_payment, succeed, token_request,
};
use super::records::inquiry;
use crate::{Acceptance, Cursor, EventKind, Journal, JournalError};

async fn reopen(backend: &dyn Backend, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
    journal.close().await.unwrap();
    drop(journal);
    backend.open().await
}

/// Serials make attempt ids: one given out is never given out again.
pub async fn serials_never_repeat_across_openings(backend: &dyn Backend) {
    let mut seen = BTreeSet::new();
    let mut journal = backend.open().await;
    for _ in 0..3 {
        let highest = seen.last().copied().unwrap_or(0);
        let serials = join_all((0..2_500).map(|_| journal.reserve_serial())).await;
        for serial in serials {
            let serial = serial.unwrap();
            assert!(serial > highest, "{serial} is not above {highest}");
            assert!(seen.insert(serial), "{serial} was given out twice");
        }
        journal = reopen(backend, journal).await;
    }
    journal.close().await.unwrap();
}

/// The high-water mark outlives the process and a clock that was set back; the epoch rises.
pub async fn the_recorded_time_never_goes_back(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = journal.opened();
    accept_at(&journal, "shop", 1, at(500)).await;
    accept_at(&journal, "shop", 2, at(100)).await;
    let journal = reopen(backend, journal).await;
    let second = journal.opened();
    assert!(second.time_high_water >= at(500), "{second:?}");
    assert!(second.owner_epoch > first.owner_epoch, "{second:?}");
    accept_at(&journal, "shop", 3, at(50)).await;
    let journal = reopen(backend, journal).await;
    let third = journal.opened();
    assert!(third.time_high_water >= at(500), "{third:?}");
    assert!(third.owner_epoch > second.owner_epoch, "{third:?}");
    journal.close().await.unwrap();
}

/// Payments, guards, successes, tombstones, events and records are all still there.
pub async fn a_reopened_journal_holds_every_acknowledged_write(backend: &dyn Backend) {
    let journal = backend.open().await;
    let open = accept(&journal, "shop", 1).await;
    let open = begin(&journal, &open).await;
    let paid = accept(&journal, "shop", 2).await;
    let paid = succeed(&journal, &paid, at(5)).await;
    let failed = accept(&journal, "shop", 3).await;
    let failed = fail(&journal, &failed, at(6)).await;
    journal.bury(&key("shop", 4), at(7)).await.unwrap();
    let asked = inquiry("0191f3c0-0001", "shop");
    journal.save_inquiry(asked.clone()).await.unwrap();
    let saved = journal.save_document("catalogue", "{}".to_owned()).await;
    saved.unwrap();
    let events = journal.events_after(Cursor(0), None, 100).await.unwrap();

    let journal = reopen(backend, journal).await;
    for stored in [&open, &paid, &failed] {
        let loaded = journal.load(&stored.key).await.unwrap();
        assert_eq!(loaded.as_ref(), Some(stored));
    }
    let still_open = journal.open_payments(0, 10).await.unwrap();
    assert_eq!(still_open, std::slice::from_ref(&open));
    let due = journal.due(at(1_000_000), 10).await.unwrap();
    assert_eq!(due, [paid]);
    let reread = journal.events_after(Cursor(0), None, 100).await.unwrap();
    assert_eq!(reread, events);
    let loaded = journal.load_inquiry(&asked.consumer, &asked.id).await;
    assert_eq!(loaded.unwrap(), Some(asked));
    let document = journal.load_document("catalogue").await.unwrap();
    assert_eq!(document.as_deref(), Some("{}"));

    let retry = |number, customer, serial| {
        journal.accept(new_payment(key("shop", number), serial, token_request(customer), at(8)))
    };
    let serial = journal.reserve_serial().await.unwrap();
    let guarded = Acceptance::Guarded { holder: open.key };
    assert_eq!(retry(10, 1, serial).await.unwrap(), guarded);
    let repeat = retry(10, 2, serial).await.unwrap();
    assert!(matches!(repeat, Acceptance::RepeatNeeded { repeat: 1, .. }), "{repeat:?}");
    let buried = retry(4, 4, serial).await.unwrap();
    assert_eq!(buried, Acceptance::Abandoned);
    let _ = accepted(retry(10, 3, serial).await);
    journal.close().await.unwrap();
}

/// Nothing passes through a closed journal.
pub async fn a_closed_journal_answers_unavailable(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    journal.close().await.unwrap();
    journal.close().await.unwrap();
    let closed = |error: Option<JournalError>| {
        assert!(matches!(error, Some(JournalError::Unavailable(_))), "{error:?}");
    };
    closed(journal.load(&stored.key).await.err());
    closed(journal.next_due().await.err());
    closed(journal.bury(&key("shop", 2), at(1)).await.err());
    let new = new_payment(key("shop", 2), 99, token_request(2), at(1));
    closed(journal.accept(new).await.err());
}

/// The longest ids, and answers with any text, come back byte for byte.
pub async fn long_and_foreign_text_comes_back_unchanged(backend: &dyn Backend) {
    let journal = backend.open().await;
    let longest = PaymentKey {
        consumer: ppob_types::ConsumerId::new(&"c".repeat(64)).unwrap(),
        id: PaymentId::new(&"0:._-aZ9".repeat(8)).unwrap(),
    };
    let serial = journal.reserve_serial().await.unwrap();
    let new = new_payment(longest.clone(), serial, token_request(1), at(0));
    let stored = accepted(journal.accept(new).await);
    let stored = begin(&journal, &stored).await;
    let mut text = "«Nama» \u{0} \\ \" ' ; -- 电力 ⚡ \u{202e} é".repeat(1_000);
    text.push_str("\r\n\u{10ffff}");
    let answer = PayAnswer {
        outcome: PayOutcome::Pending,
        observed: Observed {
            raw: Some(RawAnswer::new(text.as_bytes())),
            unlisted: Some(text),
            ..Observed::default()
        },
    };
    let event = ppob_payment::Event::Answered { attempt: 1, answer, refusal_trusted: false };
    let stored = commit(&journal, &stored, event, EventKind::Answered, at(1)).await;
    assert_eq!(journal.load(&longest).await.unwrap(), Some(stored.clone()));
    let json = "\"'; DROP TABLE payment; -- 电\"".to_owned();
    let name = "ünïcode 'name'";
    journal.save_document(name, json.clone()).await.unwrap();
    let journal = reopen(backend, journal).await;
    assert_eq!(journal.load(&longest).await.unwrap(), Some(stored));
    assert_eq!(journal.load_document(name).await.unwrap(), Some(json));
    journal.close().await.unwrap();
}
