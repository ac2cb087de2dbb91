//! A scripted provider, an engine and a server made of them, and clients.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ppob_api::PpobClient;
use ppob_api::v1::operator_service_client::OperatorServiceClient;
use ppob_api::v1::{CreatePaymentRequest, Payment};
use ppob_engine::{Engine, EngineConfig, Parts, ProviderSetup};
use ppob_journal::{EventKind, JournalError, MemoryHooks, MemoryJournal, MemoryWrite};
use ppob_layers::{Limits, guard};
use ppob_provider::{
    AttemptRef, CallContext, Capability, InquiryRequest, InquiryRule, PayRequest, PpobProvider,
    ProviderError, ProviderErrorKind, ProviderInfo, RefusalTrial, RefusalTrust, SendPermit,
    StatusLookup, TrialError,
};
use ppob_routing::Mapping;
use ppob_server::{
    Caller, Consumers, Credentials, Listeners, LocalConsumer, Meter, MetricsHandle, Role,
    RunningServer, ServeError, Server, ServerOptions, Unidentified, bind,
};
use ppob_types::{
    Bill, Clock, Cost, Family, FamilyDetails, MappedProduct, Monotonic, Observed, PayAnswer,
    PayOutcome, PlnPrepaidDetails, PlnToken, PriceList, PriceRow, ProductCode, ProviderName,
    ProviderRef, RawAnswer, Receipt, ReceiptLine, RefusalCode, RefusalScope, Rejection, Rupiah,
    Sensitive, StatusReport, StatusVerdict, Timestamp, UnknownCause,
};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tonic::transport::Channel;

pub(crate) const TOKEN: &str = "PLN-PREPAID-20000";
pub(crate) const BILL: &str = "PLN-POSTPAID";
pub(crate) const METER: &str = "91011121314";
pub(crate) const SUBSCRIBER: &str = "530000000001";
pub(crate) const PLN_TOKEN: &str = "12345678910111213141";

/// Time that begins with the test, and can be put forward.
#[derive(Debug)]
pub(crate) struct TestClock {
    start: Instant,
    ahead: Mutex<Duration>,
}

impl TestClock {
    fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), ahead: Mutex::default() })
    }

    pub(crate) fn put_forward(&self, by: Duration) {
        *self.ahead.lock().unwrap() += by;
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed() + *self.ahead.lock().unwrap()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000).plus(self.elapsed())
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::from_start(self.elapsed())
    }
}

/// Trouble with the journal.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// No read is answered.
    pub(crate) dead: AtomicBool,
    /// The final answer about this payment becomes durable, but that is acknowledged late.
    pub(crate) late: &'static str,
    /// One permit per late acknowledgement.
    pub(crate) held: Semaphore,
    /// A permit lets one late acknowledgement go.
    pub(crate) gate: Semaphore,
}

impl Trouble {
    pub(crate) fn new(late: &'static str) -> Arc<Self> {
        Arc::new(Self {
            dead: AtomicBool::new(false),
            late,
            held: Semaphore::new(0),
            gate: Semaphore::new(0),
        })
    }
}

#[async_trait]
impl MemoryHooks for Trouble {
    async fn after_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        let MemoryWrite::Commit(change) = write else { return Ok(()) };
        if change.kind == EventKind::Answered && change.key.id.as_str() == self.late {
            self.held.add_permits(1);
            self.gate.acquire().await.unwrap().forget();
        }
        Ok(())
    }

    async fn before_read(&self) -> Result<(), JournalError> {
        if self.dead.load(Ordering::SeqCst) {
            return Err(JournalError::Unavailable("the disk is gone".to_owned()));
        }
        Ok(())
    }
}

/// What the provider does when it is asked to pay.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pay {
    Success,
    /// Waits until let go.
    Held,
    /// Nobody knows.
    Unknown,
    /// Nobody knows: the answer is on no list.
    Unlisted(&'static str),
    /// The number does not exist.
    NoSuchNumber,
}

/// Desks that show who they are by a key: `ani-key` is `desk-ani`. Without a key it is `local`.
#[derive(Debug)]
pub(crate) struct Desks;

impl Consumers for Desks {
    fn identify(&self, credentials: &Credentials<'_>) -> Result<Caller, Unidentified> {
        let name = match credentials.metadata.get("authorization").and_then(|key| key.to_str().ok())
        {
            None => "local".to_owned(),
            Some(key) => {
                let name = key.strip_prefix("Bearer ").and_then(|key| key.strip_suffix("-key"));
                format!("desk-{}", name.ok_or(Unidentified::Invalid)?)
            }
        };
        let consumer = ppob_types::ConsumerId::new(&name).map_err(|_| Unidentified::Invalid)?;
        let limits = ppob_engine::ConsumerLimits::default();
        let (roles, meter) = (Role::ALL.into(), Meter::default());
        Ok(Caller { consumer, roles, limits, meter, proven: true })
    }

    fn must_prove(&self) -> bool {
        false
    }
}

/// A request of a desk.
pub(crate) fn from_desk<T>(name: &str, message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    let key = format!("Bearer {name}-key").parse().unwrap();
    request.metadata_mut().insert("authorization", key);
    request
}

/// A pattern that is text between `^` and `$`.
#[derive(Debug)]
struct Trial(String);

impl RefusalTrial for Trial {
    fn refuses(&self, answer: &RawAnswer) -> bool {
        answer.expose() == self.0
    }
}

/// A provider that does what its script says.
#[derive(Debug)]
pub(crate) struct Scripted {
    info: ProviderInfo,
    script: Mutex<VecDeque<Pay>>,
    /// Why the next inquiries are not answered.
    pub(crate) silent: Mutex<VecDeque<ProviderErrorKind>>,
    reports: Mutex<VecDeque<StatusReport>>,
    pub(crate) charges: Mutex<Vec<String>>,
    /// The admin fee of tokens, in the price list.
    pub(crate) admin: AtomicI64,
    /// One permit per held payment.
    pub(crate) held: Semaphore,
    /// A permit lets one held payment go.
    pub(crate) gate: Semaphore,
}

impl Scripted {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            info: ProviderInfo {
                kind: "scripted",
                name: ProviderName::new("scripted-a").unwrap(),
                plaintext: true,
                price_list_every: Duration::from_mins(5),
                tells_balance: false,
            },
            script: Mutex::default(),
            silent: Mutex::default(),
            reports: Mutex::default(),
            charges: Mutex::default(),
            admin: AtomicI64::new(2_500),
            held: Semaphore::new(0),
            gate: Semaphore::new(0),
        })
    }

    pub(crate) fn will(&self, pays: impl IntoIterator<Item = Pay>) {
        self.script.lock().unwrap().extend(pays);
    }

    /// What the next status checks answer; without a report they are not answered.
    pub(crate) fn will_report(&self, verdict: StatusVerdict, observed: Observed) {
        self.reports.lock().unwrap().push_back(StatusReport { verdict, observed });
    }

    fn charge(&self, request: &PayRequest) -> PayAnswer {
        let mut charges = self.charges.lock().unwrap();
        charges.push(request.attempt.to_string());
        PayAnswer { outcome: PayOutcome::Succeeded, observed: observed(charges.len()) }
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
            inquiry: InquiryRule::Unbound,
            status: StatusLookup::ProviderReference,
            late_execution_bound: Duration::from_mins(10),
            refusals: RefusalTrust::Authenticated,
            repeat_same_day: true,
            ..Capability::default()
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        let token = PriceRow {
            admin: Some(Rupiah::new(self.admin.load(Ordering::SeqCst))),
            ..row("TOKEN", Some(20_000), Cost::Fixed(Rupiah::new(20_700)))
        };
        let rows = vec![
            token,
            row("BILL", None, Cost::BillPlus(Rupiah::new(700))),
            row("PDAM SOMEWHERE/X", None, Cost::BillPlus(Rupiah::new(900))),
        ];
        Ok(PriceList { rows, unreadable: Vec::new() })
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        if let Some(kind) = self.silent.lock().unwrap().pop_front() {
            // As no provider should word it: nothing of it may reach a caller.
            let message = format!("BUDI {} GAGAL", request.purchase.customer.expose());
            return Err(ProviderError::new(kind, message));
        }
        Ok(Bill {
            customer_name: Some(Sensitive::from("BUDI")),
            periods: vec!["202601".to_owned()],
            amount: Some(Rupiah::new(80_000)),
            admin: Some(Rupiah::new(2_500)),
            penalty: None,
            total: Rupiah::new(82_500),
            cost: Some(Rupiah::new(80_700)),
            details: FamilyDetails::None,
            lines: vec![ReceiptLine::new("Nama", "BUDI")],
            token: None,
        })
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let pay = self.script.lock().unwrap().pop_front().unwrap_or(Pay::Success);
        let started = match permit.start() {
            Ok(started) => started,
            Err(cause) => return PayAnswer::not_sent(cause),
        };
        started.phase().mark_connected();
        match pay {
            Pay::Success => self.charge(request),
            Pay::Held => {
                self.held.add_permits(1);
                self.gate.acquire().await.unwrap().forget();
                self.charge(request)
            }
            Pay::Unknown => PayAnswer::unknown(UnknownCause::TimedOut),
            Pay::Unlisted(text) => PayAnswer {
                outcome: PayOutcome::Unknown(UnknownCause::Unlisted),
                observed: Observed {
                    unlisted: Some(text.to_owned()),
                    raw: Some(RawAnswer::new(text.as_bytes())),
                    ..Observed::default()
                },
            },
            Pay::NoSuchNumber => PayAnswer::bare(PayOutcome::Rejected(Rejection {
                code: RefusalCode::NumberInvalid,
                scope: RefusalScope::Bill,
            })),
        }
    }

    async fn check_status(
        &self,
        _: &CallContext,
        _: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let next = self.reports.lock().unwrap().pop_front();
        next.ok_or_else(|| ProviderError::new(ProviderErrorKind::Unreadable, "no answer"))
    }

    fn try_refusal(&self, pattern: &str) -> Result<Box<dyn RefusalTrial>, TrialError> {
        let text = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
        let unanchored = || TrialError::Refused("it must begin with ^ and end with $".to_owned());
        Ok(Box::new(Trial(text.ok_or_else(unanchored)?.to_owned())))
    }
}

fn row(code: &str, nominal: Option<i64>, cost: Cost) -> PriceRow {
    PriceRow {
        provider_code: code.to_owned(),
        group: "PLN".to_owned(),
        name: code.to_owned(),
        nominal: nominal.map(Rupiah::new),
        admin: Some(Rupiah::new(2_500)),
        cost,
        open: true,
        cut_off: None,
    }
}

pub(crate) fn observed(serial: usize) -> Observed {
    let details = PlnPrepaidDetails {
        token: PlnToken::parse(PLN_TOKEN).ok(),
        kwh: Some("13,80".to_owned()),
        nominal: Some(Rupiah::new(20_000)),
        ..PlnPrepaidDetails::default()
    };
    let fields = [("ppob_reff", "REF1")];
    let receipt = Receipt {
        reference: Some("REF1".to_owned()),
        customer_name: Some(Sensitive::from("BUDI")),
        details: FamilyDetails::PlnPrepaid(details),
        paid_at: Some(Timestamp::from_seconds(1_800_000_001)),
        raw_fields: fields.map(|(name, value)| (name.to_owned(), Sensitive::from(value))).into(),
        ..Receipt::default()
    };
    Observed {
        provider_ref: ProviderRef::new(&format!("INV{serial}")),
        charged: Some(Rupiah::new(20_700)),
        total: Some(Rupiah::new(22_500)),
        receipt: Some(Box::new(receipt)),
        raw: Some(RawAnswer::new(b"{}")),
        ..Observed::default()
    }
}

fn map(row: &PriceRow) -> Option<MappedProduct> {
    let (code, family) = match row.provider_code.as_str() {
        "TOKEN" => (TOKEN, Family::PlnPrepaid),
        "BILL" => (BILL, Family::PlnPostpaid),
        _ => return None,
    };
    let product = ProductCode::new(code).unwrap();
    Some(MappedProduct { product, family, name: format!("{code} (test)") })
}

/// A server, what it is made of, and clients. Ended by [`World::end`].
pub(crate) struct World {
    pub(crate) provider: Arc<Scripted>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) engine: Engine,
    pub(crate) server: RunningServer,
    pub(crate) client: PpobClient,
    pub(crate) channel: Channel,
    pub(crate) operator: OperatorServiceClient<Channel>,
}

/// A server that nobody is connected to.
pub(crate) struct Bare {
    pub(crate) provider: Arc<Scripted>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) engine: Engine,
    pub(crate) server: RunningServer,
}

impl Bare {
    pub(crate) async fn with(change: impl FnOnce(&mut ServerOptions)) -> Result<Self, ServeError> {
        Self::on(MemoryJournal::new(), None, change).await
    }

    async fn on(
        journal: MemoryJournal,
        metrics: Option<MetricsHandle>,
        change: impl FnOnce(&mut ServerOptions),
    ) -> Result<Self, ServeError> {
        let any = ([127, 0, 0, 1], 0).into();
        let listeners = Listeners {
            api: bind("api", any).await.unwrap(),
            operator: bind("operator", any).await.unwrap(),
            metrics: Some(bind("metrics", any).await.unwrap()),
        };
        Self::listening(listeners, journal, metrics, change).await
    }

    pub(crate) async fn listening(
        listeners: Listeners,
        journal: MemoryJournal,
        metrics: Option<MetricsHandle>,
        change: impl FnOnce(&mut ServerOptions),
    ) -> Result<Self, ServeError> {
        let provider = Scripted::new();
        let test_clock = TestClock::new();
        let clock = Arc::clone(&test_clock) as Arc<dyn Clock>;
        let engine = Engine::start(Parts {
            config: EngineConfig::default(),
            journal: Arc::new(journal),
            providers: setups(&provider, &clock),
            clock: Arc::clone(&clock),
            seed: 7,
        })
        .await
        .unwrap();
        engine.first_prices().await;
        let mut options = ServerOptions::new(clock, Arc::new(LocalConsumer::new().unwrap()));
        options.metrics = metrics;
        change(&mut options);
        let server = Server::start(engine.clone(), listeners, options).await?;
        Ok(Self { provider, clock: test_clock, engine, server })
    }

    /// Stops the server, then the engine.
    pub(crate) async fn end(self) {
        self.server.shutdown().await;
        self.engine.shutdown().await.unwrap();
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(None, |_| {}).await
    }

    pub(crate) async fn with(
        metrics: Option<MetricsHandle>,
        change: impl FnOnce(&mut ServerOptions),
    ) -> Self {
        Self::on(MemoryJournal::new(), metrics, change).await
    }

    /// A world on this journal.
    pub(crate) async fn on(
        journal: MemoryJournal,
        metrics: Option<MetricsHandle>,
        change: impl FnOnce(&mut ServerOptions),
    ) -> Self {
        let Bare { provider, clock: test_clock, engine, server } =
            Bare::on(journal, metrics, change).await.unwrap();
        let address = format!("http://{}", server.api_address());
        let channel = Channel::from_shared(address.clone()).unwrap().connect().await.unwrap();
        let operators = format!("http://{}", server.operator_address());
        Self {
            provider,
            clock: test_clock,
            engine,
            client: PpobClient::connect(address).await.unwrap(),
            channel,
            operator: OperatorServiceClient::connect(operators).await.unwrap(),
            server,
        }
    }

    /// Pays and gives the payment as it was answered.
    pub(crate) async fn pay(&self, request: CreatePaymentRequest) -> Payment {
        let mut payments = self.client.payments.clone();
        payments.create_payment(request).await.unwrap().into_inner().payment.unwrap()
    }

    /// A world whose operators show who they are.
    pub(crate) async fn with_desks() -> Self {
        Self::with(None, |options| options.consumers = Arc::new(Desks)).await
    }

    /// This many payments whose answers never came, `payment-0000` and so on.
    pub(crate) async fn doubt(&self, payments: usize) {
        for number in 0..payments {
            self.provider.will([Pay::Unknown]);
            self.pay(token_for(&format!("payment-{number:04}"), &meter(number))).await;
        }
    }

    /// Past every late-execution bound.
    pub(crate) fn pass_the_bound(&self) {
        self.clock.put_forward(Duration::from_mins(11));
    }

    /// Stops the server, then the engine.
    pub(crate) async fn end(self) {
        let Self { engine, server, client, channel, operator, .. } = self;
        drop((client, channel, operator));
        server.shutdown().await;
        engine.shutdown().await.unwrap();
    }
}

/// What the engine is told of the provider.
pub(crate) fn setups(
    provider: &Arc<Scripted>,
    clock: &Arc<dyn Clock>,
) -> BTreeMap<ProviderName, ProviderSetup> {
    let plain = Arc::clone(provider) as Arc<dyn PpobProvider>;
    let setup = ProviderSetup {
        guarded: guard(plain, &Limits::default(), Arc::clone(clock), 1),
        mapping: Mapping::new(BTreeMap::new(), map),
        priority: 100,
        weight: 1,
        balance_floor: Rupiah::ZERO,
        exclusive: false,
        cost_tolerance: Rupiah::new(100),
        price_max_age: Duration::from_mins(15),
        price_list_every: Duration::from_mins(5),
    };
    [(provider.info.name.clone(), setup)].into()
}

/// A PLN token for the usual meter.
pub(crate) fn token(id: &str) -> CreatePaymentRequest {
    token_for(id, METER)
}

/// A PLN token.
pub(crate) fn token_for(id: &str, meter: &str) -> CreatePaymentRequest {
    CreatePaymentRequest {
        payment_id: id.to_owned(),
        product_code: TOKEN.to_owned(),
        customer_number: meter.to_owned(),
        ..CreatePaymentRequest::default()
    }
}

/// The nth of many meters.
pub(crate) fn meter(number: usize) -> String {
    format!("{:011}", 40_000_000_000_usize + number)
}
