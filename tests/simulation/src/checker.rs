//! What must hold, held against the truth: at every telling, at every charge, at every write, and at the
//! end. Nothing of it is asked of the engine; what it stands on is the disk and the providers' ledger.
//!
//! | Rule | Where | Violations |
//! |---|---|---|
//! | net charges of a payment ≤ 1 | [`Stage::charged`], `audit::one` | `PaidTwice` |
//! | told `SUCCEEDED`: exactly one charge; net 0 only once `REVERSED` is told (unless only balances showed it, and nobody knows its reference) | [`Stage::told`], `audit::one` | `SucceededUnpaid`, `ReversedUnpaid`, `ReversalUntold` |
//! | told `FAILED`: none, for ever | [`Stage::told`], [`Stage::charged`], [`Stage::recorded`] | `FailedButPaid` |
//! | every charge has a record that is paid or open, at every moment | [`Stage::charged`], [`Stage::recorded`] | `ChargeWithoutRecord`, `FailedButPaid` |
//! | everything ends, or stands in review | `audit::one` | `NeverEnds` |
//! | two final answers are equal, and none goes back | [`Stage::told`] | `EndChanged`, `BackToOpen`, `StaleAnswer` |
//! | P1 one attempt alive | [`Stage::recorded`] | `TwoAlive`, `PaidTwice` |
//! | P2 intent durable before it is sent, everything before it is told | [`Stage::sent`], [`Stage::told`] | `SentWithoutIntent`, `ToldUndurable` |
//! | P3 a new attempt only after the dead, and in time | [`Stage::sent`], [`Stage::starts`] | `FailoverWithoutProof`, `SentTooLate`, `FurtherAttempt` |
//! | P4 what was told stays | [`Stage::told`], `audit::histories` | `EndChanged`, `BrokenHistory`, `WrongMoney` |
//! | P5 one id is one payment | [`Stage::accepted`], [`Stage::refused`], [`Stage::promised_never`] | `IdOfTwoRequests`, `RefusedButThere`, `AbandonedButThere` |
//! | P6 one open payment per product and customer | `records::one_open_path`, `records::passed_by`, `audit::doubles` | `TwoOpenPaths`, `PaidAfterPassedBy`, `DoubleWithinWindow` |
//! | P7 a crash never resends | [`Stage::sent`] | `SentTwice` |
//! | P8 a negative verdict needs time | [`Stage::recorded`] | `NegativeTooSoon`, `LateCharge` |
//! | P9 every payment ends, or is seen not to | `audit::one` | `NeverEnds` |
//! | streams: no gap, no reorder, nothing that is not durable | `streams` | `StreamBroken`, `ToldUndurable` |

mod audit;
mod records;
mod violation;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ppob_journal::StoredPayment;
use ppob_payment::{AttemptState, Conclusion, PaymentState};
use ppob_types::{AttemptId, Clock, FailureReason, PaymentKey, Rupiah};

pub(crate) use self::audit::{audit, cannot_be_verified, may_be_forgotten, records};
pub use self::violation::{Violation, ViolationKind};
use crate::fault::Fault;
use crate::stage::Stage;
use crate::truth::{Charge, parts};

/// A moment in the order of everything that was asked and told.
pub(crate) type Moment = u64;

/// Everything that was told, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    moment: Moment,
    payments: BTreeMap<PaymentKey, Told>,
    sent: BTreeMap<AttemptId, Sent>,
    called_dead: BTreeSet<AttemptId>,
    /// Payments in doubt that a later one was let past.
    passed_by: BTreeSet<PaymentKey>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) tellings: u64,
}

/// What left for an attempt.
#[derive(Debug, Default)]
struct Sent {
    times: u32,
    may_be_executed_until: Duration,
}

/// What callers were told of one payment.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The first final answer, and when it was there.
    ended: Option<(Moment, Final)>,
    /// The request for which a ticket was given.
    accepted: Option<String>,
    /// The id was promised never to become a payment.
    never: bool,
    /// The caller was promised that no attempt after this one begins.
    last_attempt: Option<u32>,
    /// Creates on their way, and how many began so far.
    creating: u32,
    creates: u64,
}

/// State and money of a final answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Final {
    state: PaymentState,
    money: Option<(Rupiah, Rupiah)>,
    reason: Option<FailureReason>,
}

impl Final {
    /// Whether it may be told after this one: a success that was given back, with the same money.
    fn becomes(self, later: Self) -> bool {
        (self.state, later.state) == (PaymentState::Succeeded, PaymentState::Reversed)
            && self.money == later.money
    }
}

impl Checker {
    /// Somebody asks.
    pub(crate) fn asks(&mut self) -> Moment {
        self.moment += 1;
        self.moment
    }

    /// The record was set back: what was told of it holds no more, what was charged does.
    pub(crate) fn forget_what_was_told(&mut self) {
        for told in self.payments.values_mut() {
            let Told { creating, creates, .. } = *told;
            *told = Told { creating, creates, ..Told::default() };
        }
        self.called_dead.clear();
        self.passed_by.clear();
    }

    fn payment(&mut self, key: &PaymentKey) -> &mut Told {
        self.payments.entry(key.clone()).or_default()
    }

    /// Somebody asks to create; the number of this call among those of its id.
    pub(crate) fn creates(&mut self, key: &PaymentKey) -> u64 {
        let told = self.payment(key);
        told.creating += 1;
        told.creates += 1;
        told.creates
    }

    /// A create ended, or its caller let go. Whether it was alone with its id all the time.
    pub(crate) fn created(&mut self, key: &PaymentKey, number: u64) -> bool {
        let told = self.payment(key);
        told.creating = told.creating.saturating_sub(1);
        told.creating == 0 && told.creates == number
    }
}

impl Stage {
    pub(crate) fn violated(&self, kind: ViolationKind, what: String) {
        if self.is_set_back() && !kind.outlives_a_set_back() {
            return;
        }
        self.note(|| format!("VIOLATION {}: {what}", kind.as_str()));
        let at = self.clock.elapsed();
        self.checker().violations.push(Violation { kind, what, at });
    }

    /// A ticket was given for this request.
    pub(crate) fn accepted(&self, key: &PaymentKey, request: &str) {
        let other = {
            let mut checker = self.checker();
            let accepted =
                checker.payment(key).accepted.get_or_insert_with(|| request.to_owned()).clone();
            accepted != request
        };
        if other {
            let what = format!("{key}: two different requests were both taken for it");
            self.violated(ViolationKind::IdOfTwoRequests, what);
        }
    }

    /// A create was refused in words that promise that nothing was accepted.
    pub(crate) fn refused(&self, key: &PaymentKey, error: &str) {
        if let Some(stored) = self.on_disk(key) {
            let state = stored.payment.state().as_str();
            let what =
                format!("{key}: told that nothing was accepted ({error}), but it is {state}");
            self.violated(ViolationKind::RefusedButThere, what);
        }
    }

    /// The id was promised never to become a payment.
    pub(crate) fn promised_never(&self, key: &PaymentKey) {
        self.checker().payment(key).never = true;
        if self.on_disk(key).is_some() {
            let what = format!("{key}: abandoned as never a payment, but it is one");
            self.violated(ViolationKind::AbandonedButThere, what);
        }
    }

    /// The caller was promised that no further attempt begins.
    pub(crate) fn promised_no_further(&self, key: &PaymentKey) {
        let made = self.on_disk(key).map_or(0, |stored| stored.payment.attempts.len());
        let made = u32::try_from(made).unwrap_or(u32::MAX);
        self.checker().payment(key).last_attempt.get_or_insert(made);
    }

    /// A payment was told. `asked` is when it was asked for; `current` whether the process that told
    /// it is the one that works (a process that was replaced may tell old news, but no false ones).
    pub(crate) fn told(&self, asked: Moment, current: bool, stored: &StoredPayment) {
        let key = &stored.key;
        let state = stored.payment.state();
        self.note(|| format!("told {key}: {}", state.as_str()));
        let charges = self.truth().count(key);
        self.must_be_durable(stored);
        let ended = {
            let mut checker = self.checker();
            checker.tellings += 1;
            let now = checker.asks();
            let told = checker.payment(key);
            let before = told.ended;
            if let Some(end) = final_of(stored)
                && told.ended.is_none_or(|(_, before)| before.becomes(end))
            {
                told.ended = Some((now, end));
            }
            before
        };
        match (ended, final_of(stored)) {
            // Only after a success was told may it be told as given back: the same money.
            (Some((_, before)), Some(now)) if before.becomes(now) => {}
            // A reader that is behind may still be told the success.
            (Some((moment, before)), Some(now))
                if now.becomes(before) && (moment >= asked || !current) => {}
            (Some((_, before)), Some(now)) if before != now => {
                let what = format!("{key}: told {before:?}, then {now:?}");
                self.violated(ViolationKind::EndChanged, what);
            }
            (Some((moment, before)), None) if current && moment < asked => {
                let what = format!("{key}: told {before:?}, then {}", state.as_str());
                self.violated(ViolationKind::BackToOpen, what);
            }
            _ => {}
        }
        match state {
            PaymentState::Succeeded if charges.all == 0 => {
                let what = format!("{key}: told SUCCEEDED, and nothing was charged");
                self.violated(ViolationKind::SucceededUnpaid, what);
            }
            PaymentState::Reversed if charges.all != 1 || charges.kept != 0 => {
                let what = format!("{key}: told REVERSED, and {} stay charged", charges.kept);
                self.violated(ViolationKind::ReversedUnpaid, what);
            }
            PaymentState::Failed if charges.net() > 0 => {
                let what = format!("{key}: told FAILED, and {} charged", charges.net());
                self.violated(ViolationKind::FailedButPaid, what);
            }
            _ => {}
        }
    }

    /// A call that pays begins for good.
    pub(crate) fn starts(&self, key: &PaymentKey) {
        // The machine's clock may be corrected by so much between intent and send.
        const SLACK: Duration = Duration::from_secs(31);
        let Some(stored) = self.on_disk(key) else { return };
        let pay_by = stored.payment.terms.pay_by;
        if self.clock.now() > pay_by.plus(SLACK) {
            let late = self.clock.now().since(pay_by);
            let what = format!("{key}: sent {late:?} after the time for beginning an attempt");
            self.violated(ViolationKind::SentTooLate, what);
        }
    }

    /// What is told must be durable at that moment.
    fn must_be_durable(&self, stored: &StoredPayment) {
        let durable = self.on_disk(&stored.key).is_some_and(|on_disk| {
            on_disk.version > stored.version
                || (on_disk.version == stored.version && on_disk.payment == stored.payment)
        });
        if !durable {
            let what = format!("{}: version {} was told, not written", stored.key, stored.version);
            self.violated(ViolationKind::ToldUndurable, what);
        }
    }

    /// A status check that is a purchase reached a provider, which knows the attempt or buys it now.
    pub(crate) fn asked_by_purchase(
        &self,
        key: &PaymentKey,
        attempt: &AttemptId,
        bound: Duration,
        known: bool,
    ) {
        let now = self.clock.elapsed();
        {
            let mut checker = self.checker();
            let sent = checker.sent.entry(attempt.clone()).or_default();
            if !known {
                sent.may_be_executed_until = sent.may_be_executed_until.max(now + bound);
            }
        }
        if !known {
            self.count(Fault::StatusBought);
        }
        let on_disk = self.on_disk(key);
        let mut attempts = on_disk.iter().flat_map(|stored| &stored.payment.attempts);
        let written = attempts.find(|known| known.id == *attempt).is_some_and(|known| {
            let until =
                known.no_negative_verdict_before.since(known.checked_at.unwrap_or_default());
            let is_acknowledged = !matches!(known.state, AttemptState::Unknown(_));
            known.is_alive() && known.checked_at.is_some() && (is_acknowledged || until >= bound)
        });
        // What the provider knows is not bought again, and may have ended by what it told meanwhile.
        if !known && !written {
            let what = format!(
                "{key}: {attempt} was asked about by its purchase, and that is not durable"
            );
            self.violated(ViolationKind::UnwrittenPurchase, what);
        }
    }

    /// The request of an attempt reached a provider.
    pub(crate) fn sent(&self, key: &PaymentKey, attempt: &AttemptId, bound: Duration) {
        let may_be_executed_until = self.clock.elapsed() + bound;
        let times = {
            let mut checker = self.checker();
            let sent = checker.sent.entry(attempt.clone()).or_default();
            sent.times += 1;
            sent.may_be_executed_until = may_be_executed_until;
            sent.times
        };
        if times > 1 {
            self.violated(
                ViolationKind::SentTwice,
                format!("{key}: {attempt} was sent {times} times"),
            );
        }
        let number = parts(attempt).map_or(0, |(_, number)| number);
        let durable = self
            .on_disk(key)
            .is_some_and(|stored| stored.payment.attempts.iter().any(|a| a.id == *attempt));
        if !durable {
            let what = format!("{key}: {attempt} was sent, and its intent is not durable");
            self.violated(ViolationKind::SentWithoutIntent, what);
        }
        let promised = self.checker().payment(key).last_attempt;
        if promised.is_some_and(|last| number > last) {
            let what = format!("{key}: {attempt} was sent after a promise of no further attempt");
            self.violated(ViolationKind::FurtherAttempt, what);
        }
    }

    /// Money moved.
    pub(crate) fn charged(&self, charge: Charge) {
        let key = charge.key.clone();
        self.note(|| {
            format!(
                "charged {key} {} by {} as {}",
                charge.amount, charge.provider, charge.reference
            )
        });
        let (ended, never) = {
            let mut checker = self.checker();
            let told = checker.payment(&key);
            (told.ended, told.never)
        };
        let on_disk = self.on_disk(&key);
        let purchase_fits =
            on_disk.as_ref().is_some_and(|stored| stored.request.purchase == charge.purchase);
        let denied = charge.denied;
        let charges = {
            let mut truth = self.truth();
            truth.add(charge);
            truth.count(&key)
        };
        if charges.kept > 1 {
            let what = format!("{key}: charged {} times", charges.kept);
            self.violated(ViolationKind::PaidTwice, what);
        }
        if !denied && ended.is_some_and(|(_, end)| end.state == PaymentState::Failed) {
            let what = format!("{key}: charged after it was told FAILED");
            self.violated(ViolationKind::FailedButPaid, what);
        }
        if never {
            let what = format!("{key}: charged, although the id was abandoned for ever");
            self.violated(ViolationKind::AbandonedButThere, what);
        }
        if !purchase_fits {
            let what = format!("{key}: charged for something else than is recorded, or unrecorded");
            self.violated(ViolationKind::WrongPurchase, what);
        }
        // Who was told by somebody on the way that it is over let the next one in: nobody could know better.
        let was_over = on_disk.is_some_and(|stored| stored.payment.state() == PaymentState::Failed);
        if !(denied && was_over) {
            records::one_open_path(self, &key);
        }
        records::passed_by(self, &key);
        self.recorded(&key);
    }
}

fn final_of(stored: &StoredPayment) -> Option<Final> {
    let state = stored.payment.state();
    stored.payment.conclusion.as_ref().map(|conclusion| match conclusion {
        Conclusion::Succeeded { total, cost, .. } | Conclusion::Reversed { total, cost, .. } => {
            Final { state, money: Some((*total, *cost)), reason: None }
        }
        Conclusion::Failed { reason, .. } => Final { state, money: None, reason: Some(*reason) },
    })
}
