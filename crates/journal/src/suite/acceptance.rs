//! Acceptance: one payment per id.

use std::sync::Arc;

use futures::future::join_all;
use ppob_payment::{PaymentState, step};

use super::Backend;
use super::builders::{
    PROVIDER, accept, accepted, at, begin_event, consumer, key, new_payment, token_request,
};
use crate::{Acceptance, Cursor, Fingerprint, JournalError};

/// Same id, same fingerprint: the payment that exists is returned.
pub async fn the_same_id_with_the_same_fingerprint_is_the_same_payment(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    let serial = journal.reserve_serial().await.unwrap();
    let again = new_payment(key("shop", 1), serial, token_request(1), at(60));
    let answer = journal.accept(again).await.unwrap();
    assert_eq!(answer, Acceptance::Known(Box::new(first.clone())));
    assert_eq!(journal.load(&first.key).await.unwrap(), Some(first));
}

/// Same id, other fingerprint: nothing is done, also when the first one has ended.
pub async fn the_same_id_with_another_fingerprint_is_a_conflict(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    let serial = journal.reserve_serial().await.unwrap();
    let mut other = new_payment(key("shop", 1), serial, token_request(2), at(60));
    other.fingerprint = Fingerprint([9; 32]);
    let answer = journal.accept(other.clone()).await.unwrap();
    assert_eq!(answer, Acceptance::Conflict);
    let ended = super::builders::fail(&journal, &first, at(61)).await;
    assert_eq!(journal.accept(other).await.unwrap(), Acceptance::Conflict);
    assert_eq!(journal.load(&first.key).await.unwrap(), Some(ended));
}

/// Ids belong to their consumer.
pub async fn the_same_id_of_another_consumer_is_another_payment(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    let serial = journal.reserve_serial().await.unwrap();
    let other = new_payment(key("app", 1), serial, token_request(2), at(0));
    let second = accepted(journal.accept(other).await);
    assert_ne!(first.serial, second.serial);
    assert_eq!(journal.load(&first.key).await.unwrap(), Some(first));
    assert_eq!(journal.load(&second.key).await.unwrap(), Some(second));
    assert_eq!(journal.load(&key("bank", 1)).await.unwrap(), None);
}

/// 200 callers with one id make one payment.
pub async fn of_two_hundred_concurrent_acceptances_of_one_id_one_is_accepted(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let answers = join_all((0..200).map(|_| {
        let journal = Arc::clone(&journal);
        async move {
            let serial = journal.reserve_serial().await.unwrap();
            let new = new_payment(key("shop", 1), serial, token_request(1), at(0));
            journal.accept(new).await.unwrap()
        }
    }))
    .await;
    let winner = answers
        .iter()
        .find_map(|answer| match answer {
            Acceptance::Accepted(stored) => Some(stored.clone()),
            _ => None,
        })
        .unwrap();
    let known =
        answers.iter().filter(|answer| **answer == Acceptance::Known(winner.clone())).count();
    assert_eq!(known, 199, "{answers:?}");
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(1));
}

/// Acceptance and first intent share one write.
pub async fn an_acceptance_may_carry_its_first_attempt(backend: &dyn Backend) {
    let journal = backend.open().await;
    let serial = journal.reserve_serial().await.unwrap();
    let mut new = new_payment(key("shop", 1), serial, token_request(1), at(0));
    let event = begin_event(serial, &new.payment, PROVIDER);
    new.payment = step(&new.payment, event, at(0)).unwrap().payment;
    let stored = accepted(journal.accept(new).await);
    assert_eq!(stored.payment.state(), PaymentState::Processing);
    assert_eq!(stored.version, 1);
    assert_eq!(journal.load(&stored.key).await.unwrap(), Some(stored));
    let events = journal.events_after(Cursor(0), None, 10).await.unwrap();
    let states: Vec<_> = events.iter().map(|event| event.state).collect();
    assert_eq!(states, [PaymentState::Processing]);
}

/// An id abandoned before it came into being is refused for ever.
pub async fn a_buried_id_never_becomes_a_payment(backend: &dyn Backend) {
    let journal = backend.open().await;
    let buried = key("shop", 1);
    assert_eq!(journal.bury(&buried, at(0)).await.unwrap(), None);
    assert_eq!(journal.bury(&buried, at(1)).await.unwrap(), None);
    let serial = journal.reserve_serial().await.unwrap();
    let new = new_payment(buried.clone(), serial, token_request(1), at(1));
    let answer = journal.accept(new).await.unwrap();
    assert_eq!(answer, Acceptance::Abandoned);
    assert_eq!(journal.load(&buried).await.unwrap(), None);
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(0));
    let other = accept(&journal, "app", 1).await;
    assert_eq!(other.key.consumer, consumer("app"));
}

/// A payment cannot be buried.
pub async fn burying_a_payment_that_exists_returns_it_and_changes_nothing(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let answer = journal.bury(&stored.key, at(5)).await.unwrap();
    assert_eq!(answer.as_ref(), Some(&stored));
    let again = new_payment(stored.key.clone(), 99, token_request(1), at(6));
    let answer = journal.accept(again).await.unwrap();
    assert_eq!(answer, Acceptance::Known(Box::new(stored)));
}

/// Whatever refuses an acceptance leaves neither payment nor event.
pub async fn a_refused_acceptance_writes_nothing(backend: &dyn Backend) {
    let journal = backend.open().await;
    let holder = accept(&journal, "shop", 1).await;
    let refused = new_payment(key("shop", 2), 99, token_request(1), at(0));
    let answer = journal.accept(refused.clone()).await.unwrap();
    assert_eq!(answer, Acceptance::Guarded { holder: holder.key });
    assert_eq!(journal.load(&refused.key).await.unwrap(), None);
    assert_eq!(journal.latest_cursor().await.unwrap(), Cursor(1));
    assert_eq!(journal.open_payments(0, 10).await.unwrap().len(), 1);
}

/// A serial makes the ids of attempts, so no two payments share one.
pub async fn a_serial_is_used_once(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    let other = new_payment(key("shop", 2), first.serial, token_request(2), at(0));
    let answer = journal.accept(other.clone()).await;
    assert!(matches!(answer, Err(JournalError::RuleBroken(_))), "{answer:?}");
    assert_eq!(journal.load(&other.key).await.unwrap(), None);
    assert_eq!(journal.load(&first.key).await.unwrap(), Some(first));
}
