//! What an authentic callback is worth. Pure.

use ppob_journal::StoredPayment;
use ppob_payment::{Attempt, AttemptState, Mutant, mutated};
use ppob_provider::{Callback, Capability, RefusalTrust};
use ppob_types::{CustomerNumber, StatusVerdict};

/// What becomes of a callback about a known attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It speaks of another payment than the one that it names.
    Mismatch,
    /// The provider can be asked, so it is: only its answer counts.
    Question,
    /// Nobody can be asked, and it counts by itself.
    News,
    /// Nobody can be asked, and it proves too little to end a payment by: a person decides.
    Unproven,
    /// The request may still be on its way: to be told again once its answer is there.
    TooSoon,
}

/// What `callback` is worth for `attempt`.
pub(super) fn worth(
    callback: &Callback,
    stored: &StoredPayment,
    attempt: &Attempt,
    capability: &Capability,
) -> Worth {
    let matched = Match::of(callback, stored, attempt);
    if matched == Match::Contradicts && !mutated(Mutant::CallbackNotMatched) {
        return Worth::Mismatch;
    }
    let known = attempt.reference_to_ask_by().is_some() || callback.provider_ref.is_some();
    let can_ask = capability.status.possible(known) && capability.status_is_purchase.is_none();
    if can_ask && !mutated(Mutant::CallbackIsVerdict) {
        return Worth::Question;
    }
    let is_named = matched == Match::Names || mutated(Mutant::CallbackNotMatched);
    let proven = is_named && money_fits(callback, attempt);
    let against =
        matches!(callback.report.verdict, StatusVerdict::Rejected(_) | StatusVerdict::Reversed);
    let authenticated =
        capability.refusals == RefusalTrust::Authenticated || mutated(Mutant::CallbackIsVerdict);
    if !proven || (against && !authenticated) {
        return Worth::Unproven;
    }
    if against && attempt.state == AttemptState::Sending {
        return Worth::TooSoon;
    }
    Worth::News
}

/// How the callback's words fit the payment that its reference belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    /// It names another customer, product or reference.
    Contradicts,
    /// It names too little to say.
    Silent,
    /// It names this customer, and nothing else than this payment.
    Names,
}

impl Match {
    fn of(callback: &Callback, stored: &StoredPayment, attempt: &Attempt) -> Self {
        let purchase = &stored.request.purchase;
        let customer = callback.customer.as_ref().map(|named| {
            let named = CustomerNumber::parse(purchase.family, named.expose());
            named.is_ok_and(|named| named == purchase.customer)
        });
        let product = callback.provider_code.as_ref().map(|code| *code == attempt.provider_code);
        let named = callback.attempt.as_ref().map(|named| *named == attempt.id);
        let known = attempt.observed.provider_ref.as_ref();
        let reference = callback.provider_ref.as_ref().zip(known).map(|(one, other)| one == other);
        if [customer, product, named, reference].contains(&Some(false)) {
            Self::Contradicts
        } else if customer == Some(true) {
            Self::Names
        } else {
            Self::Silent
        }
    }
}

/// Whether the money that it states is what this payment may cost and come to, or what a status check
/// has told it did: prices rise between a request that got lost and the check that buys. What it does
/// not state fits.
fn money_fits(callback: &Callback, attempt: &Attempt) -> bool {
    if mutated(Mutant::CallbackNotMatched) {
        return true;
    }
    let (told, known) = (&callback.report.observed, &attempt.observed);
    let total_fits = told
        .total
        .is_none_or(|total| total == attempt.expected_total || known.total == Some(total));
    let cost_fits = told
        .charged
        .is_none_or(|charged| charged <= attempt.max_cost || known.charged == Some(charged));
    total_fits && cost_fits
}
