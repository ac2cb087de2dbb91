//! Where the server is, and how both sides show who they are.

use std::fmt;
use std::time::Duration;

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a client needs for TLS. By default nothing: then only addresses with `http://` can be reached.
#[derive(Clone, Default)]
pub struct ClientTls {
    authority: Option<Certificate>,
    identity: Option<Identity>,
}

/// Why an address cannot be used. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The server would have to be trusted blindly.
    #[error(
        "an address with https:// needs the certificate of the authority (CA) that vouches for the server"
    )]
    NoAuthority,
    /// The address or the certificates cannot be read.
    #[error("the address or the certificates cannot be used: {0}")]
    Unusable(#[from] tonic::transport::Error),
}

impl ClientTls {
    /// Trusts servers that these authorities vouch for (PEM).
    #[must_use]
    pub fn trusting(self, authorities: impl AsRef<[u8]>) -> Self {
        Self { authority: Some(Certificate::from_pem(authorities)), ..self }
    }

    /// Shows this certificate with its key to the server (PEM).
    #[must_use]
    pub fn showing(self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        Self { identity: Some(Identity::from_pem(certificate, key)), ..self }
    }
}

/// Shows no key.
impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls")
            .field("trusts_an_authority", &self.authority.is_some())
            .field("shows_a_certificate", &self.identity.is_some())
            .finish()
    }
}

/// The endpoint of `address`, for example `http://127.0.0.1:50051` or `https://ppob.example:50051`.
///
/// # Errors
/// [`EndpointError`] if the address cannot be read, or TLS cannot be had with what is given.
pub fn endpoint(address: impl Into<String>, tls: &ClientTls) -> Result<Endpoint, EndpointError> {
    let endpoint = Endpoint::from_shared(address.into())?
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT);
    if endpoint.uri().scheme_str() != Some("https") {
        return Ok(endpoint);
    }
    let authority = tls.authority.clone().ok_or(EndpointError::NoAuthority)?;
    let mut config = ClientTlsConfig::new().ca_certificate(authority);
    if let Some(identity) = tls.identity.clone() {
        config = config.identity(identity);
    }
    Ok(endpoint.tls_config(config)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_without_an_authority_is_refused_and_keys_are_not_shown() {
        let none = ClientTls::default();
        assert!(endpoint("http://127.0.0.1:1", &none).is_ok());
        let error = endpoint("https://127.0.0.1:1", &none).unwrap_err();
        assert!(matches!(error, EndpointError::NoAuthority), "{error}");
        assert!(endpoint("not an address", &none).is_err());
        let shown = format!("{:?}", none.trusting("authority").showing("certificate", "secret"));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
