//! Asking about what is not known yet: pending and in-doubt attempts, and tokens that have not come.

mod by_purchase;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use ppob_journal::{EventKind, StoredPayment};
use ppob_payment::{Attempt, AttemptState, Event, EvidenceKind, Next, next};
use ppob_provider::{AttemptRef, ProviderError, ProviderErrorKind};
use ppob_types::{
    Basis, Clock, CrashPoint, Observed, ProviderName, ProviderRef, RefusalCode, RefusalScope,
    StatusReport, StatusVerdict,
};
use tokio::sync::Semaphore;

use crate::ProviderSetup;
use crate::accounts::Shown;
use crate::config::Told;
use crate::driver::Begun;
use crate::engine::Inner;
use crate::inquiry::guarded;
use crate::operator::{Found, Look};
use crate::persist::NotApplied;
use crate::turns::Turn;

const BATCH: usize = 200;
/// After so many checks whose answers are not readable, what a callback named is not followed any more.
const MISLED: u32 = 4;
/// In one round; more than that is found in the next.
const MOST_LOOKED_AT: usize = 12_800;

/// The soonest that what is due is looked for again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How often payments that nobody works on are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// How many checks of each provider may run; a slow provider holds up nobody else's.
#[derive(Debug, Default)]
struct Seats {
    each: usize,
    of: BTreeMap<ProviderName, Arc<Semaphore>>,
}

impl Seats {
    /// As many as the engine was told last. Checks that run already end beside the new ones.
    fn follow(&mut self, told: &Told) {
        let each = told.config.parallel_checks.max(1);
        if self.each != each {
            self.each = each;
            let seats = |name: &ProviderName| (name.clone(), Arc::new(Semaphore::new(each)));
            self.of = told.setups.keys().map(seats).collect();
        }
    }
}

impl Inner {
    pub(crate) fn start_reconciling(this: &Arc<Self>) {
        let inner = Arc::clone(this);
        this.tasks.spawn(async move {
            let mut seats = Seats::default();
            while !inner.tasks.stopping().is_cancelled() {
                let round = AssertUnwindSafe(Self::reconcile_again_and_again(&inner, &mut seats));
                if round.catch_unwind().await.is_err() {
                    metrics::counter!("ppob_task_panics_total").increment(1);
                    tracing::error!("the reconciliation worker panicked and starts anew");
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
            }
        });
    }

    async fn reconcile_again_and_again(this: &Arc<Self>, seats: &mut Seats) {
        let mut swept_at = this.clock.monotonic();
        loop {
            if this.clock.monotonic().since(swept_at) >= SWEEP_EVERY {
                swept_at = this.clock.monotonic();
                Self::sweep(this).await;
                if let Err(error) = this.providers.save_switches(this.journal.as_ref()).await {
                    tracing::warn!(%error, "what was switched is not durable yet");
                }
            }
            seats.follow(&this.told());
            Self::check_what_is_due(this, seats).await;
            let wait = this.until_something_is_due().await.min(SWEEP_EVERY);
            tokio::select! {
                biased;
                () = this.tasks.stopping().cancelled() => return,
                () = this.something_due.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn until_something_is_due(&self) -> Duration {
        let longest = self.told().config.check_at_least_every.max(LOOK_AGAIN);
        match self.journal.next_due().await {
            // What is due may be being asked about already: look again, but do not spin.
            Ok(Some(at)) => at.since(self.now()).clamp(LOOK_AGAIN, longest),
            Ok(None) => longest,
            Err(error) => {
                tracing::warn!(%error, "the journal could not say what is due");
                longest.min(Duration::from_secs(5))
            }
        }
    }

    /// Each check is a task of its own. What finds no seat is found again in the next round; it must
    /// not hide what is due elsewhere, so the look goes further as long as it finds the page full.
    async fn check_what_is_due(this: &Arc<Self>, seats: &Seats) {
        let mut limit = BATCH;
        loop {
            let due = match this.journal.due(this.now(), limit).await {
                Ok(due) => due,
                Err(error) => {
                    tracing::warn!(%error, "the journal could not say what is due");
                    return;
                }
            };
            metrics::gauge!("ppob_reconciliation_due").set(gauge(due.len()));
            let full = due.len() >= limit;
            for stored in due {
                Self::start_check(this, seats, stored);
            }
            if !full || limit >= MOST_LOOKED_AT {
                return;
            }
            limit = (limit * 8).min(MOST_LOOKED_AT);
        }
    }

    /// For how long the provider still wants no status check of this attempt, where that is a read.
    pub(crate) fn left_of_gap(&self, stored: &StoredPayment, attempt: &Attempt) -> Duration {
        let Some(setup) = self.providers.get(&attempt.provider) else { return Duration::ZERO };
        let capability = setup.guarded.provider.capability(stored.payment.terms.family);
        if capability.status_gap.is_zero() || capability.status_is_purchase.is_some() {
            return Duration::ZERO;
        }
        self.clock.left_of(capability.status_gap, attempt.asked_at())
    }

    fn start_check(this: &Arc<Self>, seats: &Seats, stored: StoredPayment) {
        let Next::Check { attempt, .. } = next(&stored.payment, this.now()) else { return };
        let attempt = stored.payment.attempt(attempt);
        // Nothing is recorded of that, so it is found again in the next rounds, and asked about in time.
        if attempt.is_some_and(|attempt| !this.left_of_gap(&stored, attempt).is_zero()) {
            return;
        }
        let provider = attempt.map(|attempt| &attempt.provider);
        let seat = match provider.and_then(|provider| seats.of.get(provider)) {
            Some(seats) => Arc::clone(seats).try_acquire_owned().map(Some),
            // Nobody can be asked any more, but the schedule must go on.
            None => Ok(None),
        };
        let Ok(seat) = seat else { return };
        let Some(turn) = this.turns.take(&stored.key) else { return };
        let inner = Arc::clone(this);
        this.tasks.spawn(async move {
            // The schedule goes on, whatever it found.
            let _ = inner.check(&stored, turn, false).await;
            drop(seat);
        });
    }

    /// One look at one payment. What it brings is recorded; what it does not bring is a check made.
    /// The value at hand may be old: the payment is read again now that the turn is ours.
    /// Says what it found.
    pub(crate) async fn check(
        self: &Arc<Self>,
        seen: &StoredPayment,
        turn: Turn,
        early: bool,
    ) -> Look {
        let Some(stored) = self.reload(seen).await else { return Ok(Found::Nothing) };
        let Next::Check { attempt, at } = next(&stored.payment, self.now()) else {
            return Ok(Found::Underway);
        };
        if at > self.now() && !early {
            return Ok(Found::Underway);
        }
        let Some(attempt) = stored.payment.attempt(attempt).cloned() else {
            return Ok(Found::Nothing);
        };
        let (events, look) = self.gather(&stored, &attempt).await;
        self.pass(CrashPoint::AfterStatus).await;
        let number = attempt.number;
        let checked = Event::Checked { attempt: number };
        let first = self.record(stored.clone(), EventKind::Reported, &events, Vec::new()).await;
        let recorded = match first {
            // The reference settles another payment: it was never ours. It is not asked about again.
            Err(NotApplied::ReferenceTaken) => {
                let spent = Event::HintSpent { attempt: number };
                let disowned = Event::Disowned { attempt: number };
                // A reference that only a callback named was never taken for ours.
                let open = !stored.payment.is_concluded() && attempt.is_alive();
                let known = open && attempt.observed.provider_ref.is_some();
                let events = [checked, spent].into_iter().chain(known.then_some(disowned));
                let events: Vec<Event> = events.collect();
                self.record(stored, EventKind::Reported, &events, Vec::new()).await
            }
            // A mistake of ours must not cost the reference; but the schedule goes on.
            Err(NotApplied::RuleBroken) => {
                self.record(stored, EventKind::Reported, &[checked], Vec::new()).await
            }
            recorded => recorded,
        };
        if let Ok(stored) = recorded
            && matches!(next(&stored.payment, self.now()), Next::Route | Next::GiveUp(_))
        {
            self.drive(Begun::new(stored, None), turn).await;
        }
        look
    }

    async fn gather(
        self: &Arc<Self>,
        stored: &StoredPayment,
        attempt: &Attempt,
    ) -> (Vec<Event>, Look) {
        let number = attempt.number;
        let nothing = vec![Event::Checked { attempt: number }];
        // Nobody can be asked about what a callback said.
        let spent = vec![Event::Checked { attempt: number }, Event::HintSpent { attempt: number }];
        let Some(setup) = self.providers.get(&attempt.provider) else {
            return (spent, Err("the provider is not configured any more".to_owned()));
        };
        let family = stored.payment.terms.family;
        let capability = setup.guarded.provider.capability(family);
        let known = attempt.reference_to_ask_by().cloned();
        if capability.status.possible(known.is_some()) && self.may_ask(&capability, attempt) {
            let asked = match capability.status_is_purchase {
                None => self.ask_status_through(&setup, stored, attempt, known).await,
                Some(_) => self.ask_by_purchase(&setup, stored, attempt).await,
            };
            match asked {
                Ok(report) => {
                    let found = match report.verdict {
                        StatusVerdict::Succeeded => Found::Paid,
                        StatusVerdict::Pending => Found::Pending,
                        StatusVerdict::Rejected(_) => Found::Refused,
                        StatusVerdict::NotFound => Found::NotFound,
                        StatusVerdict::Reversed => Found::GivenBack,
                    };
                    let refusal_trusted = setup.trusts_report(family);
                    let basis = Basis::Status;
                    let event = Event::Reported { attempt: number, report, basis, refusal_trusted };
                    (vec![event], Ok(found))
                }
                Err(error) => {
                    tracing::warn!(provider = %attempt.provider, class = error.class(), "status not answered");
                    // Again and again about somebody else: the reference that a callback named is not ours.
                    let foreign = error.kind == ProviderErrorKind::Unreadable
                        && attempt.hint.as_ref().is_some_and(|hint| hint.checks >= MISLED);
                    (if foreign { spent } else { nothing }, Err(error.message))
                }
            }
        } else if matches!(attempt.state, AttemptState::Unknown(_)) {
            self.gather_evidence(&setup, stored, attempt, spent).await
        } else {
            (spent, Ok(Found::Nothing))
        }
    }

    /// About an attempt that the provider cannot be asked about.
    async fn gather_evidence(
        self: &Arc<Self>,
        setup: &ProviderSetup,
        stored: &StoredPayment,
        attempt: &Attempt,
        nothing: Vec<Event>,
    ) -> (Vec<Event>, Look) {
        let number = attempt.number;
        let shown = self.shown_by_balances(attempt).await;
        if let Shown::Executed(charged) = shown {
            let provider = attempt.provider.to_string();
            metrics::counter!("ppob_balance_chain_executed_total", "provider" => provider)
                .increment(1);
            let observed = Observed { charged: Some(charged), ..Observed::default() };
            let event = Event::Reported {
                attempt: number,
                report: StatusReport { verdict: StatusVerdict::Succeeded, observed },
                basis: Basis::BalanceChain,
                refusal_trusted: false,
            };
            return (vec![event], Ok(Found::InBalances));
        }
        let (mut events, mut look) = if stored.payment.terms.family.is_bill() {
            self.reinquire(setup, stored, attempt).await
        } else {
            (nothing, Ok(Found::Nothing))
        };
        if shown == Shown::Fits {
            let evidence = EvidenceKind::FitsBalances;
            events.push(Event::Gathered { attempt: number, evidence });
            if look == Ok(Found::Nothing) {
                look = Ok(Found::FitsBalances);
            }
        }
        (events, look)
    }

    pub(crate) async fn ask_status(
        &self,
        stored: &StoredPayment,
        attempt: &Attempt,
        provider_ref: Option<ProviderRef>,
    ) -> Result<StatusReport, ProviderError> {
        let setup = self
            .providers
            .get(&attempt.provider)
            .ok_or_else(|| ProviderError::unsupported("a provider that is not configured"))?;
        let capability = setup.guarded.provider.capability(stored.payment.terms.family);
        if capability.status_is_purchase.is_some() {
            return Err(ProviderError::unsupported("looking up a reference that somebody found"));
        }
        self.ask_status_through(&setup, stored, attempt, provider_ref).await
    }

    async fn ask_status_through(
        &self,
        setup: &ProviderSetup,
        stored: &StoredPayment,
        attempt: &Attempt,
        provider_ref: Option<ProviderRef>,
    ) -> Result<StatusReport, ProviderError> {
        let subject = AttemptRef {
            attempt: attempt.id.clone(),
            provider_ref,
            purchase: stored.request.purchase.clone(),
            provider_code: attempt.provider_code.clone(),
            sent_at: attempt.begun_at,
            max_cost: attempt.max_cost,
        };
        guarded(setup.guarded.provider.check_status(&self.call_context(), &subject)).await
    }

    /// Whether the bill is still owed is a hint, no proof: the customer may have paid elsewhere, and
    /// billers lag.
    async fn reinquire(
        &self,
        setup: &ProviderSetup,
        stored: &StoredPayment,
        attempt: &Attempt,
    ) -> (Vec<Event>, Look) {
        let mut events = vec![Event::Checked { attempt: attempt.number }];
        let purchase = &stored.request.purchase;
        let reference = self.asked_as(stored, 0);
        let asked = self.ask_through(setup, &attempt.provider_code, purchase, reference).await;
        let (evidence, look) = match asked {
            Ok(_) => (Some(EvidenceKind::BillStillThere), Ok(Found::BillStillThere)),
            Err(error) => match error.kind {
                ProviderErrorKind::Refused(rejection)
                    if rejection.scope == RefusalScope::Bill
                        && rejection.code == RefusalCode::BillAlreadyPaid =>
                {
                    (Some(EvidenceKind::BillGone), Ok(Found::BillGone))
                }
                ProviderErrorKind::Refused(_) => (None, Ok(Found::Nothing)),
                _ => (None, Err(error.message)),
            },
        };
        events
            .extend(evidence.map(|evidence| Event::Gathered { attempt: attempt.number, evidence }));
        (events, look)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
#[expect(clippy::as_conversions, reason = "a gauge")]
fn gauge(count: usize) -> f64 {
    count as f64
}
