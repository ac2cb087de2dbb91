//! What columns say of a payment, and what is decided by them.

use std::time::Duration;

use ppob_journal::{NewPayment, StoredPayment};
use ppob_payment::{Conclusion, Payment, PaymentState};
use ppob_types::{PaymentKey, ProviderName, Rupiah, Timestamp};

use crate::decode::integer;

/// How long an inquiry is kept after it expired.
const INQUIRY_KEPT: Duration = Duration::from_hours(24);

/// How many attempts there are.
pub fn attempts(payment: &Payment) -> i64 {
    integer(payment.attempts.len())
}

/// Total and cost as told.
pub const fn money(payment: &Payment) -> (Option<i64>, Option<i64>) {
    match payment.conclusion {
        Some(
            Conclusion::Succeeded { total, cost, .. } | Conclusion::Reversed { total, cost, .. },
        ) => (Some(total.get()), Some(cost.get())),
        Some(Conclusion::Failed { .. }) | None => (None, None),
    }
}

/// Whether `state`, the word of a state, is final.
pub fn is_final(state: &str) -> bool {
    [PaymentState::Succeeded, PaymentState::Failed, PaymentState::Reversed]
        .iter()
        .any(|last| last.as_str() == state)
}

/// What a change adds to its day's spend; `state` is the word of the payment's state before. A payment that
/// ends is no longer counted with the most it may come to.
pub fn more_spend(state: &str, payment: &Payment) -> i64 {
    let before = if !is_final(state) {
        payment.terms.max_total.map_or(0, Rupiah::get)
    } else if state == PaymentState::Succeeded.as_str() {
        // The money of a success stays, also when it is reversed.
        money(payment).0.unwrap_or_default()
    } else {
        0
    };
    payment.counted().get().saturating_sub(before)
}

/// Whether a new payment may take the guard from `holder`, if that is in doubt.
pub fn may_displace(new: &NewPayment, holder: &PaymentKey) -> bool {
    new.may_displace_holder
        && new.key.consumer == holder.consumer
        && new.request.despite_in_doubt.as_ref() == Some(&holder.id)
}

/// What the payment's attempts added to the unlisted replies.
pub fn unlisted_replies(stored: &StoredPayment) -> Vec<(ProviderName, String)> {
    let attempts = stored.payment.attempts.iter();
    let brought = attempts
        .filter_map(|attempt| Some((attempt.provider.clone(), attempt.observed.unlisted.clone()?)));
    brought.collect()
}

/// Inquiries that expired before this moment, in microseconds, are forgotten when another is answered `at`.
pub fn inquiries_kept_since(at: Timestamp) -> i64 {
    at.as_micros().saturating_sub(integer(INQUIRY_KEPT.as_micros()))
}
