//! What lies between two calls, where a provider says how much must.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::{CheckNow, Engine, EngineConfig, OperateError, Parts, ProviderSetup};
use ppob_journal::MemoryJournal;
use ppob_layers::{Limits, guard};
use ppob_provider::{
    AttemptRef, CallContext, Callback, CallbackError, Capability, PayRequest, PpobProvider,
    ProviderError, ProviderInfo, PurchaseAsStatus, RawCallback, RefusalTrust, SendPermit,
    StatusLookup,
};
use ppob_types::{
    AttemptId, Clock, Family, Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, PriceList,
    ProviderRef, Sensitive, StatusReport, StatusVerdict,
};
use tokio::time::{Instant, sleep};

use crate::support::{METER, PausedClock, Pay, Scripted, claimed, consumer, setup, token};

const MINUTE: Duration = Duration::from_mins(1);
const MOST_AGE: Duration = Duration::from_hours(1);

/// A scripted provider that must not be called twice in a minute for one reference, and keeps when it was.
#[derive(Debug)]
struct Strict {
    scripted: Arc<Scripted>,
    capability: Capability,
    calls: Mutex<Vec<Instant>>,
    lists: Mutex<Vec<Instant>>,
}

impl Strict {
    /// Its payments stay pending; its status check is one that `capability` tells of.
    fn new(capability: Capability) -> Arc<Self> {
        Self::at("here", capability)
    }

    /// The same, reached at another address perhaps.
    fn at(address: &str, capability: Capability) -> Arc<Self> {
        let mut scripted = Scripted::new("a", 20_700, RefusalTrust::None);
        Arc::get_mut(&mut scripted).unwrap().info.address = address.into();
        let pending = PayAnswer { outcome: PayOutcome::Pending, observed: Observed::default() };
        scripted.will([Pay::Charged(pending)]);
        let (calls, lists) = (Mutex::default(), Mutex::default());
        Arc::new(Self { scripted, capability, calls, lists })
    }

    fn called(&self) -> StatusReport {
        self.calls.lock().unwrap().push(Instant::now());
        StatusReport { verdict: StatusVerdict::Pending, observed: Observed::default() }
    }
}

#[async_trait]
impl PpobProvider for Strict {
    fn info(&self) -> &ProviderInfo {
        self.scripted.info()
    }

    fn capability(&self, _: Family) -> Capability {
        self.capability
    }

    async fn price_list(&self, cx: &CallContext) -> Result<PriceList, ProviderError> {
        self.lists.lock().unwrap().push(Instant::now());
        self.scripted.price_list(cx).await
    }

    async fn pay(&self, cx: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let _ = self.called();
        self.scripted.pay(cx, request, permit).await
    }

    async fn check_status(
        &self,
        _: &CallContext,
        _: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        Ok(self.called())
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        self.scripted.decode_callback(raw)
    }

    async fn check_by_purchase(
        &self,
        _: &CallContext,
        _: &PayRequest,
        _: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        permit.start().map_err(|_| ProviderError::unsupported("a late permit"))?;
        Ok(self.called())
    }
}

/// A callback about the payment, soon after it was sent.
async fn a_callback_comes(engine: &Engine, strict: &Strict) {
    let callback = Callback {
        attempt: Some(AttemptId::new(1, 1)),
        provider_ref: None,
        customer: Some(Sensitive::new(METER)),
        provider_code: Some("TOKEN".to_owned()),
        report: StatusReport { verdict: StatusVerdict::Succeeded, observed: Observed::default() },
    };
    strict.scripted.callbacks.lock().unwrap().insert(b"news".to_vec(), callback);
    let headers = vec![("secret".to_owned(), Sensitive::new("right"))];
    let raw = RawCallback { headers, query: Vec::new(), body: b"news".to_vec() };
    engine.take_callback(&strict.scripted.name(), raw).await.unwrap();
}

async fn engine_of(strict: &Arc<Strict>) -> Engine {
    engine_on(MemoryJournal::new(), Arc::new(PausedClock::new()), strict).await
}

async fn engine_on(journal: MemoryJournal, clock: Arc<dyn Clock>, strict: &Arc<Strict>) -> Engine {
    let journal = Arc::new(journal);
    let (name, of_scripted) = setup(&strict.scripted, &clock);
    let plain = Arc::clone(strict) as Arc<dyn PpobProvider>;
    let guarded = guard(plain, &Limits::default(), Arc::clone(&clock), 1);
    let providers = BTreeMap::from([(name, ProviderSetup { guarded, ..of_scripted })]);
    let parts = Parts { config: EngineConfig::default(), journal, providers, clock, seed: 7 };
    let engine = Engine::start(parts).await.unwrap();
    engine.first_prices().await;
    engine
}

/// The payment that is pending, as somebody asks about it who cannot wait.
fn button() -> CheckNow {
    let key = PaymentKey { consumer: consumer(), id: PaymentId::new("payment-0001").unwrap() };
    CheckNow { key, provider_ref: None, who: claimed("sari") }
}

fn gaps(times: &Mutex<Vec<Instant>>) -> Vec<Duration> {
    let times = times.lock().unwrap();
    times.iter().zip(times.iter().skip(1)).map(|(one, next)| *next - *one).collect()
}

/// A provider that takes the purchase, made again, for a status check.
fn by_purchase() -> Capability {
    let bounds = PurchaseAsStatus { min_gap: MINUTE, max_age: MOST_AGE };
    Capability {
        pay: true,
        client_reference: true,
        status: StatusLookup::ClientReference,
        status_is_purchase: Some(bounds),
        late_execution_bound: Duration::from_mins(10),
        ..Capability::default()
    }
}

/// Whoever is there may never have seen the first request, and would buy.
#[tokio::test(start_paused = true)]
async fn what_was_sent_to_another_address_is_asked_about_by_no_purchase() {
    for (address, is_asked) in [("here", true), ("elsewhere", false)] {
        let (journal, clock) = (MemoryJournal::new(), Arc::new(PausedClock::new()));
        let first = Strict::new(by_purchase());
        let engine = engine_on(journal.reopen(), Arc::<PausedClock>::clone(&clock), &first).await;
        engine.create_payment(token("payment-0001")).await.unwrap();
        sleep(Duration::from_secs(10)).await;
        engine.crash();
        let second = Strict::at(address, by_purchase());
        let engine = engine_on(journal.reopen(), clock, &second).await;
        sleep(Duration::from_mins(30)).await;
        engine.crash();
        assert_eq!(!second.calls.lock().unwrap().is_empty(), is_asked, "{address}");
    }
}

async fn least_gap_is_kept(capability: Capability) -> Arc<Strict> {
    let strict = Strict::new(capability);
    let engine = engine_of(&strict).await;
    engine.create_payment(token("payment-0001")).await.unwrap();
    sleep(Duration::from_secs(10)).await;
    if strict.capability.callbacks {
        a_callback_comes(&engine, &strict).await;
    }
    let early = engine.check_now(button()).await.unwrap_err();
    assert!(matches!(early, OperateError::CheckTooEarly { .. }), "{early:?}");
    // Beside the checks that are due by themselves.
    for _ in 0..400 {
        sleep(Duration::from_secs(7)).await;
        let _ = engine.check_now(button()).await;
    }
    sleep(Duration::from_hours(24)).await;
    let gaps = gaps(&strict.calls);
    assert!(gaps.len() > 10, "it was asked: {gaps:?}");
    assert!(gaps.iter().all(|gap| *gap >= MINUTE), "{gaps:?}");
    strict
}

#[tokio::test(start_paused = true)]
async fn fact_51_a_minute_lies_between_two_calls_for_one_reference_whoever_wants_them() {
    let strict = least_gap_is_kept(by_purchase()).await;
    let all: Duration = gaps(&strict.calls).iter().sum();
    assert!(all < MOST_AGE, "after that it would buy again: {all:?}");

    let by_reading = Capability {
        callbacks: true,
        status_is_purchase: None,
        status_gap: MINUTE,
        ..by_purchase()
    };
    let strict = least_gap_is_kept(by_reading).await;
    let first = gaps(&strict.calls)[0];
    assert!(first < MINUTE * 2, "and then what a callback said is asked about: {first:?}");
}

#[tokio::test(start_paused = true)]
async fn fact_57_price_lists_are_read_no_more_often_than_the_provider_allows() {
    let strict = Strict::new(Capability { pay: true, ..Capability::default() });
    let engine = engine_of(&strict).await;
    sleep(Duration::from_hours(2)).await;
    // One that is not answered is no reason to ask again sooner.
    strict.scripted.no_prices.store(true, std::sync::atomic::Ordering::SeqCst);
    sleep(Duration::from_hours(2)).await;
    drop(engine);
    let gaps = gaps(&strict.lists);
    let allowed = strict.info().price_list_every;
    assert!(gaps.len() > 40 && gaps.iter().all(|gap| *gap >= allowed), "{gaps:?}");
}
