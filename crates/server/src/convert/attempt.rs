//! Attempts.

use ppob_api::v1;
use ppob_payment::{Attempt, AttemptState};

use super::family::basis;
use super::scalar::{count, rupiah, time, word};

/// The message of an attempt.
pub(crate) fn attempt(attempt: &Attempt) -> v1::Attempt {
    let ended = !attempt.is_alive() || attempt.state == AttemptState::Succeeded;
    v1::Attempt {
        number: count(attempt.number),
        provider: attempt.provider.to_string(),
        state: state(&attempt.state).into(),
        start_time: Some(time(attempt.begun_at)),
        update_time: Some(time(attempt.changed_at)),
        end_time: ended.then(|| time(attempt.changed_at)),
        client_reference: attempt.id.to_string(),
        provider_reference: attempt
            .observed
            .provider_ref
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        charged_rupiah: rupiah(attempt.observed.charged),
        max_cost_rupiah: attempt.max_cost.get(),
        reason: reason(&attempt.state),
        provider_code: String::new(),
        basis: attempt.basis.map_or(v1::Basis::Unspecified, basis).into(),
    }
}

/// The state in the words of the API.
pub(crate) const fn state(state: &AttemptState) -> v1::AttemptState {
    match state {
        AttemptState::Sending => v1::AttemptState::Sending,
        AttemptState::NotSent(_) => v1::AttemptState::NotSent,
        AttemptState::Rejected(_) => v1::AttemptState::Rejected,
        AttemptState::Pending => v1::AttemptState::Pending,
        AttemptState::Succeeded => v1::AttemptState::Succeeded,
        AttemptState::Unknown(_) => v1::AttemptState::Unknown,
        AttemptState::NotExecuted => v1::AttemptState::NotExecuted,
    }
}

fn reason(state: &AttemptState) -> String {
    match state {
        AttemptState::NotSent(cause) => word(cause.as_str()),
        AttemptState::Rejected(rejection) => word(rejection.code.as_str()),
        AttemptState::Unknown(cause) => word(cause.as_str()),
        AttemptState::Sending
        | AttemptState::Pending
        | AttemptState::Succeeded
        | AttemptState::NotExecuted => String::new(),
    }
}
