//! What must hold of the records, held against the ledger.

use std::collections::{BTreeMap, BTreeSet};

use ppob_journal::{
    Cursor, Filter, GuardKey, Journal, Page, PaymentEvent, StoredPayment, success_at,
};
use ppob_payment::{Conclusion, PaymentState};
use ppob_types::{Basis, PaymentKey};

use super::ViolationKind;
use crate::stage::Stage;
use crate::world::Habit;

/// Everything has had time to end: now the records must agree with the ledger.
pub(crate) fn audit(stage: &Stage, in_review: &BTreeSet<PaymentKey>) -> Vec<StoredPayment> {
    let payments = records(stage);
    for stored in &payments {
        one(stage, stored, in_review);
        money(stage, stored);
    }
    unrecorded(stage);
    doubles(stage, &payments);
    histories(stage, &payments);
    payments
}

/// Every payment on the disk.
pub(crate) fn records(stage: &Stage) -> Vec<StoredPayment> {
    let page = Page { before_serial: None, limit: usize::MAX };
    stage.audit(|disk| async move { disk.list(&Filter::default(), page).await.unwrap_or_default() })
}

fn one(stage: &Stage, stored: &StoredPayment, in_review: &BTreeSet<PaymentKey>) {
    let key = &stored.key;
    let charges = stage.truth().count(key);
    let told = stored.payment.state();
    let kind = match (told, charges.kept) {
        (PaymentState::Succeeded, 1) => return,
        (PaymentState::Reversed, 0) if charges.all == 1 => return,
        (PaymentState::Failed, kept) if kept <= 1 && charges.net() == 0 => return,
        (_, 2..) => ViolationKind::PaidTwice,
        (PaymentState::Succeeded, 0) if charges.all == 1 && has_no_name(stage, stored) => return,
        (PaymentState::Succeeded, 0) if charges.all > 0 => ViolationKind::ReversalUntold,
        (PaymentState::Succeeded, _) => ViolationKind::SucceededUnpaid,
        (PaymentState::Reversed, _) => ViolationKind::ReversedUnpaid,
        (PaymentState::Failed, _) => ViolationKind::FailedButPaid,
        (PaymentState::Accepted | PaymentState::Processing | PaymentState::InDoubt, _) => {
            // Paid at a provider that nobody can ask and that will not say so any more: only a person
            // can find out, and the engine has to show it to one.
            let of_nobody = cannot_be_verified(stage, stored) || may_be_forgotten(stage, stored);
            if of_nobody && in_review.contains(key) {
                return;
            }
            ViolationKind::NeverEnds
        }
    };
    let all = charges.all;
    stage.violated(kind, format!("{key}: {} at the end, charged {all} times", told.as_str()));
}

/// Whether what this payment waits for was paid at a provider that cannot be asked.
pub(crate) fn cannot_be_verified(stage: &Stage, stored: &StoredPayment) -> bool {
    let mut doubted = stored.payment.attempts.iter().rev();
    let doubted = doubted.find(|attempt| attempt.is_alive() || attempt.late_charge.is_some());
    let Some(attempt) = doubted else { return false };
    let mut plans = stage.world.providers.iter();
    let plan = plans.find(|plan| plan.name == attempt.provider);
    // Who can only be asked by buying is not asked about what was given up, what contradicts itself, or what
    // may have been forgotten.
    let is_not_asked =
        stored.payment.no_further_attempt || stored.payment.contradicted || stage.is_set_back();
    plan.is_some_and(|plan| match plan.habit {
        Habit::CallbackOnly => true,
        Habit::PurchaseIsStatus => is_not_asked,
        Habit::OwnReference | Habit::OurReference | Habit::Forgetful => false,
    }) && stage.truth().charge_of_attempt(&stored.key, &attempt.id).is_some()
}

/// Whether the record was set back, and may have forgotten what this payment began next: nobody tries it
/// again before a person has looked. It cannot have been charged: no send is forgotten.
pub(crate) fn may_be_forgotten(stage: &Stage, stored: &StoredPayment) -> bool {
    stage.is_set_back()
        && stored.payment.state() == PaymentState::Accepted
        && stage.truth().count(&stored.key).all == 0
}

/// Whether balances alone showed that it was paid, at a provider whose callbacks name nothing but its own
/// reference: nobody ever told us that one, so what it says of it cannot be known to be about this payment.
fn has_no_name(stage: &Stage, stored: &StoredPayment) -> bool {
    let Some(paid) = stored.payment.paid_attempt() else { return false };
    let mut plans = stage.world.providers.iter();
    let plan = plans.find(|plan| plan.name == paid.provider);
    plan.is_some_and(|plan| plan.habit == Habit::OwnReference)
        && paid.basis == Some(Basis::BalanceChain)
        && paid.observed.provider_ref.is_none()
        && stage
            .truth()
            .charge_of_attempt(&stored.key, &paid.id)
            .is_some_and(|charge| charge.given_back)
}

/// What is recorded of a success is what was charged.
fn money(stage: &Stage, stored: &StoredPayment) {
    let Some(Conclusion::Succeeded { cost, .. } | Conclusion::Reversed { cost, .. }) =
        stored.payment.conclusion
    else {
        return;
    };
    let recorded = stored.payment.paid_attempt().map(|paid| paid.observed.clone());
    let charged = stage
        .truth()
        .charges_of(&stored.key)
        .next()
        .map(|charge| (charge.amount, charge.reference.clone()));
    let (Some(observed), Some((amount, reference))) = (recorded, charged) else {
        return;
    };
    let same_reference = observed.provider_ref.is_none_or(|known| known == reference);
    let same_amount = observed.charged.is_none_or(|known| known == amount && cost == amount);
    if !same_reference || !same_amount {
        let what = format!("{}: {cost} recorded, {amount} charged as {reference}", stored.key);
        stage.violated(ViolationKind::WrongMoney, what);
    }
}

fn unrecorded(stage: &Stage) {
    let charges: Vec<PaymentKey> =
        stage.truth().charges().iter().map(|charge| charge.key.clone()).collect();
    for key in charges {
        if stage.on_disk(&key).is_none() {
            let what = format!("{key}: charged, and there is no such payment");
            stage.violated(ViolationKind::ChargeWithoutRecord, what);
        }
    }
}

/// After a success, an equal payment within the window is a repetition with a number of its own.
fn doubles(stage: &Stage, payments: &[StoredPayment]) {
    let window = crate::host::duplicate_window();
    let mut successes: BTreeMap<GuardKey, Vec<&StoredPayment>> = BTreeMap::new();
    for stored in payments.iter().rev() {
        let accepted_at = stored.payment.terms.accepted_at;
        if success_at(&stored.payment).is_none() {
            continue;
        }
        let known = successes.entry(stored.guard_key()).or_default();
        for earlier in known.iter() {
            let Some(at) = success_at(&earlier.payment) else { continue };
            let after_it = at <= accepted_at;
            if after_it
                && accepted_at.since(at) < window
                && stored.request.repeat <= earlier.request.repeat
            {
                let what = format!("{} and {}", earlier.key, stored.key);
                stage.violated(ViolationKind::DoubleWithinWindow, what);
            }
        }
        known.push(stored);
    }
}

/// Versions rise one by one, and nothing follows an end but the same end.
fn histories(stage: &Stage, payments: &[StoredPayment]) {
    let events: Vec<PaymentEvent> = stage.audit(|disk| async move {
        disk.events_after(Cursor(0), None, usize::MAX).await.unwrap_or_default()
    });
    let mut seen: BTreeMap<&PaymentKey, (u64, Option<PaymentState>)> = BTreeMap::new();
    for event in &events {
        let (version, ended) = seen.entry(&event.key).or_default();
        let legal = event.version == *version + 1
            && ended.is_none_or(|end| end == event.state || event.state == PaymentState::Reversed);
        if !legal {
            let what =
                format!("{}: event {} of version {}", event.key, event.sequence, event.version);
            stage.violated(ViolationKind::BrokenHistory, what);
        }
        *version = event.version;
        let is_end = matches!(
            event.state,
            PaymentState::Succeeded | PaymentState::Failed | PaymentState::Reversed
        );
        *ended = is_end.then_some(event.state).or(*ended);
    }
    for stored in payments {
        let last = seen.get(&stored.key).map_or(0, |(version, _)| *version);
        if last != stored.version {
            let what = format!("{}: version {} and {last} events", stored.key, stored.version);
            stage.violated(ViolationKind::BrokenHistory, what);
        }
    }
}
