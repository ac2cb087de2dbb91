//! The engine with its server, from start to end.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ppob_engine::Engine;
use ppob_journal::Who;
use ppob_journal_postgres::Lost;
use ppob_server::{
    ConfigSource as _, ConfiguredConsumers, Listeners, PrometheusMetrics, RunningServer, Server,
    ServerOptions, bind,
};
use ppob_types::{Clock, ConsumerId};
use tokio::time::timeout;

use crate::compose::{self, Providers, not_started, tls};
use crate::config::{Loaded, loopback};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::journal::{Place, Watched};
use crate::reload::{self, Part, ReadAgain, Reloader};
use crate::signals::{Asked, Signals};

/// Who reloads when the process is sent SIGHUP, as the audit names it: whoever may send this process
/// signals.
const SYSTEM: &str = "system";

/// How long calls and payments may take to end once nothing can be recorded any more: callers are told what is
/// known, and the sooner the next start, the sooner is known what became of the rest.
const AFTER_A_LOSS: Duration = Duration::from_secs(5);

/// Where it really listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listening {
    pub(crate) api: SocketAddr,
    pub(crate) operator: SocketAddr,
    pub(crate) metrics: SocketAddr,
    /// None if no provider sends callbacks.
    pub(crate) callbacks: Option<SocketAddr>,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api, operator, metrics, callbacks } = self;
        write!(f, "gRPC on {api}, operators on {operator}, metrics on http://{metrics}/metrics")?;
        match callbacks {
            None => Ok(()),
            Some(callbacks) => write!(f, ", callbacks on {callbacks}/callbacks/NAME"),
        }
    }
}

/// The engine and its server, working.
#[derive(Debug)]
pub(crate) struct Running {
    engine: Engine,
    server: RunningServer,
    reloader: Reloader,
    by_signal: Who,
    journal: Watched,
}

/// How the configuration is read again, and who else takes it over.
pub(crate) struct Again {
    pub(crate) read: ReadAgain,
    pub(crate) parts: Vec<Box<dyn Part>>,
}

impl Running {
    /// Takes the ports, opens the journal, starts the engine, then serves. Whatever fails, nothing is
    /// left running and no payment was begun.
    pub(crate) async fn start(
        loaded: &Loaded,
        journal: &Place,
        providers: Providers,
        clock: Arc<dyn Clock>,
        simulated: bool,
        again: Again,
    ) -> Result<Self, Failure> {
        let by_signal = Who {
            operator: ConsumerId::new(SYSTEM).map_err(|error| not_started(&error))?,
            proven: true,
            actor: "SIGHUP".to_owned(),
        };
        let listen = &loaded.config.listen;
        // First: a port in use is found before the journal is touched.
        let api = bind("api", listen.api).await.map_err(|error| not_started(&error))?;
        let operator =
            bind("operator", listen.operator).await.map_err(|error| not_started(&error))?;
        let metrics = bind("metrics", listen.metrics).await.map_err(|error| not_started(&error))?;
        // Where nobody sends callbacks, a port in use is no reason not to start.
        let callbacks = match compose::senders_of_callbacks(&providers.built).next() {
            None => None,
            Some(_) => Some(
                bind("callbacks", listen.callbacks).await.map_err(|error| not_started(&error))?,
            ),
        };
        // Before anything is counted.
        let recorder = PrometheusMetrics::new().and_then(PrometheusMetrics::install);
        let recorder = recorder.map_err(|error| not_started(&error))?;
        ppob_layers::describe_metrics();
        let consumers = ConfiguredConsumers::new(&loaded.consumers, Arc::clone(&clock))
            .map_err(|error| not_started(&error))?;
        let consumers = Arc::new(consumers);
        let tls = tls(listen)?;

        let Providers { setups, built, snapshot } = providers;
        let (engine, journal) =
            compose::engine(loaded, journal, setups, Arc::clone(&clock)).await?;
        let reloader = {
            let (engine, clock) = (engine.clone(), Arc::clone(&clock));
            let mut parts = again.parts;
            parts.push(Box::new(reload::Consumers {
                running: Arc::clone(&consumers),
                listen: listen.clone(),
            }));
            let listens = callbacks.is_some();
            Reloader::new(engine, clock, snapshot, built, again.read, parts, listens)
        };
        let mut options = ServerOptions::new(clock, consumers);
        options.config = Some(Arc::new(reloader.clone()));
        options.tls = tls.api;
        options.operator_tls = tls.operator;
        options.callbacks_tls = tls.callbacks;
        options.insecure = listen.insecure();
        options.connections = listen.caps();
        options.metrics = Some(recorder);
        options.simulated = simulated;
        let listeners = Listeners { api, operator, metrics: Some(metrics), callbacks };
        match Server::start(engine.clone(), listeners, options).await {
            Ok(server) => Ok(Self { engine, server, reloader, by_signal, journal }),
            Err(error) => {
                let failure = not_started(&error);
                ended(engine.shutdown().await)?;
                Err(failure)
            }
        }
    }

    /// Where it really listens, whatever port the configuration left to the system.
    pub(crate) fn listening(&self) -> Listening {
        let server = &self.server;
        Listening {
            api: server.api_address(),
            operator: server.operator_address(),
            metrics: server.metrics_address().unwrap_or(loopback(0)),
            callbacks: server.callbacks_address(),
        }
    }

    /// Waits until every provider's price list was read, or could not be.
    pub(crate) async fn first_prices(&self) {
        self.engine.first_prices().await;
    }

    /// Works until a signal comes; then lets payments on their way end. A second signal ends at once. If the
    /// journal is lost, ends by itself.
    pub(crate) async fn until(self, signals: &mut Signals) -> Result<(), Failure> {
        loop {
            tokio::select! {
                asked = signals.next() => match asked {
                    Asked::Reload => {
                        let (reloader, who) = (self.reloader.clone(), self.by_signal.clone());
                        // Its outcome is in the log; the next signal is heard meanwhile.
                        tokio::spawn(async move { reloader.reload(&who, false).await });
                    }
                    Asked::End => return self.end(signals).await,
                },
                lost = self.journal.lost() => return Err(self.give_up(&lost, signals).await),
            }
        }
    }

    async fn end(self, signals: &mut Signals) -> Result<(), Failure> {
        tracing::info!(
            "stopping: no new payments are taken, those on their way are waited for; a second signal \
             ends at once, which is safe: what is on its way is in doubt then, and worked on at the \
             next start"
        );
        let Self { engine, server, .. } = self;
        let drained = async move {
            server.shutdown().await;
            engine.shutdown().await
        };
        tokio::select! {
            closed = drained => {
                ended(closed)?;
                tracing::info!("stopped; the journal is closed");
                Ok(())
            }
            () = signals.end() => Err(Failure::new(
                Exit::Open,
                "Ended at once, as asked. Payments on their way are in doubt and will be worked on at \
                 the next start.",
            )),
        }
    }

    /// Ends, because nothing can be recorded in the journal any more.
    async fn give_up(self, lost: &Lost, signals: &mut Signals) -> Failure {
        tracing::error!(%lost, "stopping: no new payments are taken");
        let Self { engine, server, .. } = self;
        // Whatever it ends with: what could not be recorded is in doubt at the next start.
        let drained = async move {
            server.shutdown().await;
            engine.shutdown().await
        };
        tokio::select! {
            _ = timeout(AFTER_A_LOSS, drained) => {}
            () = signals.end() => {}
        }
        Failure::new(
            Exit::Open,
            format!(
                "The engine has ended by itself: {lost}.\n\
                 Money: nothing is paid twice. What was sent and stands in the send journal is in doubt again from \
                 the next start on where the database does not know it any more; so is what was on its way.\n\
                 Do:    start the engine again; a service manager may do it. If another engine works on the database, \
                 leave this one off until that one has ended. If the database was set back, every provider is \
                 frozen after the start: compare their statements before you release them, see docs/OPERATIONS.md."
            ),
        )
    }
}

fn ended(closed: Result<(), impl fmt::Display>) -> Result<(), Failure> {
    closed.map_err(|error| {
        Failure::new(
            Exit::Unknown,
            format!(
                "The journal was not closed cleanly: {error}. What was acknowledged is durable; look \
                 at the disk before the next start."
            ),
        )
    })
}
