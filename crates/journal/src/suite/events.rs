//! Events: only added, one per change, without gaps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt as _;
use futures::future::{join, join_all};

use super::Backend;
use super::builders::{NOT_SENT, accept, answer, at, begin, consumer, fail, key};
use crate::{Cursor, EventKind, Journal, PaymentEvent};

/// One event per change, with the version after it.
pub async fn each_change_writes_exactly_one_event(backend: &dyn Backend) {
    let journal = backend.open().await;
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(0));
    let stored = accept(&journal, "shop", 1).await;
    let begun = begin(&journal, &stored).await;
    let dead = answer(&journal, &begun, NOT_SENT, at(3)).await;
    fail(&journal, &dead, at(4)).await;
    let events = journal.events_after(Cursor(0), None, 10).await.unwrap();
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.kind, event.version, event.state.as_str(), event.at))
        .collect();
    let expected = [
        (EventKind::Accepted, 1, "ACCEPTED", at(0)),
        (EventKind::AttemptBegun, 2, "PROCESSING", at(0)),
        (EventKind::Answered, 3, "ACCEPTED", at(3)),
        (EventKind::GaveUp, 4, "FAILED", at(4)),
    ];
    assert_eq!(seen, expected);
    assert!(events.iter().all(|event| event.key == key("shop", 1)));
    assert!(events.is_sorted_by(|a, b| a.sequence < b.sequence));
    let last = events.last().unwrap().sequence;
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(last));
    let none = journal.events_after(Cursor(last), None, 10).await.unwrap();
    assert_eq!(none, []);
}

/// A consumer's stream holds its own payments only, with the global sequence.
pub async fn events_of_one_consumer_hide_those_of_others(backend: &dyn Backend) {
    let journal = backend.open().await;
    for number in 0..6 {
        let owner = if number % 2 == 0 { "shop" } else { "app" };
        accept(&journal, owner, number).await;
    }
    let app = consumer("app");
    let first = journal.events_after(Cursor(0), Some(&app), 2).await.unwrap();
    let ids: Vec<_> = first.iter().map(|event| event.key.clone()).collect();
    assert_eq!(ids, [key("app", 1), key("app", 3)]);
    let cursor = Cursor(first.last().unwrap().sequence);
    let rest = journal.events_after(cursor, Some(&app), 2).await.unwrap();
    let ids: Vec<_> = rest.iter().map(|event| event.key.clone()).collect();
    assert_eq!(ids, [key("app", 5)]);
    let nobody = consumer("bank");
    let none = journal.events_after(Cursor(0), Some(&nobody), 9).await;
    assert_eq!(none.unwrap(), []);
}

/// A reader that follows the cursor sees every event once, whatever is written meanwhile.
pub async fn paging_through_events_while_writers_run_misses_none(backend: &dyn Backend) {
    const PAYMENTS: u64 = 60;
    let journal = backend.open().await;
    let writers = join_all((0..PAYMENTS).map(|number| {
        let journal = Arc::clone(&journal);
        async move {
            let stored = accept(&journal, "shop", number).await;
            let begun = begin(&journal, &stored).await;
            let dead = answer(&journal, &begun, NOT_SENT, at(3)).await;
            fail(&journal, &dead, at(4)).await;
        }
    }));
    let finished = AtomicBool::new(false);
    let writers = writers.map(|_| finished.store(true, Ordering::SeqCst));
    let reader = follow(&journal, &finished);
    let ((), seen) = join(writers, reader).await;
    assert!(seen.is_sorted_by(|a, b| a.sequence < b.sequence));
    for number in 0..PAYMENTS {
        let versions: Vec<_> = seen
            .iter()
            .filter(|event| event.key == key("shop", number))
            .map(|event| event.version)
            .collect();
        assert_eq!(versions, [1, 2, 3, 4], "payment {number}");
    }
    let all = journal.events_after(Cursor(0), None, usize::MAX).await;
    assert_eq!(all.unwrap(), seen);
}

/// Follows the cursor until the writers have finished and nothing new comes.
async fn follow(journal: &Arc<dyn Journal>, finished: &AtomicBool) -> Vec<PaymentEvent> {
    let mut seen: Vec<PaymentEvent> = Vec::new();
    loop {
        let last_round = finished.load(Ordering::SeqCst);
        let cursor = Cursor(seen.last().map_or(0, |event| event.sequence));
        let page = journal.events_after(cursor, None, 7).await.unwrap();
        assert!(page.iter().all(|event| event.sequence > cursor.0));
        if page.is_empty() && last_round {
            return seen;
        }
        seen.extend(page);
        yield_once().await;
    }
}

/// Lets the other futures of the same task go on, on any runtime.
async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
