//! What must hold of one payment's record at every moment.

use ppob_journal::{Filter, Journal, NewPayment, Page, StoredPayment};
use ppob_payment::{Attempt, AttemptState, PaymentState};
use ppob_types::{PaymentKey, RefusalCode};

use super::ViolationKind;
use crate::stage::Stage;
use crate::world::Habit;

impl Stage {
    /// A payment was accepted.
    pub(crate) fn taken(&self, new: &NewPayment) {
        if let Some(older) = &new.request.despite_in_doubt
            && self.on_disk(&new.key).is_some_and(|stored| stored.serial == new.serial)
        {
            let older = PaymentKey { consumer: new.key.consumer.clone(), id: older.clone() };
            self.checker().passed_by.insert(older);
        }
        self.recorded(&new.key);
    }

    /// A payment was written, or charged: its record must fit what was really charged.
    pub(crate) fn recorded(&self, key: &PaymentKey) {
        let Some(stored) = self.on_disk(key) else { return };
        let payment = &stored.payment;
        let charges = self.truth().count(key);
        if payment.state() == PaymentState::Failed && charges.net() > 0 {
            let what = format!("{key}: recorded FAILED, and {} charged", charges.net());
            self.violated(ViolationKind::FailedButPaid, what);
        }
        if payment.attempts.iter().filter(|attempt| attempt.is_alive()).count() > 1 {
            self.violated(ViolationKind::TwoAlive, format!("{key}: two attempts are alive"));
        }
        for attempt in &payment.attempts {
            self.is_not_called_dead_too_soon(key, attempt);
        }
        self.goes_on_only_with_proof(&stored);
    }

    fn is_not_called_dead_too_soon(&self, key: &PaymentKey, attempt: &Attempt) {
        if attempt.state != AttemptState::NotExecuted {
            return;
        }
        let now = self.clock.elapsed();
        let until = self.checker().sent.get(&attempt.id).map(|sent| sent.may_be_executed_until);
        // The verdict stands for ever; it is judged when it is first seen.
        let is_new = self.checker().called_dead.insert(attempt.id.clone());
        if is_new && until.is_some_and(|until| now < until) {
            let what = format!("{key}: {} could be executed until {until:?}", attempt.id);
            self.violated(ViolationKind::NegativeTooSoon, what);
        }
    }

    /// A refusal over a channel that can be forged leads to another provider only if the stated balance
    /// says the same.
    fn goes_on_only_with_proof(&self, stored: &StoredPayment) {
        let attempts = &stored.payment.attempts;
        for (refused, _) in attempts.iter().zip(attempts.iter().skip(1)) {
            let AttemptState::Rejected(rejection) = &refused.state else { continue };
            let mut plans = self.world.providers.iter();
            let plan = plans.find(|plan| plan.name == refused.provider);
            let forgeable = plan.is_some_and(|plan| plan.habit == Habit::OwnReference);
            let fits = rejection.code == RefusalCode::InsufficientBalance
                && refused.observed.balance_after.is_some_and(|stated| stated < refused.max_cost);
            if forgeable && !fits {
                let what = format!("{}: after {}", stored.key, refused.id);
                self.violated(ViolationKind::FailoverWithoutProof, what);
            }
        }
    }
}

/// A charge just came: no other open payment for the same purchase may be charged already.
pub(super) fn one_open_path(stage: &Stage, key: &PaymentKey) {
    let Some(stored) = stage.on_disk(key) else {
        return;
    };
    let filter = Filter { guard: Some(stored.guard_key()), ..Filter::default() };
    let page = Page { before_serial: None, limit: usize::MAX };
    let same =
        stage.audit(|disk| async move { disk.list(&filter, page).await.unwrap_or_default() });
    let open = same.iter().filter(|other| other.key != *key && !other.payment.is_concluded());
    let charged = open
        .filter(|other| stage.truth().count(&other.key).kept > 0)
        .find(|other| !is_passed_by(stage, other, &stored) && !displaces(other, &stored))
        .map(|other| other.key.clone());
    if let Some(other) = charged {
        let what = format!("{key} was charged while {other} was charged and open");
        stage.violated(ViolationKind::TwoOpenPaths, what);
    }
}

/// A charge just came: nobody may have been told before that it could not come any more.
pub(super) fn passed_by(stage: &Stage, key: &PaymentKey) {
    let passed_by = stage.checker().passed_by.contains(key);
    if passed_by {
        let what = format!("{key} was charged after another one had passed it by");
        stage.violated(ViolationKind::PaidAfterPassedBy, what);
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
    newer.request.repeat > older.request.repeat && stage.checker().passed_by.contains(&older.key)
}
