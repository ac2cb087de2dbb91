//! What callbacks say: anything at all, in any world. It only leads to questions.

use super::worlds::{here, late};
use super::*;
use crate::schedule::LOOKS_FOR_A_HINT;
use crate::{Next, next};

/// Everything that anybody may say in a callback about an attempt, and that it led nowhere.
pub(super) fn callbacks(number: u32) -> Vec<Event> {
    let all = [
        StatusVerdict::NotFound,
        StatusVerdict::Pending,
        StatusVerdict::Rejected(here()),
        StatusVerdict::Succeeded,
        StatusVerdict::Reversed,
    ];
    let says = |says| Event::Hinted { attempt: number, says, provider_ref: None };
    all.into_iter().map(says).chain([Event::HintSpent { attempt: number }]).collect()
}

/// What is kept of what callbacks said of each attempt. How often the provider was asked since ends it one
/// day, as being spent does at once.
pub(super) fn kept(payment: &Payment) -> Vec<Option<&'static str>> {
    let hints = payment.attempts.iter().map(|attempt| attempt.hint.as_ref());
    hints.map(|hint| hint.map(|hint| hint.says.class())).collect()
}

/// Judges how a step treats what callbacks said.
pub(super) fn judge(before: &Payment, event: &Event, after: &Step) -> Result<(), &'static str> {
    let Step { payment: after, notes } = after;
    let is_callback = matches!(event, Event::Hinted { .. } | Event::HintSpent { .. });
    if is_callback && (without_hints(before) != without_hints(after) || !notes.is_empty()) {
        return Err("a callback changed more than when the provider is asked");
    }
    let being_sent = after.live_attempt().is_some_and(|live| live.state == AttemptState::Sending);
    if !after.is_concluded() && (after.contradicted || being_sent) {
        return Ok(());
    }
    let hinted = |attempt: u32| after.attempt(attempt).is_some_and(|one| one.hint.is_some());
    let asked = matches!(next(after, late()), Next::Check { attempt, .. } if hinted(attempt));
    if after.hinted_attempt().is_some() && !asked {
        return Err("what a callback said is not asked about");
    }
    Ok(())
}

fn without_hints(payment: &Payment) -> Payment {
    let mut payment = Payment { next_check_at: None, ..payment.clone() };
    for attempt in &mut payment.attempts {
        attempt.hint = None;
    }
    payment
}

/// The first attempt is refused, a callback says that it was paid, and its provider never answers again.
fn spoken_of_and_silent(family: Family) -> Payment {
    let says = Event::Hinted { attempt: 1, says: StatusVerdict::Succeeded, provider_ref: None };
    after(
        &accepted(family),
        [begin_event(1), answered(1, PayOutcome::Rejected(here()), true), begin_event(2), says],
    )
}

/// Who is asked, check after check that brings nothing, and how long that took.
fn asked_in_vain(mut payment: Payment, checks: usize) -> (Vec<u32>, Duration) {
    let (mut asked, mut now) = (Vec::new(), start());
    for _ in 0..checks {
        let Next::Check { attempt, at } = next(&payment, now) else { panic!("{payment:?}") };
        now = now.max(at);
        asked.push(attempt);
        payment = step(&payment, Event::Checked { attempt }, now).unwrap().payment;
    }
    (asked, now.since(start()))
}

#[test]
fn a_provider_that_is_silent_about_a_callback_keeps_no_doubt_and_no_token_from_being_asked_about() {
    let sending = spoken_of_and_silent(Family::PlnPrepaid);
    let doubt = PayOutcome::Unknown(UnknownCause::TimedOut);
    for outcome in [doubt, PayOutcome::Succeeded] {
        let payment = after(&sending, [answered(2, outcome, false)]);
        let (asked, took) = asked_in_vain(payment, 13);
        assert_eq!(asked, [1, 1, 1, 1, 1, 2, 1, 2, 1, 2, 1, 2, 1]);
        assert!((30..8 * 60).contains(&(took.as_secs() / 60)), "{took:?}");
    }
}

#[test]
fn past_its_time_a_payment_fails_only_after_some_looks_at_what_a_callback_said() {
    let says = Event::Hinted { attempt: 1, says: StatusVerdict::Succeeded, provider_ref: None };
    let refused = answered(1, PayOutcome::Rejected(here()), true);
    let payment = after(&accepted(Family::PlnPrepaid), [begin_event(1), refused, says]);
    let mut payment = Payment { next_check_at: Some(start()), ..payment };
    payment.terms.pay_by = start();
    let past = start().plus(Duration::from_micros(1));
    for _ in 0..LOOKS_FOR_A_HINT {
        assert!(matches!(next(&payment, past), Next::Check { attempt: 1, .. }), "{payment:?}");
        payment = after(&payment, [Event::Checked { attempt: 1 }]);
    }
    assert_eq!(next(&payment, past), Next::GiveUp(FailureReason::Expired));
}
