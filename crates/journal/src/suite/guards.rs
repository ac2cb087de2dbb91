//! Guards: one open payment per product and customer, and repeats after a success.

use std::sync::Arc;

use futures::future::join_all;
use ppob_payment::{Event, PaymentState};
use ppob_types::{PayOutcome, Timestamp, UnknownCause};

use super::Backend;
use super::builders::{
    NOT_SENT, WINDOW, accept, accept_at, accepted, answer, at, begin, commit, fail, key,
    new_payment, succeed, token_request,
};
use crate::{Acceptance, EventKind, Journal, NewPayment, StoredPayment};

/// A payment for customer 1 with this `repeat`.
async fn repeat(
    journal: &Arc<dyn Journal>,
    number: u64,
    repeat: u32,
    now: Timestamp,
) -> Acceptance {
    let serial = journal.reserve_serial().await.unwrap();
    let mut request = token_request(1);
    request.repeat = repeat;
    let new = new_payment(key("shop", number), serial, request, now);
    journal.accept(new).await.unwrap()
}

/// Payment 1 of `shop`, in doubt.
async fn in_doubt(journal: &Arc<dyn Journal>) -> StoredPayment {
    let stored = accept(journal, "shop", 1).await;
    let begun = begin(journal, &stored).await;
    let unknown = PayOutcome::Unknown(UnknownCause::TimedOut);
    let stored = answer(journal, &begun, unknown, at(30)).await;
    assert_eq!(stored.payment.state(), PaymentState::InDoubt);
    stored
}

/// A payment that wants to push `holder` out.
async fn despite(
    journal: &Arc<dyn Journal>,
    owner: &str,
    number: u64,
    holder: &StoredPayment,
) -> NewPayment {
    let serial = journal.reserve_serial().await.unwrap();
    let mut request = token_request(1);
    request.repeat = holder.request.repeat + 1;
    request.despite_in_doubt = Some(holder.key.id.clone());
    NewPayment {
        may_displace_holder: true,
        ..new_payment(key(owner, number), serial, request, at(700))
    }
}

/// Whoever asks, a second open payment for the same product and customer is refused.
pub async fn the_guard_refuses_a_second_open_payment_also_of_another_consumer(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    let guarded = Acceptance::Guarded { holder: first.key.clone() };
    for owner in ["shop", "app"] {
        let serial = journal.reserve_serial().await.unwrap();
        let second = new_payment(key(owner, 2), serial, token_request(1), at(1));
        assert_eq!(journal.accept(second).await.unwrap(), guarded);
    }
    let mut other_product = token_request(1);
    other_product.purchase.product = ppob_types::ProductCode::new("PLN-PREPAID-50000").unwrap();
    let serial = journal.reserve_serial().await.unwrap();
    let third = new_payment(key("app", 3), serial, other_product, at(1));
    let _ = accepted(journal.accept(third).await);
}

/// 60 payments for one customer at once: one is accepted.
pub async fn of_many_concurrent_acceptances_for_one_customer_one_is_accepted(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let answers = join_all((0..60).map(|number| repeat(&journal, number, 0, at(0)))).await;
    let accepted: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer {
            Acceptance::Accepted(stored) => Some(stored.key.clone()),
            _ => None,
        })
        .collect();
    let [winner] = accepted.as_slice() else {
        panic!("not exactly one was accepted: {accepted:?}");
    };
    let holder = winner.clone();
    let guarded = answers
        .iter()
        .filter(|answer| **answer == Acceptance::Guarded { holder: holder.clone() })
        .count();
    assert_eq!(guarded, 59);
}

/// A failure took no money: the next payment needs no `repeat`.
pub async fn the_guard_is_free_after_a_failure(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    fail(&journal, &first, at(1)).await;
    let second = repeat(&journal, 2, 0, at(2)).await;
    assert!(matches!(second, Acceptance::Accepted(_)), "{second:?}");
}

/// Inside the window only last + 1 is accepted, and it is not used up by a failure.
pub async fn after_a_success_within_the_window_the_repeat_must_be_the_next(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    succeed(&journal, &first, at(10)).await;
    let needed =
        |repeat, second| Acceptance::RepeatNeeded { repeat, succeeded_at: Some(at(second)) };
    for wrong in [0, 2] {
        assert_eq!(repeat(&journal, 2, wrong, at(20)).await, needed(1, 10));
    }
    let Acceptance::Accepted(second) = repeat(&journal, 2, 1, at(21)).await else {
        panic!("the next repeat was refused");
    };
    fail(&journal, &second, at(22)).await;
    let Acceptance::Accepted(third) = repeat(&journal, 3, 1, at(23)).await else {
        panic!("a repeat that failed was used up");
    };
    succeed(&journal, &third, at(24)).await;
    assert_eq!(repeat(&journal, 4, 1, at(25)).await, needed(2, 24));
    let fourth = repeat(&journal, 4, 2, at(26)).await;
    assert!(matches!(fourth, Acceptance::Accepted(_)), "{fourth:?}");
}

/// After the window a new series begins.
pub async fn after_the_window_the_repeat_starts_again_at_zero(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    succeed(&journal, &first, at(10)).await;
    let Acceptance::Accepted(second) = repeat(&journal, 2, 1, at(20)).await else {
        panic!("the next repeat was refused");
    };
    succeed(&journal, &second, at(30)).await;
    let last_moment = Timestamp::from_micros(at(30).plus(WINDOW).as_micros() - 1);
    let answer = repeat(&journal, 3, 0, last_moment).await;
    assert!(matches!(answer, Acceptance::RepeatNeeded { repeat: 2, .. }), "{answer:?}");
    let Acceptance::Accepted(third) = repeat(&journal, 3, 0, at(30).plus(WINDOW)).await else {
        panic!("refused after the window");
    };
    let end = at(31).plus(WINDOW);
    succeed(&journal, &third, end).await;
    let answer = repeat(&journal, 4, 0, end).await;
    assert!(matches!(answer, Acceptance::RepeatNeeded { repeat: 1, .. }), "{answer:?}");
}

/// Who asked before the window was over and waited is held against the success, although somebody who came
/// later, and did not succeed, was not.
pub async fn a_payment_after_the_window_that_fails_opens_it_for_nobody_before(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    succeed(&journal, &first, at(10)).await;
    let over = at(10).plus(WINDOW);
    let Acceptance::Accepted(second) = repeat(&journal, 2, 0, over).await else {
        panic!("refused after the window");
    };
    fail(&journal, &second, over).await;
    let waited = Timestamp::from_micros(over.as_micros() - 1);
    let answer = repeat(&journal, 3, 0, waited).await;
    assert_eq!(answer, Acceptance::RepeatNeeded { repeat: 1, succeeded_at: Some(at(10)) });
}

/// A token that arrives long after its success is no second success of a series that is over.
pub async fn news_about_an_old_success_does_not_reopen_its_window(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    succeed(&journal, &first, at(10)).await;
    let Acceptance::Accepted(second) = repeat(&journal, 2, 1, at(20)).await else {
        panic!("the next repeat was refused");
    };
    let second = succeed(&journal, &second, at(21)).await;
    let later = at(21).plus(WINDOW);
    let Acceptance::Accepted(third) = repeat(&journal, 3, 0, later).await else {
        panic!("refused after the window");
    };
    let event = Event::Checked { attempt: 1 };
    commit(&journal, &second, event, EventKind::Reported, later).await;
    succeed(&journal, &third, later).await;
    let answer = repeat(&journal, 4, 0, later).await;
    let needed = Acceptance::RepeatNeeded { repeat: 1, succeeded_at: Some(later) };
    assert_eq!(answer, needed);
}

/// Displacing needs the engine's word, the holder's id, and the holder's consumer.
pub async fn only_the_named_holder_is_displaced_and_only_by_its_owner(backend: &dyn Backend) {
    let journal = backend.open().await;
    let holder = in_doubt(&journal).await;
    let guarded = Acceptance::Guarded { holder: holder.key.clone() };
    let good = despite(&journal, "shop", 2, &holder).await;
    let mut without_word = good.clone();
    without_word.may_displace_holder = false;
    let mut other_id = good.clone();
    other_id.request.despite_in_doubt = Some(key("shop", 7).id);
    let mut nobody = good.clone();
    nobody.request.despite_in_doubt = None;
    let foreign = despite(&journal, "app", 2, &holder).await;
    for refused in [without_word, other_id, nobody, foreign] {
        assert_eq!(journal.accept(refused).await.unwrap(), guarded);
    }
    let newer = accepted(journal.accept(good).await);
    let later = despite(&journal, "shop", 3, &holder).await;
    let guarded_by_newer = Acceptance::Guarded { holder: newer.key };
    assert_eq!(journal.accept(later).await.unwrap(), guarded_by_newer);
    let unchanged = journal.load(&holder.key).await.unwrap();
    assert_eq!(unchanged, Some(holder));
}

/// Once the named payment has ended (maybe paid), "in spite of the doubt" has lost its ground.
pub async fn a_holder_that_has_ended_is_not_displaced(backend: &dyn Backend) {
    let journal = backend.open().await;
    let holder = in_doubt(&journal).await;
    let late = despite(&journal, "shop", 2, &holder).await;
    let paid = answer(&journal, &holder, PayOutcome::Succeeded, at(690)).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    assert_eq!(journal.accept(late).await.unwrap(), Acceptance::HolderChanged);
}

/// The end of a displaced payment does not free the guard that another one holds now.
pub async fn a_displaced_payment_that_ends_leaves_the_newer_guard_alone(backend: &dyn Backend) {
    let journal = backend.open().await;
    let displaced = in_doubt(&journal).await;
    let newer = despite(&journal, "shop", 2, &displaced).await;
    let newer = accepted(journal.accept(newer).await);
    let dead = answer(&journal, &displaced, NOT_SENT, at(710)).await;
    let ended = fail(&journal, &dead, at(711)).await;
    assert_eq!(ended.payment.state(), PaymentState::Failed);
    let answer = repeat(&journal, 3, 0, at(720)).await;
    let holder = newer.key.clone();
    assert_eq!(answer, Acceptance::Guarded { holder });
    fail(&journal, &newer, at(730)).await;
    let answer = repeat(&journal, 3, 0, at(740)).await;
    assert!(matches!(answer, Acceptance::Accepted(_)), "{answer:?}");
}

/// A displaced payment that turns out paid is remembered, and never lowers the `repeat` needed next.
pub async fn a_displaced_payment_that_succeeds_later_counts_as_a_success(backend: &dyn Backend) {
    let journal = backend.open().await;
    let displaced = in_doubt(&journal).await;
    let newer = despite(&journal, "shop", 2, &displaced).await;
    let newer = accepted(journal.accept(newer).await);
    succeed(&journal, &newer, at(710)).await;
    let paid = answer(&journal, &displaced, PayOutcome::Succeeded, at(720)).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    let answer = repeat(&journal, 3, 0, at(730)).await;
    let needed = Acceptance::RepeatNeeded { repeat: 2, succeeded_at: Some(at(720)) };
    assert_eq!(answer, needed);
    let unrelated = accept_at(&journal, "shop", 4, at(740)).await;
    assert_eq!(unrelated.version, 1);
}

/// The newer one took no money, but the older one is as much in doubt as before: it is what stands
/// in the way again, for everybody, and what an honest caller names.
pub async fn a_guard_given_back_returns_to_the_payment_still_in_doubt(backend: &dyn Backend) {
    let journal = backend.open().await;
    let displaced = in_doubt(&journal).await;
    let newer = despite(&journal, "shop", 2, &displaced).await;
    let newer = accepted(journal.accept(newer).await);
    fail(&journal, &newer, at(710)).await;
    let guarded = Acceptance::Guarded { holder: displaced.key.clone() };
    assert_eq!(repeat(&journal, 3, 0, at(720)).await, guarded);
    let honest = despite(&journal, "shop", 3, &displaced).await;
    let honest = accepted(journal.accept(honest).await);
    fail(&journal, &honest, at(730)).await;
    assert_eq!(repeat(&journal, 4, 0, at(740)).await, guarded);
    let dead = answer(&journal, &displaced, NOT_SENT, at(750)).await;
    fail(&journal, &dead, at(751)).await;
    let answer = repeat(&journal, 4, 0, at(760)).await;
    assert!(matches!(answer, Acceptance::Accepted(_)), "{answer:?}");
}

/// Also a success says nothing about the older one, and neither does the end of its window.
pub async fn after_a_success_the_guard_returns_to_the_payment_still_in_doubt(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let displaced = in_doubt(&journal).await;
    let newer = despite(&journal, "shop", 2, &displaced).await;
    let newer = accepted(journal.accept(newer).await);
    succeed(&journal, &newer, at(710)).await;
    let guarded = Acceptance::Guarded { holder: displaced.key.clone() };
    let later = at(711).plus(WINDOW);
    for (number, now) in [(2, at(720)), (0, later)] {
        assert_eq!(repeat(&journal, 3, number, now).await, guarded);
    }
    let mut honest = despite(&journal, "shop", 3, &displaced).await;
    honest.now = later;
    let honest = accepted(journal.accept(honest).await);
    let holder = honest.key.clone();
    assert_eq!(repeat(&journal, 4, 0, later).await, Acceptance::Guarded { holder });
}

/// Displaced by one that was displaced itself: the guard goes back the way it came, past those that
/// have ended meanwhile.
pub async fn a_guard_given_back_goes_to_the_newest_of_the_payments_still_open(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let oldest = in_doubt(&journal).await;
    let mut chain = vec![oldest];
    for number in 2..=4 {
        let next = despite(&journal, "shop", number, chain.last().unwrap()).await;
        let next = accepted(journal.accept(next).await);
        let begun = begin(&journal, &next).await;
        let unknown = PayOutcome::Unknown(UnknownCause::TimedOut);
        chain.push(answer(&journal, &begun, unknown, at(700)).await);
    }
    let [first, second, third, fourth] = chain.as_slice() else { panic!("{chain:?}") };
    let end = async |stored: &StoredPayment| {
        let dead = answer(&journal, stored, NOT_SENT, at(800)).await;
        fail(&journal, &dead, at(801)).await;
    };
    let holder = async || match repeat(&journal, 5, 0, at(810)).await {
        Acceptance::Guarded { holder } => holder,
        other => panic!("nobody holds the guard: {other:?}"),
    };
    assert_eq!(holder().await, fourth.key);
    end(third).await;
    assert_eq!(holder().await, fourth.key);
    end(fourth).await;
    assert_eq!(holder().await, second.key);
    end(second).await;
    assert_eq!(holder().await, first.key);
    end(first).await;
    let answer = repeat(&journal, 5, 0, at(820)).await;
    assert!(matches!(answer, Acceptance::Accepted(_)), "{answer:?}");
}
