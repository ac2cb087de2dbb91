//! Which attempt its provider is to be asked about next.

use std::time::Duration;

use ppob_types::TokenState;

use crate::schedule::LOOKS_FOR_A_HINT;
use crate::{Attempt, AttemptState, Payment, next_check_after};

/// The attempt that its provider is to be asked about next, if there is one: at first the one that a
/// callback spoke of. A provider that does not answer about that must not keep what is in doubt, or a
/// token, from being asked about: after some looks they take turns.
pub(crate) fn to_ask_about(payment: &Payment) -> Option<&Attempt> {
    let (hinted, other) = (spoken_of(payment), in_question(payment));
    match (hinted, other) {
        (Some(hinted), Some(other)) if takes_turns(hinted) => {
            Some(if hinted.asked_at() < other.asked_at() { hinted } else { other })
        }
        (hinted, other) => hinted.or(other),
    }
}

/// How long to wait before `subject` is asked about.
pub(crate) fn wait_before_asking(payment: &Payment, subject: &Attempt) -> Duration {
    let own = next_check_after(subject);
    match (spoken_of(payment), in_question(payment)) {
        // Whose turn it is does not wait for the slower one's pace.
        (Some(hinted), Some(other)) if takes_turns(hinted) => {
            own.min(next_check_after(hinted)).min(next_check_after(other))
        }
        _ => own,
    }
}

/// Whether a callback spoke of an attempt that was not looked into as often as it deserves.
pub(crate) fn is_barely_looked_into(payment: &Payment) -> bool {
    spoken_of(payment).is_some_and(|hinted| !takes_turns(hinted))
}

fn takes_turns(hinted: &Attempt) -> bool {
    hinted.hint.as_ref().is_some_and(|hint| hint.checks >= LOOKS_FOR_A_HINT)
}

/// The attempt that a callback spoke of: of several, the one that was looked into least.
fn spoken_of(payment: &Payment) -> Option<&Attempt> {
    let hinted =
        payment.attempts.iter().filter_map(|attempt| Some((attempt.hint.as_ref()?, attempt)));
    let least = hinted.min_by_key(|(hint, _)| hint.checks).map(|(_, attempt)| attempt);
    least.filter(|_| !must_wait(payment))
}

/// The attempt that is in doubt, or whose token is awaited.
fn in_question(payment: &Payment) -> Option<&Attempt> {
    if must_wait(payment) {
        None
    } else if payment.is_concluded() {
        payment.paid_attempt().filter(|_| payment.token_state() == TokenState::Awaited)
    } else {
        payment.live_attempt()
    }
}

/// Before the answer of the call that pays has come, or persons have decided, nobody is asked.
fn must_wait(payment: &Payment) -> bool {
    let being_sent = payment.live_attempt().is_some_and(|live| live.state == AttemptState::Sending);
    !payment.is_concluded() && (payment.contradicted || being_sent)
}
