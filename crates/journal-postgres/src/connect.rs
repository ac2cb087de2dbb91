//! Connections: how they are made, and what holds for each of them.

use std::fmt;
use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::said;
use crate::{OpenError, PostgresSettings, tls};

/// Where everything of the journal stands.
pub(crate) const SCHEMA: &str = "ppob";

/// For every connection. Small tables look small to a planner until they are not; the statements here are
/// all about rows that an index finds, and no disk of today finds them as slowly as planners think. A
/// server whose client has died without a word gives up its locks within a minute.
const ALWAYS: &str = "-c search_path=ppob -c enable_seqscan=off -c random_page_cost=1.1 -c jit=off \
                      -c default_transaction_isolation=read\\ committed -c client_min_messages=warning \
                      -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";
const OWNS: &str = "-c statement_timeout=0 -c idle_session_timeout=0";
/// A process that is just ending gives its lock back by then.
const ENDING: Duration = Duration::from_secs(5);
/// A write waits for its turn no longer than this, and takes no longer.
const WRITES: &str = "-c lock_timeout=20s -c statement_timeout=30s -c idle_session_timeout=0";
/// That they only read is said once they are open: a client that looks for a server that takes writes
/// would refuse every one otherwise.
const READS: &str = "-c statement_timeout=20s -c idle_session_timeout=0";
/// All of it is read, for as long as it takes.
const AUDITS: &str = "-c enable_seqscan=on -c statement_timeout=0 -c idle_session_timeout=0";
/// All of it is written and read, for as long as it takes.
const MOVES: &str = "-c enable_seqscan=on -c statement_timeout=0 -c idle_session_timeout=0 \
                     -c idle_in_transaction_session_timeout=0";
/// What stands between two machines often forgets a connection that was silent for some minutes.
const IDLE: Duration = Duration::from_secs(30);
const PROBES: (Duration, u32) = (Duration::from_secs(10), 3);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Migrations may take long.
    Opening,
    /// Holding the lock of the engine.
    Owning,
    Writing,
    Reading,
    /// All of the journal is read.
    Auditing,
    /// A whole journal comes in.
    Moving,
}

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    patience: Duration,
}

/// A connection and the task that drives it; it ends with its value.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) client: Client,
    /// How many warnings the server has given.
    warnings: Arc<AtomicU64>,
    driver: JoinHandle<()>,
}

impl Connector {
    pub(crate) fn new(settings: &PostgresSettings) -> Result<Self, OpenError> {
        // The error of a parser may quote the password.
        let mut config: Config =
            settings.url.expose_secret().parse().map_err(|_| {
                OpenError::Url("it is no connection string of PostgreSQL".to_owned())
            })?;
        if config.get_dbname().is_none() {
            return Err(OpenError::Url("it names no database".to_owned()));
        }
        let tls = settings.ca.as_deref().map(tls::connector).transpose()?;
        if tls.is_some() {
            config.ssl_mode(SslMode::Require);
        } else if config.get_ssl_mode() == SslMode::Require {
            let wrong = "it asks for TLS, so `journal.ca` must name whom to trust";
            return Err(OpenError::Url(wrong.to_owned()));
        } else if !stays_here(&config) && !settings.allow_plaintext {
            return Err(OpenError::Plaintext);
        } else {
            config.ssl_mode(SslMode::Disable);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(settings.patience);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        if config.get_keepalives_idle() > IDLE {
            config.keepalives_idle(IDLE).keepalives_interval(PROBES.0).keepalives_retries(PROBES.1);
        }
        if config.get_application_name().is_none() {
            config.application_name("ppob");
        }
        Ok(Self { config, tls, patience: settings.patience })
    }

    /// The configuration of connections for this.
    pub(crate) fn config(&self, purpose: Purpose) -> Config {
        let mut config = self.config.clone();
        let own = match purpose {
            Purpose::Opening => "",
            Purpose::Owning => OWNS,
            Purpose::Writing => WRITES,
            Purpose::Reading => READS,
            Purpose::Auditing => AUDITS,
            Purpose::Moving => MOVES,
        };
        let given = config.get_options().unwrap_or_default();
        let turn = match purpose {
            Purpose::Owning => {
                let wait = self.patience.min(ENDING).as_millis();
                format!("-c lock_timeout={}ms", wait.max(1))
            }
            _ => String::new(),
        };
        let options = format!("{given} {ALWAYS} {own} {turn}");
        config.options(options);
        config
    }

    pub(crate) fn tls(&self) -> Option<&MakeRustlsConnect> {
        self.tls.as_ref()
    }

    /// How long a server may take until a connection is of use.
    pub(crate) const fn patience(&self) -> Duration {
        self.patience
    }

    /// A server that stands still takes the connection and says nothing; it is not waited for.
    pub(crate) async fn connect(&self, purpose: Purpose) -> Result<Connected, OpenError> {
        let config = self.config(purpose);
        let hosts = u32::try_from(config.get_hosts().len().max(1)).unwrap_or(u32::MAX);
        let connecting = async {
            if let Some(tls) = &self.tls {
                let (client, connection) = config.connect(tls.clone()).await?;
                Ok(Connected::drive(client, connection))
            } else {
                let (client, connection) = config.connect(NoTls).await?;
                Ok(Connected::drive(client, connection))
            }
        };
        timeout(self.patience.saturating_mul(hosts), connecting).await.unwrap_or_else(|_| {
            Err(OpenError::Unreachable("the server did not answer in time".to_owned()))
        })
    }
}

impl Connected {
    fn drive<S, T>(client: Client, mut connection: Connection<S, T>) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let warnings = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&warnings);
        let driver = tokio::spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                match message {
                    Ok(AsyncMessage::Notice(notice)) => {
                        // Counted before what came after it is handed on.
                        counted.fetch_add(1, Ordering::SeqCst);
                        tracing::warn!(
                            message = notice.message(),
                            code = notice.code().code(),
                            "the journal's database warns"
                        );
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let error = said(&error);
                        tracing::warn!(%error, "a connection to the journal's database ended");
                        break;
                    }
                }
            }
        });
        Self { client, warnings, driver }
    }

    pub(crate) fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::SeqCst)
    }

    /// Waits until the connection has ended, whoever ends it.
    pub(crate) async fn ended(&mut self) {
        let _ = (&mut self.driver).await;
    }

    /// Says goodbye, and waits until the server has heard it.
    pub(crate) async fn close(self) {
        drop(self.client);
        let _ = self.driver.await;
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}

/// Whether what is said to the server stays on this machine. Where an address is named, it counts, and the
/// name beside it is only a name.
fn stays_here(config: &Config) -> bool {
    match config.get_hostaddrs() {
        [] => !config.get_hosts().is_empty() && config.get_hosts().iter().all(is_local),
        addresses => addresses.iter().all(IpAddr::is_loopback),
    }
}

/// Whether what is said to this host stays on this machine.
fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}
