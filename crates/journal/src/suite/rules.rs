//! Rules that the store keeps even if the machine's value is wrong.

use std::sync::Arc;

use ppob_payment::{Attempt, AttemptState, Conclusion, Event, Payment, PaymentState, Resolution};
use ppob_types::{
    AttemptId, Basis, FailureReason, NotSentCause, Observed, PayOutcome, ProviderRef, Rupiah,
    UnknownCause,
};

use super::Backend;
use super::builders::{
    NOT_SENT, PROVIDER, accept, answer, answered, at, begin, begin_event, change, change_to,
    commit, done, fail, provider, succeed,
};
use crate::{Committed, Cursor, EventKind, Journal, JournalError, StoredPayment};

/// Tries to store `payment`; it must be refused and change nothing.
async fn refused(journal: &Arc<dyn Journal>, stored: &StoredPayment, payment: Payment) {
    let cursor = journal.latest_cursor().await.unwrap();
    let change = change_to(stored, payment, EventKind::Reported, at(900));
    let answer = journal.commit(change).await;
    assert!(matches!(answer, Err(JournalError::RuleBroken(_))), "{answer:?}");
    let now = journal.load(&stored.key).await.unwrap();
    assert_eq!(now.as_ref(), Some(stored));
    assert_eq!(journal.latest_cursor().await.unwrap(), cursor);
}

/// P1: at most one attempt that is not provably dead; a succeeded one counts as alive.
pub async fn a_second_live_attempt_is_refused_by_the_store(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = begin(&journal, &stored).await;
    let first = stored.payment.attempts.first().unwrap().clone();
    let alive = [
        AttemptState::Sending,
        AttemptState::Pending,
        AttemptState::Unknown(UnknownCause::Crashed),
        AttemptState::Succeeded,
    ];
    for one in &alive {
        for other in &alive {
            let mut wrong = stored.payment.clone();
            wrong.attempts = vec![
                Attempt { state: one.clone(), ..first.clone() },
                Attempt { number: 2, state: other.clone(), ..first.clone() },
            ];
            refused(&journal, &stored, wrong).await;
        }
    }
}

/// The rule does not stand in the way of a failover.
pub async fn a_new_attempt_after_a_dead_one_is_stored(backend: &dyn Backend) {
    let journal = backend.open().await;
    let mut stored = accept(&journal, "shop", 1).await;
    for number in 1..=3 {
        stored = begin(&journal, &stored).await;
        assert_eq!(stored.payment.attempts.len(), number);
        stored = answer(&journal, &stored, NOT_SENT, at(1)).await;
    }
    let loaded = journal.load(&stored.key).await.unwrap();
    assert_eq!(loaded, Some(stored));
}

/// P4: only `REVERSED` may follow a success, and nothing follows that.
pub async fn a_success_never_becomes_anything_but_reversed(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = succeed(&journal, &stored, at(1)).await;
    let mut failed = stored.payment.clone();
    failed.conclusion = Some(failure());
    refused(&journal, &stored, failed.clone()).await;
    let mut undone = stored.payment.clone();
    undone.conclusion = None;
    refused(&journal, &stored, undone).await;
    let basis = Basis::Callback;
    let event = Event::Reversed { basis };
    let reversed = commit(&journal, &stored, event, EventKind::Reversed, at(2)).await;
    assert_eq!(reversed.payment.state(), PaymentState::Reversed);
    refused(&journal, &reversed, stored.payment.clone()).await;
    refused(&journal, &reversed, failed).await;
}

/// P4: what was told as failed stays failed.
pub async fn a_failure_stays_a_failure(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = begin(&journal, &stored).await;
    let stored = answer(&journal, &stored, NOT_SENT, at(1)).await;
    let stored = fail(&journal, &stored, at(2)).await;
    let mut undone = stored.payment.clone();
    undone.conclusion = None;
    refused(&journal, &stored, undone).await;
    let mut paid = stored.payment.clone();
    paid.conclusion = Some(success(1, 22_500));
    refused(&journal, &stored, paid).await;
    let mut sent_again = stored.payment.clone();
    sent_again.attempts.push(Attempt {
        number: 2,
        state: AttemptState::Sending,
        ..sent_again.attempts.first().unwrap().clone()
    });
    refused(&journal, &stored, sent_again).await;
}

/// P4: the total and the cost are fixed when the success is told.
pub async fn the_money_of_a_success_does_not_change(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = succeed(&journal, &stored, at(1)).await;
    let mut dearer = stored.payment.clone();
    dearer.conclusion = Some(success(1, 99_999));
    refused(&journal, &stored, dearer).await;
}

/// A final outcome of an attempt is never written over.
pub async fn an_attempt_that_ended_keeps_its_outcome(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = begin(&journal, &stored).await;
    let stored = answer(&journal, &stored, NOT_SENT, at(1)).await;
    for state in [
        AttemptState::Sending,
        AttemptState::Pending,
        AttemptState::Succeeded,
        AttemptState::NotExecuted,
    ] {
        let mut wrong = stored.payment.clone();
        wrong.attempts.first_mut().unwrap().state = state;
        refused(&journal, &stored, wrong).await;
    }
    let paid = accept(&journal, "shop", 2).await;
    let paid = succeed(&journal, &paid, at(1)).await;
    let mut unpaid = paid.payment.clone();
    unpaid.attempts.first_mut().unwrap().state = AttemptState::NotSent(NotSentCause::Connect);
    refused(&journal, &paid, unpaid).await;
}

/// What was tried stays on record.
pub async fn an_attempt_does_not_disappear(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = begin(&journal, &stored).await;
    let mut forgetful = stored.payment.clone();
    forgetful.attempts.clear();
    refused(&journal, &stored, forgetful).await;
}

/// The reference and the provider of a try are fixed before it is sent.
pub async fn an_attempt_is_not_replaced_by_another(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = begin(&journal, &stored).await;
    let mut elsewhere = stored.payment.clone();
    elsewhere.attempts.first_mut().unwrap().provider = provider("second");
    refused(&journal, &stored, elsewhere).await;
    let mut renamed = stored.payment.clone();
    renamed.attempts.first_mut().unwrap().id = AttemptId::new(stored.serial, 9);
    refused(&journal, &stored, renamed).await;
}

/// `FAILED` says that nothing was paid and nothing will be.
pub async fn a_payment_does_not_fail_while_an_attempt_is_alive(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let stored = begin(&journal, &stored).await;
    let mut failed = stored.payment.clone();
    failed.conclusion = Some(failure());
    refused(&journal, &stored, failed).await;
}

/// One invoice settles one payment of its provider.
pub async fn one_provider_reference_settles_one_payment(backend: &dyn Backend) {
    let journal = backend.open().await;
    let settle = |stored: &StoredPayment| {
        let event = answered(stored, PayOutcome::Succeeded, Some("INV-0001"));
        change(stored, event, EventKind::Answered, at(2))
    };
    let first = accept(&journal, "shop", 1).await;
    let first = begin(&journal, &first).await;
    let first = done(journal.commit(settle(&first)).await);

    let second = accept(&journal, "app", 2).await;
    let second = begin(&journal, &second).await;
    let cursor = journal.latest_cursor().await.unwrap();
    let taken = Committed::ReferenceTaken { by: first.key.clone() };
    assert_eq!(journal.commit(settle(&second)).await.unwrap(), taken);
    assert_eq!(journal.latest_cursor().await.unwrap(), cursor);
    let unchanged = journal.load(&second.key).await.unwrap();
    assert_eq!(unchanged, Some(second.clone()));

    // Only a success settles: a refusal may show the same invoice.
    let unknown = PayOutcome::Unknown(UnknownCause::Mismatch);
    let event = answered(&second, unknown, Some("INV-0001"));
    commit(&journal, &second, event, EventKind::Answered, at(3)).await;

    // Another provider counts its own invoices.
    let third = accept(&journal, "shop", 3).await;
    let begun = begin_event(third.serial, &third.payment, "second");
    let third = commit(&journal, &third, begun, EventKind::AttemptBegun, at(3)).await;
    let _ = done(journal.commit(settle(&third)).await);

    // News about the payment that it settles is welcome.
    let event = Event::Checked { attempt: 1 };
    commit(&journal, &first, event, EventKind::Reported, at(4)).await;
    assert!(journal.latest_cursor().await.unwrap() > Cursor(cursor.0 + 2));
}

/// A charge found late settles its reference once a person says that it paid.
pub async fn a_reference_found_late_settles_too(backend: &dyn Backend) {
    let journal = backend.open().await;
    let late = accept(&journal, "shop", 1).await;
    let late = begin(&journal, &late).await;
    let late = answer(&journal, &late, NOT_SENT, at(1)).await;
    let event = answered(&late, PayOutcome::Succeeded, None);
    let late = commit(&journal, &late, event, EventKind::Answered, at(2)).await;
    assert_eq!(late.payment.state(), PaymentState::InDoubt);
    let observed = Observed { provider_ref: ProviderRef::new("INV-0009"), ..Observed::default() };
    let event = Event::Resolved {
        attempt: 1,
        resolution: Resolution::Executed { observed: Box::new(observed), basis: Basis::Operator },
    };
    let late = commit(&journal, &late, event, EventKind::Resolved, at(3)).await;
    assert_eq!(late.payment.state(), PaymentState::Succeeded);

    let other = accept(&journal, "shop", 2).await;
    let begun = begin_event(other.serial, &other.payment, PROVIDER);
    let other = commit(&journal, &other, begun, EventKind::AttemptBegun, at(4)).await;
    let event = answered(&other, PayOutcome::Succeeded, Some("INV-0009"));
    let change = change(&other, event, EventKind::Answered, at(5));
    let taken = Committed::ReferenceTaken { by: late.key };
    assert_eq!(journal.commit(change).await.unwrap(), taken);
}

/// Not even what the store keeps beside the payment: what is learnt next about its attempts is stored.
pub async fn a_change_whose_reference_is_taken_writes_nothing_at_all(backend: &dyn Backend) {
    let journal = backend.open().await;
    let owner = accept(&journal, "shop", 1).await;
    let owner = begin(&journal, &owner).await;
    let event = answered(&owner, PayOutcome::Succeeded, Some("INV-0001"));
    let owner = commit(&journal, &owner, event, EventKind::Answered, at(1)).await;

    let stored = accept(&journal, "shop", 2).await;
    let stored = begin(&journal, &stored).await;
    let mut wrong = stored.payment.clone();
    let mut second = wrong.attempts.first().unwrap().clone();
    wrong.attempts.first_mut().unwrap().state = AttemptState::NotSent(NotSentCause::Connect);
    second.number = 2;
    second.id = AttemptId::new(stored.serial, 2);
    second.state = AttemptState::Succeeded;
    second.observed.provider_ref = ProviderRef::new("INV-0001");
    wrong.attempts.push(second);
    let wrong = change_to(&stored, wrong, EventKind::Reported, at(2));
    let taken = Committed::ReferenceTaken { by: owner.key };
    assert_eq!(journal.commit(wrong).await.unwrap(), taken);

    // The first attempt did not end with it.
    let paid = answer(&journal, &stored, PayOutcome::Succeeded, at(3)).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
}

fn failure() -> Conclusion {
    Conclusion::Failed { reason: FailureReason::NotExecuted, basis: Basis::Operator, at: at(2) }
}

fn success(attempt: u32, total: i64) -> Conclusion {
    Conclusion::Succeeded {
        attempt,
        total: Rupiah::new(total),
        cost: Rupiah::new(20_700),
        basis: Basis::Status,
        at: at(2),
    }
}
