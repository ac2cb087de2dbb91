//! How a payment ends.

use ppob_types::{Basis, FailureReason, Observed, Timestamp};

use super::{Note, Refused};
use crate::{Conclusion, Mutant, Payment, mutated};

/// The payment failed. No attempt is alive.
pub(super) fn fail(payment: &mut Payment, reason: FailureReason, basis: Basis, now: Timestamp) {
    payment.conclusion = Some(Conclusion::Failed { reason, basis, at: now });
}

/// The payment was paid by this attempt. Its money is fixed here, once.
pub(super) fn paid_by(
    payment: &mut Payment,
    attempt: u32,
    observed: Observed,
    basis: Basis,
    now: Timestamp,
) -> Result<Vec<Note>, Refused> {
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    known.keep_answer_to_pay(&observed, basis);
    // What the concluding news shows counts; what earlier answers showed fills its gaps.
    let mut earlier = std::mem::replace(&mut known.observed, observed);
    if known.observed.raw.is_some() {
        earlier.raw = None;
    }
    // A charge that persons let the payment succeed by was kept apart from the refusal before it.
    if let Some(charge) = known.late_charge.as_ref().filter(|charge| charge.cleared_at.is_none()) {
        let raw = charge.observed.raw.clone().filter(|_| known.observed.raw.is_none());
        known.observed.merge(Observed { raw, ..charge.observed.clone() });
    }
    known.observed.merge(earlier);
    let total = known.observed.total.unwrap_or(known.expected_total);
    let cost =
        if mutated(Mutant::ExpectedCostRecorded) { known.expected_cost } else { known.cost() };
    let notes = if known.cost_is_unexpected() {
        vec![Note::CostUnexpected { attempt }]
    } else {
        Vec::new()
    };
    payment.conclusion = Some(Conclusion::Succeeded { attempt, total, cost, basis, at: now });
    Ok(notes)
}
