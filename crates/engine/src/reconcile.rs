//! Asking about what is not known yet: pending and in-doubt attempts, and tokens that have not come.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ppob_journal::{EventKind, StoredPayment};
use ppob_payment::{Attempt, AttemptState, Event, EvidenceKind, Next, next};
use ppob_provider::{AttemptRef, Capability, ProviderErrorKind};
use ppob_types::{
    Basis, PaymentKey, ProviderRef, RefusalCode, RefusalScope, StatusReport, StatusVerdict,
};

use tokio::sync::Semaphore;

use crate::driver::Begun;
use crate::engine::Inner;

const BATCH: usize = 200;

/// The soonest that what is due is looked for again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// The payments being asked about right now.
pub(crate) type Checking = Mutex<BTreeSet<PaymentKey>>;

/// The right to ask about one payment; nobody else asks meanwhile.
struct Turn {
    inner: Arc<Inner>,
    key: PaymentKey,
}

impl Turn {
    fn take(inner: &Arc<Inner>, key: &PaymentKey) -> Option<Self> {
        let mut checking = inner.checking.lock().unwrap_or_else(PoisonError::into_inner);
        checking.insert(key.clone()).then(|| Self { inner: Arc::clone(inner), key: key.clone() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut checking = self.inner.checking.lock().unwrap_or_else(PoisonError::into_inner);
        checking.remove(&self.key);
    }
}

impl Inner {
    pub(crate) fn start_reconciling(this: &Arc<Self>) {
        let inner = Arc::clone(this);
        this.tasks.spawn(async move { inner.reconcile_again_and_again().await });
    }

    async fn reconcile_again_and_again(self: Arc<Self>) {
        let room = Arc::new(Semaphore::new(self.config.parallel_checks.max(1)));
        loop {
            Self::check_what_is_due(&self, &room).await;
            let wait = self.until_something_is_due().await;
            tokio::select! {
                biased;
                () = self.tasks.stopping().cancelled() => return,
                () = self.something_due.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn until_something_is_due(&self) -> Duration {
        let longest = self.config.check_at_least_every;
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

    /// Each check is a task of its own: a slow provider holds up nobody else's.
    async fn check_what_is_due(this: &Arc<Self>, room: &Arc<Semaphore>) {
        let due = match this.journal.due(this.now(), BATCH).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "the journal could not say what is due");
                return;
            }
        };
        metrics::gauge!("ppob_reconciliation_due").set(gauge(due.len()));
        for stored in due {
            let Some(turn) = Turn::take(this, &stored.key) else {
                continue;
            };
            let seat = tokio::select! {
                biased;
                () = this.tasks.stopping().cancelled() => return,
                seat = Arc::clone(room).acquire_owned() => seat,
            };
            let inner = Arc::clone(this);
            this.tasks.spawn(async move {
                inner.check(stored).await;
                drop((turn, seat));
                inner.something_due.notify_one();
            });
        }
    }

    /// One look at one payment. What it brings is recorded; what it does not bring is a check made.
    pub(crate) async fn check(self: &Arc<Self>, stored: StoredPayment) {
        let Next::Check { attempt, .. } = next(&stored.payment, self.now()) else {
            return;
        };
        let Some(attempt) = stored.payment.attempt(attempt).cloned() else {
            return;
        };
        let events = self.gather(&stored, &attempt).await;
        let recorded = self.record(stored, EventKind::Reported, &events, Vec::new()).await;
        if let Ok(stored) = recorded
            && matches!(next(&stored.payment, self.now()), Next::Route | Next::GiveUp(_))
        {
            self.drive(Begun::new(stored, None)).await;
        }
    }

    async fn gather(self: &Arc<Self>, stored: &StoredPayment, attempt: &Attempt) -> Vec<Event> {
        let number = attempt.number;
        let nothing = vec![Event::Checked { attempt: number }];
        let Some(setup) = self.providers.get(&attempt.provider) else {
            return nothing;
        };
        let family = stored.payment.terms.family;
        let capability = setup.guarded.provider.capability(family);
        let known = attempt.observed.provider_ref.clone();
        if capability.status.possible(known.is_some()) && self.may_ask(&capability, attempt) {
            match self.ask_status(stored, attempt, known).await {
                Ok(report) => vec![self.reported(stored, attempt, report)],
                Err(error) => {
                    tracing::warn!(provider = %attempt.provider, class = error.class(), "status not answered");
                    nothing
                }
            }
        } else if family.is_bill() && attempt.state != AttemptState::Pending {
            self.reinquire(stored, attempt).await
        } else {
            nothing
        }
    }

    /// A status check that is a purchase is asked only while it cannot buy anything new.
    fn may_ask(&self, capability: &Capability, attempt: &Attempt) -> bool {
        let now = self.now();
        capability.status_is_purchase.is_none_or(|bounds| {
            attempt.is_alive()
                && now.since(attempt.begun_at) < bounds.max_age
                && now.since(attempt.changed_at) >= bounds.min_gap
        })
    }

    pub(crate) async fn ask_status(
        &self,
        stored: &StoredPayment,
        attempt: &Attempt,
        provider_ref: Option<ProviderRef>,
    ) -> Result<StatusReport, ppob_provider::ProviderError> {
        let provider = self.providers.provider(&attempt.provider).ok_or_else(|| {
            ppob_provider::ProviderError::unsupported("a provider that is not configured")
        })?;
        let subject = AttemptRef {
            attempt: attempt.id.clone(),
            provider_ref,
            purchase: stored.request.purchase.clone(),
            provider_code: attempt.provider_code.clone(),
            sent_at: attempt.begun_at,
            max_cost: attempt.max_cost,
        };
        provider.check_status(&self.call_context(), &subject).await
    }

    fn reported(&self, stored: &StoredPayment, attempt: &Attempt, report: StatusReport) -> Event {
        let refusal_trusted = match &report.verdict {
            StatusVerdict::Rejected(rejection) => self.providers.trusts_refusal(
                &attempt.provider,
                stored.payment.terms.family,
                rejection,
                &report.observed,
                attempt.expected_cost,
            ),
            StatusVerdict::Succeeded | StatusVerdict::Pending | StatusVerdict::NotFound => false,
        };
        Event::Reported { attempt: attempt.number, report, basis: Basis::Status, refusal_trusted }
    }

    /// Whether the bill is still owed is a hint, no proof: the customer may have paid elsewhere, and
    /// billers lag.
    async fn reinquire(&self, stored: &StoredPayment, attempt: &Attempt) -> Vec<Event> {
        let mut events = vec![Event::Checked { attempt: attempt.number }];
        let asked =
            self.ask(&attempt.provider, &attempt.provider_code, &stored.request.purchase).await;
        let evidence = match asked {
            Ok(_) => Some(EvidenceKind::BillStillThere),
            Err(error) => match error.kind {
                ProviderErrorKind::Refused(rejection)
                    if rejection.scope == RefusalScope::Bill
                        && rejection.code == RefusalCode::BillAlreadyPaid =>
                {
                    Some(EvidenceKind::BillGone)
                }
                _ => None,
            },
        };
        events
            .extend(evidence.map(|evidence| Event::Gathered { attempt: attempt.number, evidence }));
        events
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
#[expect(clippy::as_conversions, reason = "a gauge")]
fn gauge(count: usize) -> f64 {
    count as f64
}
