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
    CallContext, Capability, InquiryRequest, InquiryRule, PayRequest, PpobProvider, ProviderError,
    ProviderErrorKind, ProviderInfo, RefusalTrust, SendPermit, StatusLookup,
};
use ppob_routing::Mapping;
use ppob_server::{
    Listeners, LocalConsumer, MetricsHandle, RunningServer, Server, ServerOptions, bind,
};
use ppob_types::{
    Bill, Clock, Cost, Family, FamilyDetails, MappedProduct, Monotonic, Observed, PayAnswer,
    PayOutcome, PlnPrepaidDetails, PlnToken, PriceList, PriceRow, ProductCode, ProviderName,
    ProviderRef, RawAnswer, Receipt, ReceiptLine, RefusalCode, RefusalScope, Rejection, Rupiah,
    Sensitive, Timestamp, UnknownCause,
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
    /// The number does not exist.
    NoSuchNumber,
}

/// A provider that does what its script says.
#[derive(Debug)]
pub(crate) struct Scripted {
    info: ProviderInfo,
    script: Mutex<VecDeque<Pay>>,
    /// Why the next inquiries are not answered.
    pub(crate) silent: Mutex<VecDeque<ProviderErrorKind>>,
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
            charges: Mutex::default(),
            admin: AtomicI64::new(2_500),
            held: Semaphore::new(0),
            gate: Semaphore::new(0),
        })
    }

    pub(crate) fn will(&self, pays: impl IntoIterator<Item = Pay>) {
        self.script.lock().unwrap().extend(pays);
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
            Pay::NoSuchNumber => PayAnswer::bare(PayOutcome::Rejected(Rejection {
                code: RefusalCode::NumberInvalid,
                scope: RefusalScope::Bill,
            })),
        }
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

fn observed(serial: usize) -> Observed {
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
        let any = ([127, 0, 0, 1], 0).into();
        let listeners = Listeners {
            api: bind("api", any).await.unwrap(),
            operator: bind("operator", any).await.unwrap(),
            metrics: Some(bind("metrics", any).await.unwrap()),
        };
        let server = Server::start(engine.clone(), listeners, options).await.unwrap();
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
