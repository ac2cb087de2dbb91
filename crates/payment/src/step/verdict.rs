//! What persons decide about an attempt.

use ppob_types::{Basis, FailureReason, Timestamp};

use super::attempt_news::{News, apply_news};
use super::conclude::{fail, paid_by};
use super::{Note, Refused};
use crate::{AttemptState, Payment, Resolution};

/// A verdict settles the attempt that it is about and no other one: while a charge of another attempt
/// is open, nothing is called failed.
pub(super) fn resolved(
    payment: &mut Payment,
    attempt: u32,
    resolution: Resolution,
    now: Timestamp,
) -> Result<Vec<Note>, Refused> {
    if payment.is_concluded() {
        return Err(Refused::Concluded);
    }
    let known = payment.attempt(attempt).ok_or(Refused::NoSuchAttempt)?;
    let in_doubt = matches!(known.state, AttemptState::Unknown(_) | AttemptState::Pending);
    if !in_doubt && !known.has_open_charge() {
        return Err(Refused::NotInDoubt);
    }
    // What is alive decides first: it could still be paid after the payment had ended.
    if !in_doubt && payment.live_attempt().is_some() {
        return Err(Refused::AttemptAlive);
    }
    match resolution {
        Resolution::Executed { observed, basis } => {
            payment.contradicted = false;
            if in_doubt {
                let news =
                    News { observed: *observed, ..News::bare(AttemptState::Succeeded, basis) };
                apply_news(payment, attempt, news, now)
            } else {
                paid_by(payment, attempt, *observed, basis, now)
            }
        }
        Resolution::NotExecuted if now < known.no_negative_verdict_before => Err(Refused::TooEarly),
        Resolution::NotExecuted => {
            payment.no_further_attempt = true;
            if in_doubt {
                let news = News::bare(AttemptState::NotExecuted, Basis::Operator);
                apply_news(payment, attempt, news, now)
            } else {
                clear_charge(payment, attempt, now);
                Ok(Vec::new())
            }
        }
    }
}

/// The charge that was found turned out to be none. Nothing is alive.
fn clear_charge(payment: &mut Payment, number: u32, now: Timestamp) {
    let attempt = payment.attempt_mut(number);
    if let Some(charge) = attempt.and_then(|attempt| attempt.late_charge.as_mut()) {
        charge.cleared_at = Some(now);
    }
    if !payment.has_open_charge_besides(number) {
        payment.contradicted = false;
        fail(payment, FailureReason::NotExecuted, Basis::Operator, now);
    }
}
