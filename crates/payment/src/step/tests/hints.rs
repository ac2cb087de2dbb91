//! What callbacks say: anything at all, in any world. It only leads to questions.

use super::worlds::{here, late};
use super::*;
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
    let Some(hinted) = after.hinted_attempt() else { return Ok(()) };
    match next(after, late()) {
        Next::Check { attempt, .. } if attempt == hinted.number => Ok(()),
        _ => Err("what a callback said is not asked about"),
    }
}

fn without_hints(payment: &Payment) -> Payment {
    let mut payment = Payment { next_check_at: None, ..payment.clone() };
    for attempt in &mut payment.attempts {
        attempt.hint = None;
    }
    payment
}
