//! A clock over tokio's (paused) time and a provider that does as it is told.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ppob_layers::{GuardedProvider, Limits, guard};
use ppob_provider::{
    AttemptRef, CallContext, Capability, InquiryRequest, PayRequest, PpobProvider, ProviderError,
    ProviderErrorKind, ProviderInfo, PurchaseAsStatus, RefusalTrial, SendPermit, TrialError,
};
use ppob_types::{
    AttemptId, Bill, Clock, CustomerNumber, Family, FamilyDetails, Monotonic, NotSentCause,
    Observed, Parameters, PayAnswer, PayOutcome, ProductCode, ProviderName, ProviderRef, Purchase,
    Rupiah, StatusReport, StatusVerdict, Timestamp,
};
use tokio::time::{Instant, sleep};

#[derive(Debug)]
pub(crate) struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000).plus(self.0.elapsed())
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::from_start(self.0.elapsed())
    }
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(TestClock(Instant::now()))
}

pub(crate) fn context() -> CallContext {
    CallContext { clock: clock() }
}

/// What the provider does with one call: this answer after this time.
pub(crate) struct Scripted {
    pub(crate) info: ProviderInfo,
    /// Answers to reads, in turn; afterwards they succeed.
    pub(crate) reads: Mutex<VecDeque<Result<(), ProviderError>>>,
    pub(crate) takes: Duration,
    pub(crate) status_gap: Duration,
    pub(crate) outcome: PayOutcome,
    pub(crate) calls: AtomicU32,
    pub(crate) most_at_once: AtomicU32,
    pub(crate) at_once: AtomicU32,
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("provider")
    }
}

impl Scripted {
    pub(crate) fn new() -> Self {
        Self {
            info: ProviderInfo {
                kind: "scripted",
                name: ProviderName::new("scripted").unwrap(),
                login: "one".into(),
                address: "here".into(),
                plaintext: false,
                price_list_every: Duration::from_mins(15),
                tells_balance: true,
            },
            reads: Mutex::default(),
            takes: Duration::ZERO,
            status_gap: Duration::ZERO,
            outcome: PayOutcome::Succeeded,
            calls: AtomicU32::new(0),
            most_at_once: AtomicU32::new(0),
            at_once: AtomicU32::new(0),
        }
    }

    pub(crate) fn failing(self, kinds: impl IntoIterator<Item = ProviderErrorKind>) -> Self {
        let errors = kinds.into_iter().map(|kind| Err(ProviderError::new(kind, "as told")));
        self.reads.lock().unwrap().extend(errors);
        self
    }

    pub(crate) fn fail_next(&self, kind: ProviderErrorKind) {
        self.reads.lock().unwrap().push_back(Err(ProviderError::new(kind, "as told")));
    }

    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn most_at_once(&self) -> u32 {
        self.most_at_once.load(Ordering::SeqCst)
    }

    async fn work(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        sleep(self.takes).await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
    }

    async fn read(&self) -> Result<(), ProviderError> {
        let answer = self.reads.lock().unwrap().pop_front();
        self.work().await;
        answer.unwrap_or(Ok(()))
    }
}

#[async_trait]
impl PpobProvider for Scripted {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, _family: Family) -> Capability {
        Capability {
            pay: true,
            status_is_purchase: Some(PurchaseAsStatus {
                min_gap: Duration::from_mins(1),
                max_age: Duration::from_hours(24),
            }),
            status_gap: self.status_gap,
            ..Capability::default()
        }
    }

    async fn pay(&self, _cx: &CallContext, _request: &PayRequest, permit: SendPermit) -> PayAnswer {
        if permit.start().is_err() {
            return PayAnswer::not_sent(NotSentCause::PermitExpired);
        }
        self.work().await;
        PayAnswer::bare(self.outcome.clone())
    }

    async fn check_status(
        &self,
        _cx: &CallContext,
        _attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        self.read().await?;
        Ok(StatusReport { verdict: StatusVerdict::Pending, observed: Observed::default() })
    }

    async fn inquire(
        &self,
        _cx: &CallContext,
        _request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        self.read().await?;
        Ok(Bill {
            customer_name: None,
            periods: Vec::new(),
            amount: None,
            admin: None,
            penalty: None,
            total: Rupiah::new(22_500),
            cost: None,
            details: FamilyDetails::None,
            lines: Vec::new(),
            token: None,
        })
    }

    async fn check_by_purchase(
        &self,
        _cx: &CallContext,
        _request: &PayRequest,
        _known: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        let started = permit.start();
        self.read().await?;
        started.map_err(|_| ProviderError::unsupported("a late permit"))?;
        Ok(StatusReport { verdict: StatusVerdict::Pending, observed: Observed::default() })
    }

    fn try_refusal(&self, pattern: &str) -> Result<Box<dyn RefusalTrial>, TrialError> {
        Err(TrialError::Refused(pattern.to_owned()))
    }

    async fn balance(&self, _cx: &CallContext) -> Result<Rupiah, ProviderError> {
        self.read().await?;
        Ok(Rupiah::new(1_000_000))
    }
}

/// The scripted provider with everything around it.
pub(crate) fn guarded(provider: Scripted, limits: &Limits) -> (Arc<Scripted>, GuardedProvider) {
    let provider = Arc::new(provider);
    let inner: Arc<dyn PpobProvider> = Arc::clone(&provider) as Arc<dyn PpobProvider>;
    (provider, guard(inner, limits, clock(), 1))
}

pub(crate) fn n(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

/// Room for everything, unless a test says otherwise.
pub(crate) fn wide() -> Limits {
    Limits {
        pay_per_second: n(1_000),
        pay_burst: n(1_000),
        reads_per_second: n(1_000),
        reads_in_flight: n(1_000),
        ..Limits::default()
    }
}

pub(crate) fn product() -> ProductCode {
    ProductCode::new("PLN-PREPAID-20000").unwrap()
}

pub(crate) const METER: &str = "91011121314";

pub(crate) fn purchase() -> Purchase {
    Purchase {
        product: product(),
        family: Family::PlnPrepaid,
        customer: CustomerNumber::parse(Family::PlnPrepaid, METER).unwrap(),
        amount: None,
        parameters: Parameters::default(),
    }
}

pub(crate) fn pay_request() -> PayRequest {
    PayRequest {
        attempt: AttemptId::new(1, 1),
        purchase: purchase(),
        provider_code: "PLNS20".to_owned(),
        max_cost: Rupiah::new(20_700),
        inquiry_token: None,
    }
}

pub(crate) fn attempt() -> AttemptRef {
    AttemptRef {
        attempt: AttemptId::new(1, 1),
        provider_ref: None,
        purchase: purchase(),
        provider_code: "PLNS20".to_owned(),
        sent_at: Timestamp::default(),
        max_cost: Rupiah::new(20_700),
    }
}

#[expect(clippy::disallowed_methods, reason = "there is no journal here to mint it")]
pub(crate) fn permit() -> SendPermit {
    let start_by = Monotonic::from_start(Duration::from_secs(5));
    SendPermit::mint(AttemptId::new(1, 1), start_by, clock()).0
}
