//! The rules by name, a table that decides every pair of a state and an event, and walks through every
//! payment that an honest or a dishonest world can reach.

mod decisions;
mod dishonest;
mod drive;
mod given_back;
mod hints;
mod rules;
mod table;
mod walk;
mod worlds;

use std::time::Duration;

use ppob_types::{
    AttemptId, Family, PayAnswer, PayOutcome, ProviderName, RefusalScope, Rejection, Rupiah,
};

use super::*;
use crate::{Conclusion, Resolution, Terms};

pub(super) const BOUND: Duration = Duration::from_mins(10);

/// The most that an attempt of these tests may cost.
pub(super) const MAX_COST: Rupiah = Rupiah::new(20_800);
/// What the end customer is expected to pay in these tests.
pub(super) const TOTAL: Rupiah = Rupiah::new(22_500);

pub(super) fn start() -> Timestamp {
    Timestamp::from_seconds(1_800_000_000)
}

pub(super) fn accepted(family: Family) -> Payment {
    Payment::accepted(Terms {
        family,
        accepted_at: start(),
        pay_by: start().plus(Duration::from_mins(2)),
        max_attempts: 3,
        max_total: None,
    })
}

pub(super) fn begin_event(number: u32) -> Event {
    Event::Begin(NewAttempt {
        id: AttemptId::new(7, number),
        provider: ProviderName::new(&format!("provider-{number}")).unwrap(),
        provider_code: "PLNS20".to_owned(),
        expected_cost: Rupiah::new(20_700),
        max_cost: MAX_COST,
        expected_total: TOTAL,
        late_execution_bound: BOUND,
    })
}

pub(super) fn answered(attempt: u32, outcome: PayOutcome, refusal_trusted: bool) -> Event {
    Event::Answered { attempt, answer: PayAnswer::bare(outcome), refusal_trusted }
}

pub(super) fn reported(attempt: u32, verdict: StatusVerdict) -> Event {
    let report = StatusReport { verdict, observed: Observed::default() };
    Event::Reported { attempt, report, basis: Basis::Status, refusal_trusted: true }
}

pub(super) fn refusal(code: RefusalCode, scope: RefusalScope) -> Rejection {
    Rejection { code, scope }
}

/// Applies events in order; each must be allowed.
pub(super) fn after(payment: &Payment, events: impl IntoIterator<Item = Event>) -> Payment {
    events
        .into_iter()
        .fold(payment.clone(), |payment, event| step(&payment, event, start()).unwrap().payment)
}
