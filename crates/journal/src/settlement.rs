//! What a payment settles, read off the machine's value in one place for every backend.

use ppob_payment::{Attempt, AttemptState, Conclusion, Payment};
use ppob_types::{ProviderRef, Timestamp};

/// The provider reference that `attempt` settles, if it paid: one reference of one provider settles
/// one payment.
///
/// An attempt paid if it succeeded, or if the payment's success rests on it (a charge found late).
pub fn settled_reference<'a>(payment: &Payment, attempt: &'a Attempt) -> Option<&'a ProviderRef> {
    let paid = attempt.state == AttemptState::Succeeded
        || payment.paid_attempt().is_some_and(|paid| paid.number == attempt.number);
    attempt.observed.provider_ref.as_ref().filter(|_| paid)
}

/// When the payment succeeded, if it did and was not reversed.
pub const fn success_at(payment: &Payment) -> Option<Timestamp> {
    match payment.conclusion {
        Some(Conclusion::Succeeded { at, .. }) => Some(at),
        Some(Conclusion::Failed { .. } | Conclusion::Reversed { .. }) | None => None,
    }
}

/// When a charge was found that contradicts how the payment ended, if one was. The charge that a person
/// let the payment succeed by contradicts nothing, and neither does one that turned out to be none.
pub fn late_charge_at(payment: &Payment) -> Option<Timestamp> {
    let paid = payment.paid_attempt().map(|attempt| attempt.number);
    let others = payment.attempts.iter().filter(|attempt| Some(attempt.number) != paid);
    let open = others.filter(|attempt| attempt.has_open_charge());
    let charges = open.filter_map(|attempt| attempt.late_charge.as_ref());
    charges.map(|charge| charge.found_at).max().filter(|_| payment.is_concluded())
}
