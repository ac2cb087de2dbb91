//! Scripted providers, a clock on paused time, and an engine made of them.

mod answers;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::{
    ConsumerLimits, CreateError, CreatePayment, Engine, EngineConfig, Parts, ProviderSetup,
    RequestedApproval, RequestedParameters, Resolved, StatementFormat, Ticket,
};
use ppob_journal::{MemoryJournal, StoredPayment, Who};
use ppob_layers::{Limits, Reserve, guard};
use ppob_provider::{
    AttemptRef, CallContext, Callback, CallbackError, Capability, InquiryRequest, InquiryRule,
    PayRequest, PpobProvider, ProviderError, ProviderErrorKind, ProviderInfo, RawCallback,
    RefusalTrust, SendPermit, StatusLookup,
};
use ppob_routing::Mapping;
use ppob_types::{
    Bill, Clock, ConsumerId, Cost, Family, MappedProduct, Monotonic, PayAnswer, PayOutcome,
    PaymentId, PriceList, PriceRow, ProductCode, ProviderName, Rupiah, StatusReport, Timestamp,
};
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub(crate) use answers::{bill, observed, success};

use answers::token_of;

pub(crate) const TOKEN: &str = "PLN-PREPAID-20000";
pub(crate) const BILL: &str = "PLN-POSTPAID";
pub(crate) const METER: &str = "91011121314";
pub(crate) const SUBSCRIBER: &str = "530000000001";

/// When every world begins.
const START: Timestamp = Timestamp::from_seconds(1_800_000_000);
const PAID_AT: Timestamp = Timestamp::from_seconds(1_800_000_001);

/// A person whose name is only claimed.
pub(crate) fn claimed(actor: &str) -> Who {
    Who { operator: ConsumerId::new("local").unwrap(), proven: false, actor: actor.to_owned() }
}

/// A person with credentials of their own.
pub(crate) fn proven(actor: &str) -> Who {
    let operator = ConsumerId::new(&format!("desk-{actor}")).unwrap();
    Who { operator, proven: true, actor: actor.to_owned() }
}

/// The payment that a verdict settled.
pub(crate) fn settled(resolved: Resolved) -> Arc<StoredPayment> {
    let Resolved::Settled(payment) = resolved else {
        unreachable!("the verdict waits for a second person")
    };
    payment
}

/// Wall time that follows paused time, and may be set wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PausedClock {
    start: Instant,
    /// By how many seconds it is ahead.
    ahead: i64,
}

impl PausedClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), ahead: 0 }
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let right = START.plus(self.start.elapsed());
        Timestamp::from_micros(right.as_micros() + self.ahead * 1_000_000)
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::from_start(self.start.elapsed())
    }
}

/// What a provider does when it is asked to pay.
#[derive(Clone, Debug)]
pub(crate) enum Pay {
    /// Debits and says so.
    Success,
    /// Debits and says anything.
    Charged(PayAnswer),
    /// Says anything without a debit.
    Free(PayAnswer),
    /// Waits until let go, then debits and says so.
    Held,
    /// Waits until let go, then says anything without a debit.
    HeldThen(PayAnswer),
    /// Its code panics after the connection stood.
    Panic,
}

/// A provider that does what its script says, and counts what it charged.
#[derive(Debug)]
pub(crate) struct Scripted {
    info: ProviderInfo,
    pub(crate) cost: i64,
    pub(crate) refusals: RefusalTrust,
    pub(crate) script: Mutex<VecDeque<Pay>>,
    pub(crate) bills: Mutex<VecDeque<Result<Bill, ProviderError>>>,
    pub(crate) reports: Mutex<VecDeque<Result<StatusReport, ProviderError>>>,
    pub(crate) charges: Mutex<Vec<String>>,
    pub(crate) asked: Mutex<Vec<AttemptRef>>,
    pub(crate) gate: Semaphore,
    pub(crate) held: Semaphore,
    /// Our deposit, as the provider tells it when asked; 0 if it cannot be asked.
    pub(crate) balance: AtomicI64,
    /// Nothing else uses the deposit.
    pub(crate) exclusive: AtomicBool,
    /// Inquiries never answer while this is set.
    pub(crate) silent: AtomicBool,
    /// Inquiries meet a mistake in provider code while this is set.
    pub(crate) will_panic: AtomicBool,
    /// The price list is not answered while this is set.
    pub(crate) no_prices: AtomicBool,
    /// A payment of a bill must carry what its inquiry said, under the same reference, while this is set.
    pub(crate) binds: AtomicBool,
    /// Nobody can ask what became of an attempt while this is set.
    pub(crate) cannot_be_asked: AtomicBool,
    /// What each callback says, by its body.
    pub(crate) callbacks: Mutex<BTreeMap<Vec<u8>, Callback>>,
}

impl Scripted {
    pub(crate) fn new(name: &str, cost: i64, refusals: RefusalTrust) -> Arc<Self> {
        Self::telling(name, cost, refusals, 0)
    }

    pub(crate) fn telling(
        name: &str,
        cost: i64,
        refusals: RefusalTrust,
        balance: i64,
    ) -> Arc<Self> {
        Arc::new(Self {
            info: ProviderInfo {
                kind: "scripted",
                name: ProviderName::new(name).unwrap(),
                plaintext: true,
                price_list_every: Duration::from_mins(5),
                tells_balance: balance > 0,
            },
            cost,
            refusals,
            script: Mutex::default(),
            bills: Mutex::default(),
            reports: Mutex::default(),
            charges: Mutex::default(),
            asked: Mutex::default(),
            gate: Semaphore::new(0),
            held: Semaphore::new(0),
            exclusive: AtomicBool::new(false),
            silent: AtomicBool::new(false),
            will_panic: AtomicBool::new(false),
            no_prices: AtomicBool::new(false),
            balance: AtomicI64::new(balance),
            binds: AtomicBool::new(false),
            cannot_be_asked: AtomicBool::new(false),
            callbacks: Mutex::default(),
        })
    }

    pub(crate) fn will(&self, pays: impl IntoIterator<Item = Pay>) {
        self.script.lock().unwrap().extend(pays);
    }

    pub(crate) fn will_bill(&self, bill: Result<Bill, ProviderError>) {
        self.bills.lock().unwrap().push_back(bill);
    }

    pub(crate) fn will_report(&self, report: Result<StatusReport, ProviderError>) {
        self.reports.lock().unwrap().push_back(report);
    }

    pub(crate) fn name(&self) -> ProviderName {
        self.info.name.clone()
    }

    pub(crate) fn charges(&self) -> usize {
        self.charges.lock().unwrap().len()
    }

    fn row(code: &str, nominal: Option<i64>, cost: Cost) -> PriceRow {
        PriceRow {
            provider_code: code.to_owned(),
            group: String::new(),
            name: code.to_owned(),
            nominal: nominal.map(Rupiah::new),
            admin: Some(Rupiah::new(2_500)),
            cost,
            open: true,
            cut_off: None,
        }
    }
}

#[async_trait]
impl PpobProvider for Scripted {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, _: Family) -> Capability {
        Capability {
            pay: true,
            inquiry: if self.binds.load(Ordering::SeqCst) {
                InquiryRule::Bound { valid_for: Duration::from_mins(5), same_day: true }
            } else {
                InquiryRule::Unbound
            },
            status: if self.cannot_be_asked.load(Ordering::SeqCst) {
                StatusLookup::None
            } else {
                StatusLookup::ProviderReference
            },
            callbacks: true,
            late_execution_bound: Duration::from_mins(10),
            refusals: self.refusals,
            repeat_same_day: true,
            ..Capability::default()
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        if self.no_prices.load(Ordering::SeqCst) {
            return Err(ProviderError::new(ProviderErrorKind::Unreadable, "no prices"));
        }
        let rows = vec![
            Self::row("TOKEN", Some(20_000), Cost::Fixed(Rupiah::new(self.cost))),
            Self::row("BILL", None, Cost::BillPlus(Rupiah::new(700))),
        ];
        Ok(PriceList { rows, unreadable: Vec::new() })
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        if self.silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        assert!(!self.will_panic.load(Ordering::SeqCst), "a mistake in provider code");
        let next = self.bills.lock().unwrap().pop_front();
        let token = request.reference.as_ref().map(token_of);
        next.unwrap_or_else(|| Ok(Bill { token, ..bill(80_000, "BUDI") }))
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let is_bound = self.binds.load(Ordering::SeqCst) && request.provider_code == "BILL";
        let bound_to = is_bound.then(|| token_of(&request.attempt));
        assert_eq!(request.inquiry_token, bound_to, "not what was asked for under this reference");
        let pay = self.script.lock().unwrap().pop_front().unwrap_or(Pay::Success);
        if let Pay::Free(answer @ PayAnswer { outcome: PayOutcome::NotSent(_), .. }) = pay {
            return answer;
        }
        let started = match permit.start() {
            Ok(started) => started,
            Err(cause) => return PayAnswer::not_sent(cause),
        };
        started.phase().mark_connected();
        let charge = || {
            let mut charges = self.charges.lock().unwrap();
            charges.push(request.attempt.to_string());
            charges.len()
        };
        match pay {
            Pay::Success => success(charge(), self.cost),
            Pay::Charged(answer) => {
                charge();
                answer
            }
            Pay::Free(answer) => answer,
            Pay::Held => {
                self.held.add_permits(1);
                self.gate.acquire().await.unwrap().forget();
                success(charge(), self.cost)
            }
            Pay::HeldThen(answer) => {
                self.held.add_permits(1);
                self.gate.acquire().await.unwrap().forget();
                answer
            }
            Pay::Panic => unreachable!("a mistake in provider code"),
        }
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        if !raw.headers.iter().any(|(name, secret)| name == "secret" && secret.expose() == "right")
        {
            return Err(CallbackError::NotAuthentic);
        }
        self.callbacks.lock().unwrap().get(&raw.body).cloned().ok_or(CallbackError::Unreadable)
    }

    async fn balance(&self, _: &CallContext) -> Result<Rupiah, ProviderError> {
        Ok(Rupiah::new(self.balance.load(Ordering::SeqCst)))
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        self.asked.lock().unwrap().push(attempt.clone());
        let next = self.reports.lock().unwrap().pop_front();
        next.unwrap_or_else(|| Err(ProviderError::new(ProviderErrorKind::Transport, "no answer")))
    }
}

/// An engine, its journal and its providers.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) journal: MemoryJournal,
    pub(crate) providers: Vec<Arc<Scripted>>,
    /// By provider: what the engine takes room of.
    reserves: BTreeMap<ProviderName, Reserve>,
    clock: PausedClock,
}

impl World {
    pub(crate) async fn of(providers: &[&Arc<Scripted>]) -> Self {
        Self::on_journal(MemoryJournal::new(), providers).await
    }

    pub(crate) async fn on_journal(journal: MemoryJournal, providers: &[&Arc<Scripted>]) -> Self {
        Self::on(journal, providers, PausedClock::new()).await
    }

    async fn on(journal: MemoryJournal, providers: &[&Arc<Scripted>], paused: PausedClock) -> Self {
        Self::configured(EngineConfig::default(), journal, providers, paused).await
    }

    pub(crate) async fn configured(
        config: EngineConfig,
        journal: MemoryJournal,
        providers: &[&Arc<Scripted>],
        paused: PausedClock,
    ) -> Self {
        let providers: Vec<Arc<Scripted>> = providers.iter().map(|p| Arc::clone(p)).collect();
        let clock: Arc<dyn Clock> = Arc::new(paused);
        let setups: BTreeMap<ProviderName, ProviderSetup> =
            providers.iter().map(|provider| setup(provider, &clock)).collect();
        let reserve = |(name, setup): (&ProviderName, &ProviderSetup)| {
            (name.clone(), setup.guarded.reserve.clone())
        };
        let reserves = setups.iter().map(reserve).collect();
        let parts =
            Parts { config, journal: Arc::new(journal.clone()), providers: setups, clock, seed: 7 };
        let engine = Engine::start(parts).await.unwrap();
        engine.first_prices().await;
        Self { engine, journal, providers, reserves, clock: paused }
    }

    /// What a restart after a crash does: the same data and providers, a new engine.
    pub(crate) async fn restarted(self) -> Self {
        self.restarted_after(Duration::ZERO).await
    }

    pub(crate) async fn restarted_after(self, pause: Duration) -> Self {
        self.engine.crash();
        tokio::time::sleep(pause).await;
        let providers: Vec<&Arc<Scripted>> = self.providers.iter().collect();
        Self::on(self.journal.reopen(), &providers, self.clock).await
    }

    /// A restart with the machine's clock set ahead by so many seconds, or back.
    pub(crate) async fn restarted_with_clock_ahead(mut self, seconds: i64) -> Self {
        self.clock.ahead += seconds;
        self.restarted().await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn create(&self, request: CreatePayment) -> Result<Ticket, CreateError> {
        self.engine.create_payment(request).await
    }

    /// The payment once it has ended or is in doubt.
    pub(crate) async fn pay(&self, request: CreatePayment) -> Arc<StoredPayment> {
        self.create(request).await.unwrap().settled(Duration::from_mins(10)).await
    }

    /// What the engine would be told of these providers.
    pub(crate) fn setups(
        &self,
        providers: &[&Arc<Scripted>],
    ) -> BTreeMap<ProviderName, ProviderSetup> {
        let clock = self.shared_clock();
        providers.iter().map(|provider| setup(provider, &clock)).collect()
    }

    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock)
    }

    /// The reserve that the engine was started with.
    pub(crate) fn reserve(&self, provider: &ProviderName) -> Reserve {
        self.reserves.get(provider).unwrap().clone()
    }
}

pub(crate) fn setup(
    provider: &Arc<Scripted>,
    clock: &Arc<dyn Clock>,
) -> (ProviderName, ProviderSetup) {
    let plain = Arc::clone(provider) as Arc<dyn PpobProvider>;
    let setup = ProviderSetup {
        guarded: guard(plain, &Limits::default(), Arc::clone(clock), 1),
        mapping: Mapping::new(BTreeMap::new(), map),
        priority: 100,
        weight: 1,
        balance_floor: Rupiah::ZERO,
        exclusive: provider.exclusive.load(Ordering::SeqCst),
        cost_tolerance: Rupiah::new(100),
        price_max_age: Duration::from_mins(15),
        price_list_every: Duration::from_mins(5),
        statement: StatementFormat::default(),
    };
    (provider.info.name.clone(), setup)
}

fn map(row: &PriceRow) -> Option<MappedProduct> {
    let (code, family) = match row.provider_code.as_str() {
        "TOKEN" => (TOKEN, Family::PlnPrepaid),
        "BILL" => (BILL, Family::PlnPostpaid),
        _ => return None,
    };
    Some(MappedProduct { product: ProductCode::new(code).unwrap(), family, name: code.to_owned() })
}

pub(crate) fn consumer() -> ConsumerId {
    ConsumerId::new("local").unwrap()
}

/// A token for the usual meter.
pub(crate) fn token(id: &str) -> CreatePayment {
    CreatePayment {
        consumer: consumer(),
        id: PaymentId::new(id).unwrap(),
        product: ProductCode::new(TOKEN).unwrap(),
        customer_number: METER.to_owned(),
        amount: None,
        parameters: RequestedParameters::default(),
        approval: RequestedApproval::ListPrice,
        allow_lower_total: false,
        repeat: 0,
        despite_in_doubt: None,
        pay_within: None,
        limits: ConsumerLimits::default(),
    }
}

/// A bill of the usual subscriber, approved at this total.
pub(crate) fn bill_payment(id: &str, approved: i64) -> CreatePayment {
    CreatePayment {
        product: ProductCode::new(BILL).unwrap(),
        customer_number: SUBSCRIBER.to_owned(),
        approval: RequestedApproval::Total(Rupiah::new(approved)),
        ..token(id)
    }
}
