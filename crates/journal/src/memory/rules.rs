//! The rules that an SQL backend states as constraints and triggers.

use ppob_payment::{AttemptState, Conclusion, Mutant, Payment, PaymentState, mutated};
use ppob_types::Rupiah;

use crate::JournalError;

/// Refuses a value that no store may hold, given the one before and the attempt that two persons call
/// not executed.
pub(super) fn check(
    before: Option<&Payment>,
    after: &Payment,
    agreed: Option<u32>,
) -> Result<(), JournalError> {
    let alive = after.attempts.iter().filter(|a| a.is_alive()).count();
    if alive > 1 {
        return Err(broken("two attempts of a payment are alive"));
    }
    let failed_alive = alive > 0 && after.state() == PaymentState::Failed;
    if failed_alive && !mutated(Mutant::AbandonEndsLive) {
        return Err(broken("a payment failed while an attempt is alive"));
    }
    let by_one = after.attempts.iter().any(|attempt| {
        let was = before.and_then(|before| before.attempt(attempt.number));
        attempt.state == AttemptState::NotExecuted
            && was.is_none_or(|was| was.state != AttemptState::NotExecuted)
            && agreed != Some(attempt.number)
    });
    // The mistaken engines take "not found" or a time-out for it, and no rule stands in their way.
    let mistaken = mutated(Mutant::NotFoundIsNotExecuted)
        || mutated(Mutant::TimeoutIsFailed)
        || mutated(Mutant::OnePersonIsEnough);
    if by_one && !mistaken {
        return Err(broken("an attempt would be called not executed without two persons"));
    }
    let Some(before) = before else {
        return Ok(());
    };
    if mutated(Mutant::CallbackFlipsFailure) || mutated(Mutant::AbandonEndsLive) {
        return Ok(());
    }
    let change_of_end = match (before.state(), after.state()) {
        (PaymentState::Succeeded, PaymentState::Succeeded | PaymentState::Reversed)
        | (PaymentState::Failed, PaymentState::Failed)
        | (PaymentState::Reversed, PaymentState::Reversed) => money(before) != money(after),
        (earlier, _) => earlier.is_final(),
    };
    if change_of_end {
        return Err(broken("the outcome of a payment that ended would change"));
    }
    for earlier in &before.attempts {
        let later = after.attempt(earlier.number).ok_or_else(|| {
            broken("an attempt that was recorded is missing from the payment's new value")
        })?;
        if (&earlier.id, &earlier.provider) != (&later.id, &later.provider) {
            return Err(broken("another attempt would take the place of a recorded one"));
        }
        if is_final(&earlier.state) && earlier.state.as_str() != later.state.as_str() {
            return Err(broken("the outcome of an attempt that ended would change"));
        }
    }
    Ok(())
}

fn broken(rule: &str) -> JournalError {
    JournalError::RuleBroken(rule.to_owned())
}

const fn is_final(state: &AttemptState) -> bool {
    match state {
        AttemptState::NotSent(_)
        | AttemptState::Rejected(_)
        | AttemptState::Succeeded
        | AttemptState::NotExecuted => true,
        AttemptState::Sending | AttemptState::Pending | AttemptState::Unknown(_) => false,
    }
}

/// Total and cost as told.
fn money(payment: &Payment) -> Option<(Rupiah, Rupiah)> {
    match payment.conclusion {
        Some(
            Conclusion::Succeeded { total, cost, .. } | Conclusion::Reversed { total, cost, .. },
        ) => Some((total, cost)),
        Some(Conclusion::Failed { .. }) | None => None,
    }
}
