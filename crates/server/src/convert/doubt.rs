//! What is said about a payment in doubt.

use ppob_api::v1;
use ppob_engine::Engine;
use ppob_journal::StoredPayment;
use ppob_payment::{AttemptState, PaymentState};
use ppob_types::DoubtReason;

use super::scalar::time;

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
    let reason = match cause {
        Some(cause) if !payment.contradicted => DoubtReason::Unknown(cause),
        _ => DoubtReason::Contradicted,
    };
    let then = if can_ask {
        "The engine keeps asking the provider."
    } else {
        "The engine can ask nobody about it: only the provider's statement, looked at by an operator, or other evidence tells."
    };
    Some(v1::Doubt {
        reason: reason.as_str().to_owned(),
        message: format!("{} {} {then}", reason.happened(), DoubtReason::MONEY),
        since_time: payment.in_doubt_since().map(time),
        next_check_time: payment.next_check_at.filter(|_| can_ask).map(time),
        late_execution_time: late_execution.map(time),
        may_pay_again: past_bound && !payment.contradicted && !payment.terms.family.is_bill(),
        in_review: true,
    })
}
