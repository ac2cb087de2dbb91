//! A scripted provider, an engine and a server made of them, and clients.

mod desks;
mod scripted;

pub(crate) use self::desks::{Desks, from_desk};
pub(crate) use self::scripted::{Pay, Scripted, observed};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ppob_api::PpobClient;
use ppob_api::v1::operator_service_client::OperatorServiceClient;
use ppob_api::v1::{CreatePaymentRequest, ListReviewsRequest, Payment};
use ppob_engine::{Engine, EngineConfig, Parts, ProviderSetup, StatementFormat};
use ppob_journal::{EventKind, JournalError, MemoryHooks, MemoryJournal, MemoryWrite};
use ppob_layers::{Limits, guard};
use ppob_provider::PpobProvider;
use ppob_routing::Mapping;
use ppob_server::{
    Listeners, LocalConsumer, MetricsHandle, RunningServer, ServeError, Server, ServerOptions, bind,
};
use ppob_types::{
    Clock, Family, MappedProduct, Monotonic, PriceRow, ProductCode, ProviderName, Rupiah, Timestamp,
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

    /// What the review of a payment shows, for a verdict to bring back.
    pub(crate) async fn mark_of(&mut self, payment_id: &str) -> String {
        let payment_id = payment_id.to_owned();
        let request = ListReviewsRequest { payment_id, ..ListReviewsRequest::default() };
        self.operator.list_reviews(request).await.unwrap().into_inner().reviews.remove(0).seen
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
        statement: StatementFormat::default(),
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
