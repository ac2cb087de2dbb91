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
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::said;
use crate::{OpenError, PostgresSettings, tls};

/// Where everything of the journal stands.
pub(crate) const SCHEMA: &str = "ppob";

/// For every connection. Small tables look small to a planner until they are not; the statements here are
/// all about rows that an index finds.
const ALWAYS: &str = "-c search_path=ppob -c enable_seqscan=off -c jit=off \
                      -c default_transaction_isolation=read\\ committed -c client_min_messages=warning";
/// A write waits for its turn no longer than this, and takes no longer.
const WRITES: &str = "-c lock_timeout=20s -c statement_timeout=30s";
const READS: &str = "-c default_transaction_read_only=on -c statement_timeout=20s";

/// A way that went silent is noticed this soon: the lock of the one engine hangs on a connection that nothing is
/// said over.
const SILENT: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Migrations may take long.
    Opening,
    Writing,
    Reading,
}

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
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
        let is_local = config.get_hosts().iter().all(is_local);
        if tls.is_some() {
            config.ssl_mode(SslMode::Require);
        } else if !is_local && !settings.allow_plaintext {
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
        config.keepalives_idle(config.get_keepalives_idle().min(SILENT));
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(ASK_AGAIN);
        }
        if config.get_application_name().is_none() {
            config.application_name("ppob");
        }
        Ok(Self { config, tls })
    }

    /// The configuration of connections for this.
    pub(crate) fn config(&self, purpose: Purpose) -> Config {
        let mut config = self.config.clone();
        let own = match purpose {
            Purpose::Opening => "",
            Purpose::Writing => WRITES,
            Purpose::Reading => READS,
        };
        let given = config.get_options().unwrap_or_default().to_owned();
        config.options(format!("{given} {ALWAYS} {own}"));
        config
    }

    pub(crate) fn tls(&self) -> Option<&MakeRustlsConnect> {
        self.tls.as_ref()
    }

    pub(crate) async fn connect(
        &self,
        purpose: Purpose,
    ) -> Result<Connected, tokio_postgres::Error> {
        let config = self.config(purpose);
        if let Some(tls) = &self.tls {
            let (client, connection) = config.connect(tls.clone()).await?;
            Ok(Connected::drive(client, connection))
        } else {
            let (client, connection) = config.connect(NoTls).await?;
            Ok(Connected::drive(client, connection))
        }
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
