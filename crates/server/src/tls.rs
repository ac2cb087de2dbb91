//! TLS: certificate, key and the authorities of clients, from files that may change.

mod error;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use webpki::EndEntityCert;

pub use self::error::TlsError;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that lead to its authority, PEM.
    pub certificate: PathBuf,
    /// The key of the certificate, PEM, for this user's eyes only.
    pub key: PathBuf,
    /// The authorities of clients, PEM. With it every client has to show a certificate of theirs.
    pub client_ca: Option<PathBuf>,
}

/// TLS as the files say. Follows them while a server runs.
pub struct Tls {
    files: TlsFiles,
    speaks: Speaks,
    current: ArcSwap<ServerConfig>,
    seen: Mutex<Seen>,
}

/// What is spoken through it, as a client may ask for.
#[derive(Clone, Copy, Debug)]
enum Speaks {
    /// HTTP/2, for gRPC.
    Grpc,
    /// HTTP/1.1, for callbacks.
    Http,
}

/// The files as they were when last looked at: time of change and size.
type Seen = Vec<Option<(SystemTime, u64)>>;

impl Tls {
    /// Reads the files, for gRPC.
    ///
    /// # Errors
    /// [`TlsError`], for people.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        Self::speaking(Speaks::Grpc, files)
    }

    /// Reads the files, for the listener of callbacks.
    ///
    /// # Errors
    /// [`TlsError`], for people.
    pub fn load_for_callbacks(files: TlsFiles) -> Result<Self, TlsError> {
        Self::speaking(Speaks::Http, files)
    }

    fn speaking(speaks: Speaks, files: TlsFiles) -> Result<Self, TlsError> {
        // Before reading: what changes meanwhile is read again.
        let seen = Mutex::new(files.look());
        let current = ArcSwap::from_pointee(configuration(speaks, &files)?);
        Ok(Self { files, speaks, current, seen })
    }

    /// Reads the files again if they changed. What they said before stays if they are wrong now;
    /// connections that stand stay as they are.
    ///
    /// # Errors
    /// [`TlsError`] if they are wrong; told once for each change.
    pub fn reload(&self) -> Result<bool, TlsError> {
        {
            let now = self.files.look();
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == now {
                return Ok(false);
            }
            *seen = now;
        }
        self.current.store(Arc::new(configuration(self.speaks, &self.files)?));
        Ok(true)
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }

    /// Follows the files until `stop`.
    pub(crate) async fn follow(self: Arc<Self>, listener: &'static str, stop: CancellationToken) {
        while timeout(LOOK_EVERY, stop.cancelled()).await.is_err() {
            let tls = Arc::clone(&self);
            let Ok(reloaded) = tokio::task::spawn_blocking(move || tls.reload()).await else {
                continue;
            };
            let result = match reloaded {
                Ok(false) => continue,
                Ok(true) => {
                    tracing::info!(listener, "the TLS certificate was read again");
                    "done"
                }
                Err(error) => {
                    tracing::error!(
                        listener,
                        %error,
                        "the TLS files changed and cannot be used; the earlier certificate is kept"
                    );
                    "failed"
                }
            };
            metrics::counter!("ppob_tls_reloads_total", "listener" => listener, "result" => result)
                .increment(1);
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl TlsFiles {
    fn look(&self) -> Seen {
        let files = [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref()];
        let stamp = |file: &PathBuf| {
            let found = std::fs::metadata(file).ok()?;
            Some((found.modified().ok()?, found.len()))
        };
        files.into_iter().flatten().map(stamp).collect()
    }
}

/// The names of the client's certificate; none without one.
pub(crate) fn names(stream: &TlsStream<TcpStream>) -> Arc<[String]> {
    let (_, connection) = stream.get_ref();
    let certificates = connection.peer_certificates().unwrap_or_default();
    let Some(Ok(certificate)) = certificates.first().map(EndEntityCert::try_from) else {
        return Arc::new([]);
    };
    certificate.valid_dns_names().chain(certificate.valid_uri_names()).map(str::to_owned).collect()
}

fn configuration(speaks: Speaks, files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    check_private(&files.key)?;
    let chain = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| TlsError::NoKey { file: files.key.clone(), error })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Library)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            let wrong = |why: String| TlsError::ClientCa { file: file.clone(), why };
            for certificate in certificates(file)? {
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.map_err(|error| wrong(error.to_string()))?)
        }
    };
    let mut configuration = builder.with_single_cert(chain, key).map_err(|error| {
        TlsError::Mismatch { certificate: files.certificate.clone(), key: files.key.clone(), error }
    })?;
    configuration.alpn_protocols = match speaks {
        Speaks::Grpc => vec![b"h2".to_vec()],
        Speaks::Http => vec![b"http/1.1".to_vec()],
    };
    Ok(configuration)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |why: String| TlsError::NoCertificate { file: file.to_owned(), why };
    let found = CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    let found: Result<Vec<_>, _> = found.collect();
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(found)
}

/// Refuses a key that every user of the machine can read.
fn check_private(key: &Path) -> Result<(), TlsError> {
    let unreadable = |error: io::Error| TlsError::Unreadable { file: key.to_owned(), error };
    let found = std::fs::metadata(key).map_err(unreadable)?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o004 != 0 {
        return Err(TlsError::ReadableByAll { file: key.to_owned() });
    }
    #[cfg(not(unix))]
    let _ = found;
    Ok(())
}

#[cfg(test)]
mod tests;
