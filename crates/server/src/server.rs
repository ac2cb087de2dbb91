//! The server: its start and its end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ppob_api::v1::catalog_service_server::CatalogServiceServer;
use ppob_api::v1::operator_service_server::OperatorServiceServer;
use ppob_api::v1::payment_service_server::PaymentServiceServer;
use ppob_engine::Engine;
use ppob_types::Clock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Error as TransportError;
use tonic_health::server::HealthReporter;

use crate::beside::Beside;
use crate::callbacks::{self, CallbackLimits};
use crate::config_source::ConfigSource;
use crate::connections::{ConnectionCaps, Incoming, incoming};
use crate::consumer::{Consumers, Gate};
use crate::explain::ExplainErrors;
use crate::feed;
use crate::health::{self, API_SERVICES, OPERATOR_SERVICES, Readiness};
use crate::listen::{
    Insecure, ListenError, MOST_BYTES, MOST_OPERATOR_BYTES, callbacks_lack_for_exposure,
    check_exposure, lacks_for_exposure, limited,
};
use crate::metrics::{self, Methods, MetricsHandle, RequestMetrics};
use crate::reflection;
use crate::rpc::catalog::CatalogApi;
use crate::rpc::operator::OperatorApi;
use crate::rpc::payment::PaymentApi;
use crate::shared::Shared;
use crate::tls::Tls;

/// What the server listens on. Ports 0 are fine: [`RunningServer`] tells the real ones.
#[derive(Debug)]
pub struct Listeners {
    /// For callers: catalogue and payments.
    pub api: TcpListener,
    /// For operators.
    pub operator: TcpListener,
    /// For Prometheus; none if metrics are not to be had by HTTP.
    pub metrics: Option<TcpListener>,
    /// For callbacks of providers; none if nobody sends any.
    pub callbacks: Option<TcpListener>,
}

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Who the consumers are.
    pub consumers: Arc<dyn Consumers>,
    /// What renders the metrics; without it there is no metrics endpoint.
    pub metrics: Option<MetricsHandle>,
    /// Every provider is a simulation: receipts say so.
    pub simulated: bool,
    /// TLS for callers; without it everything is in the clear.
    pub tls: Option<Arc<Tls>>,
    /// TLS for operators.
    pub operator_tls: Option<Arc<Tls>>,
    /// TLS for providers that send callbacks; made by [`Tls::load_for_callbacks`].
    pub callbacks_tls: Option<Arc<Tls>>,
    /// How much of callbacks may come in, and how long it may take.
    pub callback_limits: CallbackLimits,
    /// What may be reached from other machines without what that needs.
    pub insecure: Insecure,
    /// Connections at a time, per listener.
    pub connections: ConnectionCaps,
    /// How long an event stream is silent at most.
    pub heartbeat_every: Duration,
    /// How long calls that wait for a payment may go on at shutdown.
    pub drain_for: Duration,
    /// Whether the API's descriptors can be asked for.
    pub reflection: bool,
    /// What reads the configuration again; without it `ReloadConfig` is not implemented.
    pub config: Option<Arc<dyn ConfigSource>>,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address is not one to listen on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// A listener has no address.
    #[error("a listener has no address: {0}")]
    NoAddress(#[from] std::io::Error),
    /// The API's descriptors cannot be read.
    #[error("the descriptors of the API cannot be read, this build is broken: {0}")]
    Descriptors(#[from] tonic_reflection::server::Error),
}

/// The gRPC server, and what listens beside it.
#[derive(Debug)]
pub struct Server;

/// A server that runs. Dropping it does not stop it; [`RunningServer::shutdown`] does.
#[derive(Debug)]
pub struct RunningServer {
    shared: Arc<Shared>,
    addresses: Addresses,
    drain_for: Duration,
    /// Health tells the truth until then.
    health: CancellationToken,
    health_task: JoinHandle<()>,
    operator_health: HealthReporter,
    stop: Stop,
    beside: Beside,
    servers: Vec<JoinHandle<Result<(), TransportError>>>,
    callbacks: Option<callbacks::Serving>,
    /// Metrics can be had until everything else has ended.
    metrics_stop: CancellationToken,
    metrics_tasks: Vec<JoinHandle<()>>,
}

/// The end of the gRPC servers.
#[derive(Clone, Debug, Default)]
struct Stop {
    /// No new connections and calls.
    gracefully: CancellationToken,
    /// Connections are cut.
    now: CancellationToken,
}

#[derive(Clone, Copy, Debug)]
struct Addresses {
    api: SocketAddr,
    operator: SocketAddr,
    metrics: Option<SocketAddr>,
    callbacks: Option<SocketAddr>,
}

/// How long connections may take to close once every call was answered.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
const TIDY_EVERY: Duration = Duration::from_secs(5);

impl ServerOptions {
    /// The usual behaviour.
    pub fn new(clock: Arc<dyn Clock>, consumers: Arc<dyn Consumers>) -> Self {
        Self {
            clock,
            consumers,
            metrics: None,
            simulated: false,
            tls: None,
            operator_tls: None,
            callbacks_tls: None,
            callback_limits: CallbackLimits::default(),
            insecure: Insecure::default(),
            connections: ConnectionCaps { total: 1_000, per_address: 250 },
            heartbeat_every: Duration::from_secs(15),
            drain_for: Duration::from_secs(10),
            reflection: true,
            config: None,
        }
    }

    fn incoming(
        &self,
        listener: TcpListener,
        name: &'static str,
        tls: Option<&Arc<Tls>>,
        stop: &Stop,
    ) -> Incoming {
        incoming(listener, name, self.connections, tls.cloned(), stop.now.clone())
    }
}

impl Server {
    /// Serves `engine` on `listeners`, in the background.
    ///
    /// # Errors
    /// [`ServeError`]; nothing listens then.
    pub async fn start(
        engine: Engine,
        listeners: Listeners,
        options: ServerOptions,
    ) -> Result<RunningServer, ServeError> {
        let addresses = Addresses::of(&listeners)?;
        let exposed = addresses.exposed(&options)?;
        let shared = Arc::new(Shared::new(
            engine.clone(),
            Arc::clone(&options.clock),
            options.simulated,
            options.heartbeat_every,
            options.config.clone(),
        ));
        let stop = Stop::default();
        let (reporter, api) = serve_api(&shared, listeners.api, &options, &stop)?;
        let (operator_health, operator) =
            serve_operator(&shared, listeners.operator, &options, &stop)?;
        let ready = health::readiness(&engine).await == Readiness::Ready;
        health::tell(&reporter, &API_SERVICES, ready).await;
        health::tell(&operator_health, &OPERATOR_SERVICES, true).await;
        let beside = Beside::start(&options, exposed);
        let callbacks = listeners.callbacks;
        let callbacks = callbacks.map(|listener| callbacks::serve(&engine, listener, &options));
        let health = CancellationToken::new();
        let keeping = health::keep_true(engine.clone(), reporter, health.clone());
        let metrics_stop = CancellationToken::new();
        let metrics_tasks = serve_metrics(&engine, listeners.metrics, &options, &metrics_stop);
        shared.tasks.spawn(feed::keep_seeing(Arc::clone(&shared)));
        Ok(RunningServer {
            shared,
            addresses,
            drain_for: options.drain_for,
            health,
            health_task: tokio::spawn(keeping),
            operator_health,
            stop,
            beside,
            servers: vec![tokio::spawn(api), tokio::spawn(operator)],
            callbacks,
            metrics_stop,
            metrics_tasks,
        })
    }
}

impl RunningServer {
    /// Where callers connect.
    pub const fn api_address(&self) -> SocketAddr {
        self.addresses.api
    }

    /// Where operators connect.
    pub const fn operator_address(&self) -> SocketAddr {
        self.addresses.operator
    }

    /// Where metrics are read, if they can be.
    pub const fn metrics_address(&self) -> Option<SocketAddr> {
        self.addresses.metrics
    }

    /// Where providers send callbacks, if anybody listens.
    pub const fn callbacks_address(&self) -> Option<SocketAddr> {
        self.addresses.callbacks
    }

    /// Ends the server in this order: health says so, the engine takes no new payments, streams end,
    /// calls that wait for a payment get up to [`ServerOptions::drain_for`] and are then answered with
    /// the state as it is, connections close, and last the listener for callbacks, which may settle
    /// what others wait for. Payments on their way go on in the engine, whose own shutdown comes after
    /// this.
    pub async fn shutdown(mut self) {
        self.health.cancel();
        let _ = self.health_task.await;
        health::tell(&self.operator_health, &OPERATOR_SERVICES, false).await;
        self.shared.engine.drain();
        self.shared.closing.streams.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        self.stop.gracefully.cancel();
        let servers = &mut self.servers;
        if timeout(self.drain_for, ended(servers)).await.is_err() {
            self.shared.closing.waits.cancel();
            if timeout(CLOSE_WITHIN, ended(servers)).await.is_err() {
                // Somebody holds a stream open that is not ours to end, such as a watch of health.
                self.stop.now.cancel();
                ended(servers).await;
            }
        }
        if let Some(callbacks) = self.callbacks {
            callbacks.end(self.drain_for).await;
        }
        self.beside.end().await;
        self.metrics_stop.cancel();
        for task in self.metrics_tasks {
            let _ = task.await;
        }
    }
}

/// Waits until every server has ended.
async fn ended(servers: &mut Vec<JoinHandle<Result<(), TransportError>>>) {
    while let Some(last) = servers.last_mut() {
        match last.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "a gRPC server ended with an error"),
            Err(error) => tracing::error!(%error, "a gRPC server did not end by itself"),
        }
        servers.pop();
    }
}

impl Addresses {
    fn of(listeners: &Listeners) -> Result<Self, ServeError> {
        let (metrics, callbacks) = (listeners.metrics.as_ref(), listeners.callbacks.as_ref());
        Ok(Self {
            api: listeners.api.local_addr()?,
            operator: listeners.operator.local_addr()?,
            metrics: metrics.map(TcpListener::local_addr).transpose()?,
            callbacks: callbacks.map(TcpListener::local_addr).transpose()?,
        })
    }

    /// What other machines can reach without what that needs, because the options say so.
    fn exposed(&self, options: &ServerOptions) -> Result<Vec<&'static str>, ListenError> {
        let must_prove = options.consumers.must_prove();
        let api = lacks_for_exposure(options.tls.is_some(), must_prove);
        let operator = lacks_for_exposure(options.operator_tls.is_some(), must_prove);
        let metrics = Some("metrics are told to everybody who asks, without TLS");
        let callbacks = callbacks_lack_for_exposure(options.callbacks_tls.is_some());
        let insecure = options.insecure;
        let all = [
            ("api", Some(self.api), api, insecure.api),
            ("operator", Some(self.operator), operator, insecure.operator),
            ("metrics", self.metrics, metrics, insecure.metrics),
            (callbacks::LISTENER, self.callbacks, callbacks, insecure.callbacks),
        ];
        let mut exposed = Vec::new();
        for (listener, address, lacks, insecure) in all {
            if let Some(address) = address
                && check_exposure(listener, address, lacks, insecure)?
            {
                exposed.push(listener);
            }
        }
        Ok(exposed)
    }
}

/// What serves callers, and the reporter of its health.
fn serve_api(
    shared: &Arc<Shared>,
    listener: TcpListener,
    options: &ServerOptions,
    stop: &Stop,
) -> Result<
    (HealthReporter, impl Future<Output = Result<(), TransportError>> + Send + 'static + use<>),
    ServeError,
> {
    let (reporter, health) = tonic_health::server::health_reporter();
    let gate = Gate::new(Arc::clone(&options.consumers));
    let catalog = CatalogServiceServer::new(CatalogApi(Arc::clone(shared)))
        .max_decoding_message_size(MOST_BYTES);
    let payment = PaymentServiceServer::new(PaymentApi(Arc::clone(shared)))
        .max_decoding_message_size(MOST_BYTES);
    let (reflection, alpha) = reflection::services(&API_SERVICES)?;
    let router = limited()
        .layer(RequestMetrics::new(Methods::new(), Arc::clone(&options.clock)))
        .layer(ExplainErrors)
        .add_service(health)
        .add_optional_service(options.reflection.then_some(reflection))
        .add_optional_service(options.reflection.then_some(alpha))
        .add_service(InterceptedService::new(catalog, gate.clone()))
        .add_service(InterceptedService::new(payment, gate));
    let connections = options.incoming(listener, "api", options.tls.as_ref(), stop);
    let stopped = stop.gracefully.clone().cancelled_owned();
    let serving = router.serve_with_incoming_shutdown(connections, stopped);
    Ok((reporter, serving))
}

/// What serves operators, and the reporter of its health.
fn serve_operator(
    shared: &Arc<Shared>,
    listener: TcpListener,
    options: &ServerOptions,
    stop: &Stop,
) -> Result<
    (HealthReporter, impl Future<Output = Result<(), TransportError>> + Send + 'static + use<>),
    ServeError,
> {
    let (reporter, health) = tonic_health::server::health_reporter();
    let gate = Gate::new(Arc::clone(&options.consumers));
    let operator = OperatorServiceServer::new(OperatorApi(Arc::clone(shared)))
        .max_decoding_message_size(MOST_OPERATOR_BYTES);
    let (reflection, alpha) = reflection::services(&OPERATOR_SERVICES)?;
    let router = limited()
        .layer(RequestMetrics::new(Methods::new(), Arc::clone(&options.clock)))
        .layer(ExplainErrors)
        .add_service(health)
        .add_optional_service(options.reflection.then_some(reflection))
        .add_optional_service(options.reflection.then_some(alpha))
        .add_service(InterceptedService::new(operator, gate));
    let tls = options.operator_tls.as_ref();
    let connections = options.incoming(listener, "operator", tls, stop);
    let stopped = stop.gracefully.clone().cancelled_owned();
    let serving = router.serve_with_incoming_shutdown(connections, stopped);
    Ok((reporter, serving))
}

fn serve_metrics(
    engine: &Engine,
    listener: Option<TcpListener>,
    options: &ServerOptions,
    stop: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let Some(handle) = options.metrics.clone() else {
        return Vec::new();
    };
    let mut tasks = vec![tokio::spawn(tidy(handle.clone(), stop.clone()))];
    if let Some(listener) = listener {
        let serving = metrics::serve(listener, engine.clone(), handle, stop.clone());
        tasks.push(tokio::spawn(serving));
    }
    tasks
}

async fn tidy(handle: MetricsHandle, stop: CancellationToken) {
    while timeout(TIDY_EVERY, stop.cancelled()).await.is_err() {
        handle.tidy();
    }
}
