//! What callbacks said, until the provider was asked about it.

use std::cmp::Ordering;

use ppob_types::{Basis, Observed, ProviderRef, StatusVerdict, Timestamp};

use super::Refused;
use crate::schedule::LOOKS_FOR_A_HINT;
use crate::{Attempt, AttemptState, Hint, Payment, PaymentState};

/// A callback said something. Said again before the provider was asked, it is no news; and older news that
/// comes later does not take the place of newer news that has not been asked about.
pub(super) fn hinted(
    payment: &mut Payment,
    attempt: u32,
    says: StatusVerdict,
    provider_ref: Option<ProviderRef>,
    now: Timestamp,
) -> Result<(), Refused> {
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    let is_news = known.hint.as_ref().is_none_or(|hint| {
        let names_another = provider_ref.is_some() && hint.provider_ref != provider_ref;
        match rank(&says).cmp(&rank(&hint.says)) {
            Ordering::Greater => true,
            Ordering::Equal => names_another,
            Ordering::Less => false,
        }
    });
    if is_news {
        let earlier = known.hint.take().and_then(|hint| hint.provider_ref);
        let provider_ref = provider_ref.or(earlier);
        known.hint = Some(Hint { at: now, says, provider_ref, checks: 0 });
    }
    Ok(())
}

/// What follows what in the life of an order at a provider.
const fn rank(says: &StatusVerdict) -> u8 {
    match says {
        StatusVerdict::NotFound => 0,
        StatusVerdict::Pending => 1,
        StatusVerdict::Rejected(_) => 2,
        StatusVerdict::Succeeded => 3,
        StatusVerdict::Reversed => 4,
    }
}

/// The provider answered a status check: what a callback said is settled if the answer says the same, or
/// if it has said something else often enough (a status may lag behind a callback).
pub(super) fn answered(
    payment: &mut Payment,
    attempt: u32,
    verdict: &StatusVerdict,
) -> Result<(), Refused> {
    // Who does not find what it has paid lags behind: that says nothing against its callback. It is asked
    // longer (into days), but not for ever.
    let lags = payment.is_paid_by(attempt) && matches!(verdict, StatusVerdict::NotFound);
    let most = if lags { 2 * LOOKS_FOR_A_HINT } else { LOOKS_FOR_A_HINT };
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    known.hint =
        known.hint.take().filter(|hint| hint.says.class() != verdict.class() && hint.checks < most);
    Ok(())
}

/// The provider says that it gave an attempt's money back, while persons must decide something else first.
/// It is asked again once they have: what is told then must not forget this.
pub(super) fn keep_reversal(
    payment: &mut Payment,
    attempt: u32,
    observed: Observed,
    basis: Basis,
    now: Timestamp,
) -> Result<(), Refused> {
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    known.keep_answer_to_pay(&observed, basis);
    let provider_ref = observed.provider_ref.clone();
    known.observed.merge(observed);
    hinted(payment, attempt, StatusVerdict::Reversed, provider_ref, now)
}

/// Nobody needs to be asked about what is known already.
pub(super) fn drop_what_is_known(payment: &mut Payment) {
    let paid = payment.paid_attempt().map(|paid| paid.number);
    let reversed = payment.state() == PaymentState::Reversed;
    for attempt in &mut payment.attempts {
        let told = match (paid == Some(attempt.number), reversed) {
            (false, _) => Told::Nothing,
            (true, false) => Told::Paid,
            (true, true) => Told::GivenBack,
        };
        attempt.hint = attempt.hint.take().filter(|hint| !is_known(attempt, &hint.says, told));
    }
}

/// What the end of the payment says of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Paid,
    GivenBack,
}

fn is_known(attempt: &Attempt, says: &StatusVerdict, told: Told) -> bool {
    if attempt.state == AttemptState::Sending {
        return false;
    }
    match (says, told) {
        (StatusVerdict::Pending | StatusVerdict::NotFound, _) => {
            !matches!(attempt.state, AttemptState::Unknown(_))
        }
        (StatusVerdict::Succeeded, Told::Nothing) => attempt.has_open_charge(),
        (StatusVerdict::Succeeded, Told::Paid | Told::GivenBack)
        | (StatusVerdict::Rejected(_) | StatusVerdict::Reversed, Told::GivenBack) => true,
        // Also what persons let the payment succeed by, although it had been taken as dead.
        (StatusVerdict::Rejected(_) | StatusVerdict::Reversed, Told::Paid) => false,
        (StatusVerdict::Rejected(_), Told::Nothing) => !attempt.is_alive(),
        (StatusVerdict::Reversed, Told::Nothing) => match (&attempt.late_charge, &attempt.state) {
            (Some(charge), _) => charge.cleared_at.is_some(),
            (None, state) => {
                matches!(state, AttemptState::Rejected(_) | AttemptState::NotExecuted)
            }
        },
    }
}
