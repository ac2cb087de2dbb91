//! What callbacks said, until the provider was asked about it.

use std::cmp::Ordering;

use ppob_types::{ProviderRef, StatusVerdict, Timestamp};

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
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    known.hint = known
        .hint
        .take()
        .filter(|hint| hint.says.class() != verdict.class() && hint.checks < LOOKS_FOR_A_HINT);
    Ok(())
}

/// Nobody needs to be asked about what is known already.
pub(super) fn drop_what_is_known(payment: &mut Payment) {
    let reversed = payment.state() == PaymentState::Reversed;
    for attempt in &mut payment.attempts {
        attempt.hint = attempt.hint.take().filter(|hint| !is_known(attempt, &hint.says, reversed));
    }
}

fn is_known(attempt: &Attempt, says: &StatusVerdict, reversed: bool) -> bool {
    match (says, &attempt.state) {
        (_, AttemptState::Sending) => false,
        (StatusVerdict::Succeeded, state) => *state == AttemptState::Succeeded,
        (StatusVerdict::Rejected(_), _) => reversed || !attempt.is_alive(),
        (StatusVerdict::Pending | StatusVerdict::NotFound, state) => {
            !matches!(state, AttemptState::Unknown(_))
        }
        (StatusVerdict::Reversed, _) => {
            reversed
                || matches!(attempt.state, AttemptState::Rejected(_) | AttemptState::NotExecuted)
        }
    }
}
