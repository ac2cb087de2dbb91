//! Sends that an older copy of the store has forgotten.

use std::sync::Arc;

use ppob_payment::{AttemptState, Event, Payment, PaymentState, step};
use ppob_types::{NotSentCause, PayOutcome, PaymentKey, Timestamp, UnknownCause};

use super::Backend;
use super::builders::{
    NOT_SENT, accept, accepted, answer, at, begin, begin_event, commit, fail, key, new_payment,
    succeed, token_request,
};
use crate::{
    Acceptance, AuditFilter, EventKind, Journal, LostSends, NewPayment, Restored, StoredPayment,
};

/// After everything that happens in these cases.
fn later() -> Timestamp {
    at(1_000_000)
}

/// Takes a copy of the store between two openings.
async fn copied(backend: &dyn Backend, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
    journal.close().await.unwrap();
    drop(journal);
    backend.copy().await;
    backend.open().await
}

/// Puts the copy back and opens.
async fn put_back(backend: &dyn Backend, journal: Arc<dyn Journal>) -> Arc<dyn Journal> {
    journal.close().await.unwrap();
    drop(journal);
    backend.put_back(later()).await;
    backend.open().await
}

/// A payment with its first attempt begun in the acceptance.
async fn with_intent(journal: &Arc<dyn Journal>, number: u64, customer: u64) -> NewPayment {
    let serial = journal.reserve_serial().await.unwrap();
    let new = new_payment(key("shop", number), serial, token_request(customer), at(10));
    let begun = step(&new.payment, begin_event(serial, &new.payment, "mmbc-jkt"), at(10)).unwrap();
    NewPayment { payment: begun.payment, ..new }
}

async fn load(journal: &Arc<dyn Journal>, key: &PaymentKey) -> StoredPayment {
    journal.load(key).await.unwrap().unwrap()
}

/// In doubt, with the last attempt unknown, and asked about.
fn assert_in_doubt(stored: &StoredPayment) {
    assert_eq!(stored.payment.state(), PaymentState::InDoubt, "{stored:?}");
    let last = &stored.payment.attempts.last().unwrap().state;
    assert_eq!(*last, AttemptState::Unknown(UnknownCause::Crashed));
    assert!(stored.payment.next_check_at.is_some());
}

async fn remembered(journal: &Arc<dyn Journal>) -> usize {
    let action = Some("RememberSend".to_owned());
    let filter = AuditFilter { action, ..AuditFilter::default() };
    journal.audit_trail(&filter, 100).await.unwrap().len()
}

/// The promise itself: whoever repeats the id gets the payment in doubt, whoever comes with another id
/// for the same customer is told that one is open.
pub async fn a_send_that_an_older_copy_has_forgotten_is_in_doubt_again_and_its_payment_id_is_not_paid_again(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let known = accept(&journal, "shop", 1).await;
    let journal = copied(backend, journal).await;
    let new = with_intent(&journal, 2, 2).await;
    let sent = accepted(journal.accept(new.clone()).await);
    // What became of it is forgotten with it.
    let paid = answer(&journal, &sent, PayOutcome::Succeeded, at(11)).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);

    let journal = put_back(backend, journal).await;
    let stored = load(&journal, &sent.key).await;
    assert_in_doubt(&stored);
    assert_eq!((&stored.request, stored.fingerprint), (&sent.request, sent.fingerprint));
    assert_eq!(stored.serial, sent.serial, "the provider knows it by its serial");
    assert_eq!(load(&journal, &known.key).await, known);
    let again = journal.accept(NewPayment { now: later(), ..new.clone() }).await.unwrap();
    assert_eq!(again, Acceptance::Known(Box::new(stored.clone())));
    let serial = journal.reserve_serial().await.unwrap();
    let other = new_payment(key("shop", 3), serial, token_request(2), later());
    let guarded = journal.accept(other).await.unwrap();
    assert_eq!(guarded, Acceptance::Guarded { holder: sent.key.clone() });
    let due = journal.due(later().plus(std::time::Duration::from_hours(1)), 10).await.unwrap();
    assert_eq!(due, std::slice::from_ref(&stored));
    let open = journal.open_payments(0, 10).await.unwrap();
    assert_eq!(open, [known, stored]);
    assert_eq!(remembered(&journal).await, 1);
    let document = journal.load_document(LostSends::DOCUMENT).await.unwrap().unwrap();
    assert!(document.contains("\"found\":1"), "{document}");
    assert!(journal.load_document(Restored::DOCUMENT).await.unwrap().is_some());
    journal.close().await.unwrap();
}

/// Bills are accepted alone: their attempt begins by a change.
pub async fn a_forgotten_attempt_of_a_payment_that_the_copy_knows_is_in_doubt_again(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let known = accept(&journal, "shop", 1).await;
    let journal = copied(backend, journal).await;
    let begun = begin(&journal, &known).await;
    let journal = put_back(backend, journal).await;
    let stored = load(&journal, &known.key).await;
    assert_in_doubt(&stored);
    assert_eq!(stored.version, known.version + 1);
    let ids = |payment: &Payment| {
        payment.attempts.iter().map(|attempt| attempt.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&stored.payment), ids(&begun.payment));
    // It goes on like any payment in doubt.
    let ended = answer(&journal, &stored, PayOutcome::Succeeded, later()).await;
    assert_eq!(ended.payment.state(), PaymentState::Succeeded);
    journal.close().await.unwrap();
}

/// A second attempt began because the first was known to be dead; the copy knows neither.
pub async fn a_forgotten_attempt_after_a_dead_one_brings_both_back(backend: &dyn Backend) {
    let journal = backend.open().await;
    let known = accept(&journal, "shop", 1).await;
    let first = begin(&journal, &known).await;
    let journal = copied(backend, journal).await;
    let dead = answer(&journal, &first, NOT_SENT, at(1)).await;
    begin(&journal, &dead).await;
    let journal = put_back(backend, journal).await;
    let stored = load(&journal, &known.key).await;
    assert_in_doubt(&stored);
    let states: Vec<&str> = stored.payment.attempts.iter().map(|one| one.state.as_str()).collect();
    assert_eq!(states, ["not_sent", "unknown"]);
    journal.close().await.unwrap();
}

/// Money first: it is there, although the copy gave its guard to somebody else.
pub async fn a_forgotten_send_whose_guard_another_holds_is_in_doubt_beside_it(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let holder = accept(&journal, "shop", 1).await;
    let journal = copied(backend, journal).await;
    fail(&journal, &holder, at(5)).await;
    let new = with_intent(&journal, 2, 1).await;
    let sent = accepted(journal.accept(new).await);
    let journal = put_back(backend, journal).await;
    assert_in_doubt(&load(&journal, &sent.key).await);
    let serial = journal.reserve_serial().await.unwrap();
    let third = || new_payment(key("shop", 3), serial, token_request(1), later());
    let guarded = journal.accept(third()).await.unwrap();
    assert_eq!(guarded, Acceptance::Guarded { holder: holder.key.clone() });
    fail(&journal, &holder, later()).await;
    let guarded = journal.accept(third()).await.unwrap();
    assert_eq!(guarded, Acceptance::Guarded { holder: sent.key }, "the guard comes to it");
    journal.close().await.unwrap();
}

/// A plain restart, and a second one after a copy was put back, change nothing.
pub async fn what_was_sent_and_is_known_is_not_remembered_twice(backend: &dyn Backend) {
    let journal = backend.open().await;
    let new = with_intent(&journal, 1, 1).await;
    let sent = accepted(journal.accept(new).await);
    let ended = accept(&journal, "shop", 2).await;
    let ended = succeed(&journal, &ended, at(3)).await;
    let journal = copied(backend, journal).await;
    assert_eq!(load(&journal, &sent.key).await, sent);
    assert_eq!(load(&journal, &ended.key).await, ended);
    let third = with_intent(&journal, 3, 3).await;
    let third = accepted(journal.accept(third).await);
    let not_begun = Event::NotBegun { attempt: 1, cause: NotSentCause::NoPermit };
    commit(&journal, &third, not_begun, EventKind::Answered, at(12)).await;
    let journal = put_back(backend, journal).await;
    assert_eq!(remembered(&journal).await, 1);
    let stored = load(&journal, &third.key).await;
    assert_in_doubt(&stored);
    let sent_again = load(&journal, &sent.key).await;
    assert_eq!(sent_again, sent, "recovery is the engine's");
    journal.close().await.unwrap();
    drop(journal);
    let journal = backend.open().await;
    assert_eq!(remembered(&journal).await, 1);
    assert_eq!(load(&journal, &third.key).await, stored);
    journal.close().await.unwrap();
}

/// Serials are in the references that providers know, and no time comes before what was seen.
pub async fn numbers_and_time_go_on_after_what_an_older_copy_has_forgotten(backend: &dyn Backend) {
    let journal = backend.open().await;
    let journal = copied(backend, journal).await;
    let mut highest = 0;
    for number in 0..3 {
        let new = with_intent(&journal, number, number).await;
        highest = highest.max(accepted(journal.accept(new).await).serial);
    }
    let journal = put_back(backend, journal).await;
    assert!(journal.reserve_serial().await.unwrap() > highest);
    assert!(journal.opened().time_high_water >= at(10));
    journal.close().await.unwrap();
}
