//! Changes: compared and set on the version.

use std::sync::Arc;

use futures::future::{join, join_all};
use ppob_payment::{Event, PaymentState};
use ppob_types::FailureReason;

use super::Backend;
use super::builders::{
    PROVIDER, accept, at, begin, begin_event, change, fail, key, new_payment, token_request,
};
use crate::{Acceptance, Committed, Cursor, EventKind, StoredPayment};

/// What a change returns is what is stored.
pub async fn a_change_is_stored_and_raises_the_version_by_one(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    assert_eq!(first.version, 1);
    let begun = begin(&journal, &first).await;
    assert_eq!(begun.version, 2);
    assert_eq!(begun.payment.state(), PaymentState::Processing);
    let expected = StoredPayment { version: 2, payment: begun.payment.clone(), ..first };
    assert_eq!(begun, expected);
    assert_eq!(journal.load(&begun.key).await.unwrap(), Some(begun));
}

/// A change made from an old version changes nothing and leaves no event.
pub async fn a_change_from_a_stale_version_writes_nothing(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    let begun = begin(&journal, &first).await;
    let give_up = Event::GiveUp(FailureReason::Expired);
    let stale = change(&first, give_up, EventKind::GaveUp, at(5));
    let mut from_the_future = stale.clone();
    from_the_future.expected_version = 3;
    for change in [stale, from_the_future] {
        assert_eq!(journal.commit(change).await.unwrap(), Committed::Stale);
    }
    assert_eq!(journal.load(&begun.key).await.unwrap(), Some(begun));
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(2));
}

/// Of many intents made from one version, one is durable: only its maker may send.
pub async fn of_sixty_racing_changes_from_one_version_exactly_one_is_done(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    let answers = join_all((0..60).map(|racer| {
        let journal = Arc::clone(&journal);
        let event = begin_event(first.serial, &first.payment, &format!("provider-{racer}"));
        let change = change(&first, event, EventKind::AttemptBegun, at(1));
        async move { journal.commit(change).await.unwrap() }
    }))
    .await;
    let done: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer {
            Committed::Done(stored) => Some(stored),
            _ => None,
        })
        .collect();
    let [winner] = done.as_slice() else {
        panic!("not exactly one was done: {done:?}");
    };
    let stale = answers.iter().filter(|a| **a == Committed::Stale).count();
    assert_eq!(stale, 59);
    let stored = journal.load(&first.key).await.unwrap().unwrap();
    assert_eq!(stored, ***winner);
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(2));
}

/// As after an acceptance that was never durable.
pub async fn a_change_of_a_payment_that_does_not_exist_is_stale(backend: &dyn Backend) {
    let journal = backend.open().await;
    let mut ghost = accept(&journal, "shop", 1).await;
    ghost.key = key("shop", 2);
    let give_up = Event::GiveUp(FailureReason::Expired);
    let change = change(&ghost, give_up, EventKind::GaveUp, at(5));
    assert_eq!(journal.commit(change).await.unwrap(), Committed::Stale);
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(1));
}

/// Writes that share a commit do not share their fate.
pub async fn changes_and_acceptances_that_wait_together_all_get_their_own_answer(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let mut open = Vec::new();
    for number in 0..40 {
        open.push(accept(&journal, "shop", number).await);
    }
    let changes = join_all(open.iter().map(|stored| {
        let mut change = change(
            stored,
            begin_event(stored.serial, &stored.payment, PROVIDER),
            EventKind::AttemptBegun,
            at(1),
        );
        // Every fourth one is stale, every fourth one breaks a rule.
        match stored.serial % 4 {
            0 => change.expected_version += 1,
            1 => {
                let twin = change.payment.attempts.first().unwrap().clone();
                change.payment.attempts.push(ppob_payment::Attempt { number: 2, ..twin });
            }
            _ => {}
        }
        journal.commit(change)
    }));
    let acceptances = join_all((100..140).map(|number| {
        let journal = Arc::clone(&journal);
        async move {
            let serial = journal.reserve_serial().await.unwrap();
            // Every other one meets the guard of an open payment.
            let customer = if number % 2 == 0 { number } else { number - 100 };
            let new = new_payment(key("app", number), serial, token_request(customer), at(1));
            journal.accept(new).await.unwrap()
        }
    }));
    let (changes, acceptances) = join(changes, acceptances).await;
    for (stored, answer) in open.iter().zip(changes) {
        let fits = match stored.serial % 4 {
            0 => answer == Ok(Committed::Stale),
            1 => answer.is_err(),
            _ => {
                matches!(&answer, Ok(Committed::Done(done)) if done.key == stored.key && done.version == 2)
            }
        };
        assert!(fits, "{} {answer:?}", stored.serial);
    }
    for (number, answer) in (100..140_u64).zip(acceptances) {
        match answer {
            Acceptance::Accepted(stored) if number % 2 == 0 => {
                assert_eq!(stored.key, key("app", number));
                fail(&journal, &stored, at(2)).await;
            }
            Acceptance::Guarded { holder } if number % 2 == 1 => {
                assert_eq!(holder, key("shop", number - 100));
            }
            other => panic!("{number}: {other:?}"),
        }
    }
}
