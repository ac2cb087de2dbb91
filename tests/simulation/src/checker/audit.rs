//! What must hold of the records, held against the ledger.

use std::collections::BTreeMap;

use ppob_journal::{
    Cursor, Filter, GuardKey, Journal, Page, PaymentEvent, StoredPayment, success_at,
};
use ppob_payment::{Conclusion, PaymentState};
use ppob_types::PaymentKey;

use super::ViolationKind;
use crate::stage::Stage;

/// A charge just came: no other open payment for the same purchase may be charged already.
pub(crate) fn one_open_path(stage: &Stage, key: &PaymentKey) {
    let Some(stored) = stage.on_disk(key) else {
        return;
    };
    let open =
        stage.audit(|disk| async move { disk.open_payments(0, 10_000).await.unwrap_or_default() });
    let same =
        open.iter().filter(|other| other.key != *key && other.guard_key() == stored.guard_key());
    let charged = same
        .filter(|other| stage.truth().charges_of(&other.key).next().is_some())
        .find(|other| !is_passed_by(stage, other, &stored) && !displaces(other, &stored))
        .map(|other| other.key.clone());
    if let Some(other) = charged {
        let what = format!("{key} was charged while {other} was charged and open");
        stage.violated(ViolationKind::TwoOpenPaths, what);
    }
}

/// Whether `newer` was let in on purpose although `older` is in doubt.
fn displaces(newer: &StoredPayment, older: &StoredPayment) -> bool {
    newer.request.despite_in_doubt.as_ref() == Some(&older.key.id)
        && newer.key.consumer == older.key.consumer
}

/// Whether the owner of `older` let a payment pass it by, and `newer` is that payment or one after it:
/// each of them says so with a higher `repeat`.
fn is_passed_by(stage: &Stage, older: &StoredPayment, newer: &StoredPayment) -> bool {
    newer.request.repeat > older.request.repeat
        && records(stage).iter().any(|other| displaces(other, older))
}

/// Everything has had time to end: now the records must agree with the ledger.
pub(crate) fn audit(stage: &Stage) -> Vec<StoredPayment> {
    let payments = records(stage);
    for stored in &payments {
        one(stage, stored);
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

fn one(stage: &Stage, stored: &StoredPayment) {
    let key = &stored.key;
    let charges = stage.truth().charges_of(key).count();
    let told = stored.payment.state();
    let kind = match (told, charges) {
        (PaymentState::Succeeded, 1) | (PaymentState::Failed | PaymentState::Reversed, 0) => return,
        (_, 2..) => ViolationKind::PaidTwice,
        (PaymentState::Succeeded, _) => ViolationKind::SucceededUnpaid,
        (PaymentState::Failed | PaymentState::Reversed, _) => ViolationKind::FailedButPaid,
        (PaymentState::Accepted | PaymentState::Processing | PaymentState::InDoubt, _) => {
            ViolationKind::NeverEnds
        }
    };
    stage.violated(kind, format!("{key}: {} at the end, charged {charges} times", told.as_str()));
}

/// What is recorded of a success is what was charged.
fn money(stage: &Stage, stored: &StoredPayment) {
    let Some(Conclusion::Succeeded { cost, .. }) = stored.payment.conclusion else {
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
