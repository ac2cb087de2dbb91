//! What is said about a payment in doubt.

use ppob_api::v1;
use ppob_engine::Engine;
use ppob_journal::StoredPayment;
use ppob_payment::{AttemptState, PaymentState};
use ppob_types::UnknownCause;

use super::scalar::{time, word};

const CONTRADICTED: &str = "CONTRADICTED";

/// The message of a doubt; none unless the payment is in doubt.
pub(crate) fn doubt(stored: &StoredPayment, engine: &Engine) -> Option<v1::Doubt> {
    let payment = &stored.payment;
    if payment.state() != PaymentState::InDoubt {
        return None;
    }
    let live = payment.live_attempt();
    let cause = live.and_then(|attempt| match attempt.state {
        AttemptState::Unknown(cause) => Some(cause),
        _ => None,
    });
    let late_execution = live.map(|attempt| attempt.no_negative_verdict_before);
    let can_ask = engine.can_ask_about(stored);
    let past_bound = engine.may_call_not_executed(stored);
    let (reason, what) = match cause {
        Some(cause) if !payment.contradicted => (word(cause.as_str()), sentence(cause)),
        _ => (
            CONTRADICTED.to_owned(),
            "What the provider says about this payment contradicts itself.",
        ),
    };
    let then = if can_ask {
        "The engine keeps asking the provider."
    } else {
        "The engine can ask nobody about it: only the provider's statement, looked at by an operator, or other evidence tells."
    };
    Some(v1::Doubt {
        reason,
        message: format!(
            "{what} It may or may not be paid: do not pay again by other means and do not refund. {then}"
        ),
        since_time: payment.in_doubt_since().map(time),
        next_check_time: payment.next_check_at.filter(|_| can_ask).map(time),
        late_execution_time: late_execution.map(time),
        may_pay_again: past_bound && !payment.contradicted && !payment.terms.family.is_bill(),
        in_review: true,
    })
}

const fn sentence(cause: UnknownCause) -> &'static str {
    match cause {
        UnknownCause::TimedOut => "The provider did not answer in time.",
        UnknownCause::ConnectionLost => {
            "The connection to the provider broke before its answer was complete."
        }
        UnknownCause::HttpStatus => {
            "The provider answered with an error that says nothing about the payment."
        }
        UnknownCause::Unreadable => "The provider's answer could not be read.",
        UnknownCause::Unlisted => "The provider's answer is not one whose meaning is known.",
        UnknownCause::Mismatch => "The provider's answer speaks of another payment.",
        UnknownCause::NoReference => {
            "The provider took the payment without giving a number to ask with."
        }
        UnknownCause::Crashed => {
            "The engine was stopped while the payment was on its way to the provider."
        }
    }
}
