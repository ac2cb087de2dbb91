//! Limits of a consumer's day, to the rupiah.

use std::sync::Arc;

use futures::future::join_all;
use ppob_payment::{Event, PaymentState};
use ppob_types::{Basis, PayOutcome, Rupiah, Timestamp, UnknownCause};

use super::Backend;
use super::builders::{
    accepted, answer, at, begin, change, commit, done, fail, key, new_payment, succeed,
    token_request,
};
use crate::{Acceptance, EventKind, Journal, NewPayment, StoredPayment};

/// What the suite's tokens cost the end customer.
const TOTAL: i64 = 22_500;

/// Payment `number`, of a customer of its own, that may come to `most`, under a limit of the day.
async fn counting(
    journal: &Arc<dyn Journal>,
    owner: &str,
    number: u64,
    most: i64,
    day_max: i64,
    now: Timestamp,
) -> NewPayment {
    let serial = journal.reserve_serial().await.unwrap();
    let mut new = new_payment(key(owner, number), serial, token_request(number), now);
    new.payment.terms.max_total = Some(Rupiah::new(most));
    new.day_max = Some(Rupiah::new(day_max));
    new
}

/// Accepts payment `number` of `shop`, without a limit.
async fn counted(journal: &Arc<dyn Journal>, number: u64, most: i64) -> StoredPayment {
    let mut new = counting(journal, "shop", number, most, 0, at(0)).await;
    new.day_max = None;
    accepted(journal.accept(new).await)
}

/// What the payments of `owner` count on the day of `now`: told by a refusal, which writes nothing.
async fn told(journal: &Arc<dyn Journal>, owner: &str, now: Timestamp) -> i64 {
    let probe = counting(journal, owner, 999_999, 1, 0, now).await;
    match journal.accept(probe).await.unwrap() {
        Acceptance::DayLimit { counted } => counted.get(),
        other => panic!("not refused: {other:?}"),
    }
}

/// 50 acceptances at once under a limit that 20 of them fit exactly: 20 are accepted, and not a rupiah
/// more is counted.
pub async fn fifty_acceptances_at_once_do_not_pass_a_limit_by_one_rupiah(backend: &dyn Backend) {
    let journal = backend.open().await;
    let limit = 20 * TOTAL + TOTAL - 1;
    let answers = join_all((0..50).map(|number| {
        let journal = Arc::clone(&journal);
        async move {
            let new = counting(&journal, "shop", number, TOTAL, limit, at(0)).await;
            journal.accept(new).await.unwrap()
        }
    }))
    .await;
    let taken = answers.iter().filter(|a| matches!(a, Acceptance::Accepted(_))).count();
    let refused = answers.iter().filter(|a| matches!(a, Acceptance::DayLimit { .. })).count();
    assert_eq!((taken, refused), (20, 30), "{answers:?}");
    assert_eq!(told(&journal, "shop", at(0)).await, 20 * TOTAL);
    assert_eq!(journal.open_payments(0, 100).await.unwrap().len(), 20);
    // What is left is one rupiah less than one more costs; a payment of exactly that fits.
    let last = counting(&journal, "shop", 51, TOTAL - 1, limit, at(1)).await;
    let _ = accepted(journal.accept(last).await);
    let over = counting(&journal, "shop", 52, 1, limit, at(1)).await;
    let refusal = Acceptance::DayLimit { counted: Rupiah::new(limit) };
    assert_eq!(journal.accept(over).await.unwrap(), refusal);
}

/// A failure frees what it counted; a success counts what it came to, not what it might have.
pub async fn the_end_of_a_payment_corrects_what_it_counts(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = counted(&journal, 1, 30_000).await;
    let second = counted(&journal, 2, 40_000).await;
    assert_eq!(told(&journal, "shop", at(0)).await, 70_000);
    fail(&journal, &first, at(1)).await;
    assert_eq!(told(&journal, "shop", at(0)).await, 40_000);
    let second = succeed(&journal, &second, at(2)).await;
    assert_eq!(told(&journal, "shop", at(0)).await, TOTAL);
    // News about what has ended counts nothing again.
    let checked = Event::Checked { attempt: 1 };
    let second = commit(&journal, &second, checked, EventKind::Reported, at(3)).await;
    assert_eq!(told(&journal, "shop", at(0)).await, TOTAL);
    let event = Event::Reversed { basis: Basis::Statement };
    let second = commit(&journal, &second, event, EventKind::Reversed, at(4)).await;
    assert_eq!(second.payment.state(), PaymentState::Reversed);
    assert_eq!(told(&journal, "shop", at(0)).await, 0);
}

/// What is in doubt may have been paid: it goes on counting.
pub async fn a_payment_in_doubt_goes_on_counting(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = counted(&journal, 1, 30_000).await;
    let begun = begin(&journal, &stored).await;
    let unknown = PayOutcome::Unknown(UnknownCause::TimedOut);
    let doubtful = answer(&journal, &begun, unknown, at(1)).await;
    assert_eq!(doubtful.payment.state(), PaymentState::InDoubt);
    assert_eq!(told(&journal, "shop", at(0)).await, 30_000);
}

/// Days are those of the calendar in Western Indonesian Time, and each consumer has its own.
pub async fn a_new_day_and_another_consumer_begin_at_nothing(backend: &dyn Backend) {
    let journal = backend.open().await;
    // 2027-01-15 08:00 UTC is 15:00 in Jakarta: nine hours are left of the day.
    let first = counting(&journal, "shop", 1, TOTAL, TOTAL, at(0)).await;
    let first = accepted(journal.accept(first).await);
    let midnight = at(9 * 3600);
    let before = Timestamp::from_micros(midnight.as_micros() - 1);
    assert_eq!(told(&journal, "shop", before).await, TOTAL);
    assert_eq!(told(&journal, "shop", midnight).await, 0);
    assert_eq!(told(&journal, "app", at(0)).await, 0);
    let next = counting(&journal, "shop", 2, TOTAL, TOTAL, midnight).await;
    let _ = accepted(journal.accept(next).await);
    // The end is counted on the day of acceptance, whenever it comes.
    fail(&journal, &first, midnight).await;
    assert_eq!(told(&journal, "shop", before).await, 0);
    assert_eq!(told(&journal, "shop", midnight).await, TOTAL);
}

/// What was counted is still counted by the next opening; a change that is refused counts nothing.
pub async fn what_a_day_counts_survives_an_opening_and_a_stale_change(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = counted(&journal, 1, 30_000).await;
    let give_up = Event::GiveUp(ppob_types::FailureReason::NoRoute);
    let late = change(&stored, give_up, EventKind::GaveUp, at(2));
    let begun = begin(&journal, &stored).await;
    let stale = journal.commit(late).await.unwrap();
    assert_eq!(stale, crate::Committed::Stale);
    journal.close().await.unwrap();
    let journal = backend.open().await;
    assert_eq!(told(&journal, "shop", at(0)).await, 30_000);
    let event = super::builders::answered(&begun, PayOutcome::Succeeded, None);
    let _ = done(journal.commit(change(&begun, event, EventKind::Answered, at(3))).await);
    assert_eq!(told(&journal, "shop", at(0)).await, TOTAL);
}

/// The time of a success belongs to its consumer; another one learns only which repeat is needed.
pub async fn the_time_of_a_success_is_told_to_its_own_consumer_only(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = counted(&journal, 1, TOTAL).await;
    succeed(&journal, &first, at(10)).await;
    for (owner, succeeded_at) in [("shop", Some(at(10))), ("app", None)] {
        let serial = journal.reserve_serial().await.unwrap();
        let again = new_payment(key(owner, 2), serial, token_request(1), at(20));
        let needed = Acceptance::RepeatNeeded { repeat: 1, succeeded_at };
        assert_eq!(journal.accept(again).await.unwrap(), needed, "{owner}");
    }
}
