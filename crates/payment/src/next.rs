//! What is to be done about a payment now.

use ppob_types::{FailureReason, Timestamp};

use crate::ask::{is_barely_looked_into, to_ask_about};
use crate::{AttemptState, Mutant, Payment, mutated};

/// What is to be done about a payment now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Choose a provider and begin an attempt.
    Route,
    /// No further attempt may begin: record this failure.
    GiveUp(FailureReason),
    /// The request is on its way; its answer will come.
    AwaitAnswer,
    /// Ask the provider about the live attempt, at the time noted.
    Check {
        /// Which attempt.
        attempt: u32,
        /// Not before this.
        at: Timestamp,
    },
    /// Nothing a machine can do.
    Review,
    /// It has ended, and nothing is missing.
    Nothing,
}

/// What is to be done about `payment` at `now`.
pub fn next(payment: &Payment, now: Timestamp) -> Next {
    let look = to_ask_about(payment)
        .zip(payment.next_check_at)
        .map(|(attempt, at)| Next::Check { attempt: attempt.number, at });
    if payment.is_concluded() {
        return look.unwrap_or(Next::Nothing);
    }
    if payment.contradicted {
        return Next::Review;
    }
    match payment.live_attempt() {
        // Before another attempt begins, what a callback said of an earlier one is looked into; and before
        // it fails for want of time, unless looking does not help.
        None => look
            .filter(|_| now <= payment.terms.pay_by || is_barely_looked_into(payment))
            .unwrap_or_else(|| without_live_attempt(payment, now)),
        Some(attempt) => match attempt.state {
            AttemptState::Sending => Next::AwaitAnswer,
            AttemptState::Pending | AttemptState::Unknown(_) => look.unwrap_or(Next::Review),
            // Not reachable: a success concludes, and the dead are not alive.
            AttemptState::Succeeded
            | AttemptState::NotSent(_)
            | AttemptState::Rejected(_)
            | AttemptState::NotExecuted => Next::Review,
        },
    }
}

fn without_live_attempt(payment: &Payment, now: Timestamp) -> Next {
    if payment.no_further_attempt {
        return Next::GiveUp(FailureReason::Abandoned);
    }
    if now > payment.terms.pay_by
        && !mutated(Mutant::ResendAfterCrash)
        && !mutated(Mutant::PayByIgnored)
    {
        return Next::GiveUp(FailureReason::Expired);
    }
    let made = u32::try_from(payment.attempts.len()).unwrap_or(u32::MAX);
    if made >= payment.terms.max_attempts {
        return Next::GiveUp(exhausted(payment));
    }
    Next::Route
}

/// The reason of a payment that ran out of providers to ask.
fn exhausted(payment: &Payment) -> FailureReason {
    let refused =
        payment.attempts.iter().any(|attempt| matches!(attempt.state, AttemptState::Rejected(_)));
    if refused { FailureReason::ProviderRefused } else { FailureReason::NoRoute }
}
