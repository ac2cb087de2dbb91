//! What both clients have in common.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect, retry};
use rustls::crypto::{CryptoProvider, ring};

use crate::BaseUrl;

/// How long a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    connect: Duration,
    total: Duration,
}

/// Timeouts that would blur whether a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connect timeout must be above zero and at most half of the total timeout")]
pub struct TimeoutsError;

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error(
    "the HTTP client could not be set up: {0}; for https, install the system's CA certificates"
)]
pub struct ClientError(String);

impl Timeouts {
    /// For calls that pay: 4 s to connect, 180 s in all. Long on purpose: a payment whose answer is
    /// not waited for has an unknown outcome.
    pub const PAY: Self = Self { connect: Duration::from_secs(4), total: Duration::from_mins(3) };

    /// For everything else: 4 s to connect, 30 s in all.
    pub const READ: Self = Self { connect: Duration::from_secs(4), total: Duration::from_secs(30) };

    /// `connect` until a connection stands (name look-up and TLS included), `total` until the last
    /// byte of the answer.
    ///
    /// # Errors
    /// [`TimeoutsError`] unless `connect` is above zero and at most half of `total`.
    pub fn new(connect: Duration, total: Duration) -> Result<Self, TimeoutsError> {
        if connect.is_zero() || connect > total / 2 {
            return Err(TimeoutsError);
        }
        Ok(Self { connect, total })
    }

    /// Until the last byte of the answer.
    pub const fn total(self) -> Duration {
        self.total
    }
}

/// Makes *ring* the process's cryptography for TLS, unless something else is already. Idempotent.
pub fn install_crypto() {
    if CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster, which is as good.
        let _ = ring::default_provider().install_default();
    }
}

/// A builder with everything that both clients forbid.
pub(crate) fn builder(base: &BaseUrl, timeouts: Timeouts) -> ClientBuilder {
    install_crypto();
    #[expect(clippy::disallowed_methods, reason = "the one place that builds clients")]
    let builder = Client::builder();
    let builder = builder
        .user_agent(concat!("ppob/", env!("CARGO_PKG_VERSION")))
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .https_only(!base.is_plaintext())
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total);
    if base.is_plaintext() {
        // Nothing is ever encrypted here, so the system's certificates need not be there.
        builder.tls_certs_only([])
    } else {
        builder
    }
}

pub(crate) fn build(builder: ClientBuilder) -> Result<Client, ClientError> {
    builder.build().map_err(|error| ClientError(describe(error)))
}

/// What went wrong, without the address.
pub(crate) fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut root: &dyn std::error::Error = &error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connect_timeout_is_well_under_the_total() {
        let second = Duration::from_secs(1);
        assert!(Timeouts::new(second, second * 2).is_ok());
        assert_eq!(Timeouts::new(second * 2, second * 3), Err(TimeoutsError));
        assert_eq!(Timeouts::new(Duration::ZERO, second), Err(TimeoutsError));
        for known in [Timeouts::PAY, Timeouts::READ] {
            assert_eq!(Timeouts::new(known.connect, known.total), Ok(known));
        }
    }

    #[test]
    fn installing_the_cryptography_twice_does_no_harm() {
        install_crypto();
        install_crypto();
        assert!(CryptoProvider::get_default().is_some());
    }
}
