//! Money that a provider gave back.

use ppob_types::{Basis, Observed, Timestamp};

use super::attempt_news::{News, apply_news, contradiction};
use super::{Note, Refused, hints};
use crate::{AttemptState, Conclusion, Payment, PaymentState};

/// The provider paid, and gave the money back: what was told paid is reversed, and what was not known yet
/// ends so. It agrees with an attempt that is dead, as nothing stays paid; but not with one that never left.
///
/// While a charge is open, persons decide first, and the provider is asked again once they have: another
/// attempt may have paid, or this one may be told paid by their word.
pub(super) fn given_back(
    payment: &mut Payment,
    number: u32,
    observed: Observed,
    basis: Basis,
    now: Timestamp,
) -> Result<Vec<Note>, Refused> {
    let attempt = payment.attempt(number).ok_or(Refused::NoSuchAttempt)?;
    let succeeded = |observed| News { observed, ..News::bare(AttemptState::Succeeded, basis) };
    if payment.is_paid_by(number) {
        let notes = apply_news(payment, number, succeeded(observed), now)?;
        if payment.state() != PaymentState::Reversed {
            reversed(payment, basis, now)?;
        }
        return Ok(notes);
    }
    let undecided = !payment.is_concluded();
    match &attempt.state {
        AttemptState::Sending
        | AttemptState::Unknown(_)
        | AttemptState::Pending
        | AttemptState::Succeeded => {
            if payment.has_open_charge_besides(number) {
                hints::keep_reversal(payment, number, observed, basis, now)?;
                return Ok(Vec::new());
            }
            let notes = apply_news(payment, number, succeeded(observed), now)?;
            reversed(payment, basis, now)?;
            Ok(notes)
        }
        AttemptState::Rejected(_) | AttemptState::NotExecuted | AttemptState::NotSent(_)
            if attempt.late_charge.is_some() =>
        {
            if undecided && attempt.has_open_charge() {
                hints::keep_reversal(payment, number, observed, basis, now)?;
            }
            Ok(Vec::new())
        }
        AttemptState::Rejected(_) | AttemptState::NotExecuted => Ok(Vec::new()),
        AttemptState::NotSent(_) if undecided => {
            let notes = contradiction(payment, number, succeeded(observed), now);
            hints::keep_reversal(payment, number, Observed::default(), basis, now)?;
            Ok(notes)
        }
        // Nothing stays paid, as was told; but what never left cannot have been paid.
        AttemptState::NotSent(_) => Ok(vec![Note::ContradictingEvidence { attempt: number }]),
    }
}

/// What was told paid is given back. Its money stays as told.
pub(super) fn reversed(payment: &mut Payment, basis: Basis, now: Timestamp) -> Result<(), Refused> {
    let Some(Conclusion::Succeeded { attempt, total, cost, .. }) = payment.conclusion else {
        return Err(Refused::NotSucceeded);
    };
    payment.conclusion = Some(Conclusion::Reversed { attempt, total, cost, basis, at: now });
    Ok(())
}
