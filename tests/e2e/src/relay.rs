//! A stretch of wire between two parties of a test, with an address of its own.
//!
//! It stands where an operator has a reverse proxy: in front of the engine, so that a provider can be told
//! where callbacks go before the engine has chosen its port; or in front of a simulated provider, so that the
//! engine reaches it by TLS. It changes no byte, and keeps those of requests.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::Result;

/// What went by, connection by connection.
type Requests = Arc<Mutex<Vec<Vec<u8>>>>;

/// A relay that runs. Dropping it cuts its connections.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    to: watch::Sender<Option<SocketAddr>>,
    requests: Requests,
    accepting: JoinHandle<()>,
    /// The certificate that it shows, PEM; empty without TLS.
    certificate: String,
}

impl Relay {
    /// One that leads nowhere yet: whoever connects waits until it [leads](Self::lead) somewhere.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn plain() -> Result<Self> {
        Self::start(None, None, String::new()).await
    }

    /// One that ends TLS in front of `to`. Who is to trust it trusts [its certificate](Self::certificate).
    ///
    /// # Errors
    /// If no certificate can be made, or no port is free.
    pub async fn ending_tls(to: SocketAddr) -> Result<Self> {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let tls = TlsAcceptor::from(Arc::new(config));
        Self::start(Some(tls), Some(to), made.cert.pem()).await
    }

    async fn start(
        tls: Option<TlsAcceptor>,
        to: Option<SocketAddr>,
        certificate: String,
    ) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (to, requests) = (watch::Sender::new(to), Requests::default());
        let accepting = tokio::spawn(accept(listener, tls, to.subscribe(), Arc::clone(&requests)));
        Ok(Self { address, to, requests, accepting, certificate })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate that it shows, PEM; empty without TLS.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Leads to `HOST:PORT` from now on.
    ///
    /// # Errors
    /// If that is no address.
    pub fn lead(&self, to: &str) -> Result<()> {
        let to = to.parse()?;
        self.to.send_replace(Some(to));
        Ok(())
    }

    /// How often these words came in.
    pub fn count(&self, words: &str) -> usize {
        let is_there = |bytes: &[u8]| bytes == words.as_bytes();
        let requests = self.requests();
        requests
            .iter()
            .map(|bytes| bytes.windows(words.len()).filter(|b| is_there(b)).count())
            .sum()
    }

    /// The bytes that came in, connection by connection, as far as they came.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Until it is aborted; its connections end with it.
async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    to: watch::Receiver<Option<SocketAddr>>,
    requests: Requests,
) {
    let mut carrying = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, to, requests) = (tls.clone(), to.clone(), Arc::clone(&requests));
        carrying.spawn(async move {
            // A connection that fails ends: both parties see that by themselves.
            let _ended = match tls {
                None => carry(stream, to, &requests).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => carry(stream, to, &requests).await,
                    Err(error) => Err(error),
                },
            };
        });
        while carrying.try_join_next().is_some() {}
    }
}

/// Carries one connection to its end.
async fn carry(
    from: impl AsyncRead + AsyncWrite,
    mut to: watch::Receiver<Option<SocketAddr>>,
    requests: &Requests,
) -> std::io::Result<()> {
    let known = to.wait_for(Option::is_some).await.map(|to| *to);
    let Ok(Some(to)) = known else { return Ok(()) };
    let (mut question, mut reply) = split(from);
    let (mut answer, mut onward) = TcpStream::connect(to).await?.into_split();
    let kept = {
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(Vec::new());
        requests.len() - 1
    };
    let asking = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let count = question.read(&mut buffer).await?;
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            if let Some(kept) =
                requests.lock().unwrap_or_else(PoisonError::into_inner).get_mut(kept)
            {
                kept.extend_from_slice(bytes);
            }
            onward.write_all(bytes).await?;
        }
        onward.shutdown().await
    };
    let answering = async {
        copy(&mut answer, &mut reply).await?;
        reply.shutdown().await
    };
    tokio::try_join!(asking, answering).map(drop)
}
