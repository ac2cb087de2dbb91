//! Where the process listens, and what protects that.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use ppob_server::{
    ConnectionCaps, Insecure, TlsFiles, callbacks_lack_for_exposure, lacks_for_exposure,
};
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// One address per listener, and their protection. Port 0 lets the system choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Listen {
    pub(crate) api: SocketAddr,
    pub(crate) operator: SocketAddr,
    pub(crate) metrics: SocketAddr,
    /// Nothing listens there unless a provider sends callbacks.
    pub(crate) callbacks: SocketAddr,
    pub(crate) insecure: Vec<Listener>,
    pub(crate) max_connections: NonZeroUsize,
    pub(crate) max_connections_per_address: NonZeroUsize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<TlsTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operator_tls: Option<TlsTable>,
    /// Of its own: what providers trust is hardly what callers trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) callbacks_tls: Option<TlsTable>,
}

/// A listener that may be named as insecure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Listener {
    Api,
    Operator,
    Metrics,
    Callbacks,
}

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsTable {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_ca: Option<PathBuf>,
}

/// As many as one machine serves without trouble.
const MAX_CONNECTIONS: usize = 1_000;
const MAX_CONNECTIONS_PER_ADDRESS: usize = 250;

impl Default for Listen {
    fn default() -> Self {
        let number = |n: usize| NonZeroUsize::MIN.saturating_add(n.saturating_sub(1));
        Self {
            api: loopback(50_051),
            operator: loopback(50_052),
            metrics: loopback(9_464),
            callbacks: loopback(8_081),
            insecure: Vec::new(),
            max_connections: number(MAX_CONNECTIONS),
            max_connections_per_address: number(MAX_CONNECTIONS_PER_ADDRESS),
            tls: None,
            operator_tls: None,
            callbacks_tls: None,
        }
    }
}

impl Listen {
    /// Checks that what other machines can reach is protected, and that no two addresses are the same.
    /// `consumers`: whether there are any, so that callers have to show who they are.
    pub(crate) fn check(&self, consumers: bool) -> Result<(), ConfigError> {
        let metrics = Some("metrics are told to everybody who asks, without TLS");
        let callbacks = callbacks_lack_for_exposure(self.callbacks_tls.is_some());
        let insecure = self.insecure();
        let operator_tls = self.operator_tls().is_some();
        let all = [
            ("api", self.api, lacks_for_exposure(self.tls.is_some(), consumers), insecure.api),
            (
                "operator",
                self.operator,
                lacks_for_exposure(operator_tls, consumers),
                insecure.operator,
            ),
            ("metrics", self.metrics, metrics, insecure.metrics),
            ("callbacks", self.callbacks, callbacks, insecure.callbacks),
        ];
        for (index, (listener, address, lacks, insecure)) in all.into_iter().enumerate() {
            if let Some(lacks) = lacks.filter(|_| !address.ip().is_loopback() && !insecure) {
                return Err(ConfigError::Exposed { listener, address, lacks });
            }
            let mut earlier = all.iter().take(index);
            let taken = earlier.find(|(_, same, ..)| *same == address && address.port() != 0);
            if let Some((other, ..)) = taken {
                return Err(ConfigError::Value {
                    key: format!("listen.{listener}"),
                    place: "the configuration".to_owned(),
                    problem: format!(
                        "{address} is the address of `listen.{other}` too; choose another port"
                    ),
                });
            }
        }
        Ok(())
    }

    /// What may be reached from other machines without protection.
    pub(crate) fn insecure(&self) -> Insecure {
        let named = |listener| self.insecure.contains(&listener);
        Insecure {
            api: named(Listener::Api),
            operator: named(Listener::Operator),
            metrics: named(Listener::Metrics),
            callbacks: named(Listener::Callbacks),
        }
    }

    /// The caps of each listener.
    pub(crate) fn caps(&self) -> ConnectionCaps {
        ConnectionCaps {
            total: self.max_connections.get(),
            per_address: self.max_connections_per_address.get(),
        }
    }

    /// The operators' own, else that of callers.
    pub(crate) fn operator_tls(&self) -> Option<&TlsTable> {
        self.operator_tls.as_ref().or(self.tls.as_ref())
    }
}

impl TlsTable {
    pub(crate) fn files(&self) -> TlsFiles {
        TlsFiles {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            client_ca: self.client_ca.clone(),
        }
    }
}

/// 127.0.0.1 with this port.
pub(crate) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls() -> TlsTable {
        TlsTable {
            certificate: PathBuf::from("server.pem"),
            key: PathBuf::from("server.key"),
            client_ca: None,
        }
    }

    #[test]
    fn an_address_that_other_machines_reach_needs_tls_and_consumers() {
        for far in ["0.0.0.0:50051", "192.0.2.1:50051", "[::]:50051"] {
            let listen = Listen { api: far.parse().unwrap(), ..Listen::default() };
            let error = listen.check(false).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "`listen.api` is {far}, which other machines could reach, but it has no TLS and \
                     there are no consumers, so everybody could pay. Configure that, or listen on this \
                     machine only (127.0.0.1 or [::1]), or name \"api\" in `listen.insecure` to run all \
                     the same"
                )
            );
            assert!(listen.check(true).unwrap_err().to_string().contains("it has no TLS."));
            let encrypted = Listen { tls: Some(tls()), ..listen.clone() };
            assert!(encrypted.check(false).unwrap_err().to_string().contains("no consumers"));
            assert_eq!(encrypted.check(true), Ok(()));
            let anyway = Listen { insecure: vec![Listener::Api], ..listen };
            assert_eq!(anyway.check(false), Ok(()));
        }
        let six = Listen { api: "[::1]:50051".parse().unwrap(), ..Listen::default() };
        assert_eq!(six.check(false), Ok(()));
    }

    #[test]
    fn operators_fall_back_to_the_tls_of_callers_and_metrics_need_the_word() {
        let far: SocketAddr = "192.0.2.1:50052".parse().unwrap();
        let operator = Listen { operator: far, tls: Some(tls()), ..Listen::default() };
        assert_eq!(operator.check(true), Ok(()));
        let own = Listen { tls: None, operator_tls: Some(tls()), ..operator };
        assert_eq!(own.check(true), Ok(()));
        let metrics = Listen { metrics: far, tls: Some(tls()), ..Listen::default() };
        assert!(metrics.check(true).unwrap_err().to_string().contains("told to everybody"));
        let anyway = Listen { insecure: vec![Listener::Metrics], ..metrics };
        assert_eq!(anyway.check(true), Ok(()));
    }

    #[test]
    fn callbacks_need_tls_of_their_own_or_the_word_and_no_consumers() {
        let far: SocketAddr = "192.0.2.1:8081".parse().unwrap();
        let callbacks = Listen { callbacks: far, tls: Some(tls()), ..Listen::default() };
        let error = callbacks.check(true).unwrap_err().to_string();
        assert!(error.contains("it has no TLS, so whoever is on the way"), "{error}");
        let own = Listen { callbacks_tls: Some(tls()), ..callbacks.clone() };
        assert_eq!(own.check(false), Ok(()));
        let anyway = Listen { insecure: vec![Listener::Callbacks], ..callbacks };
        assert_eq!(anyway.check(false), Ok(()));
    }

    #[test]
    fn two_listeners_do_not_share_a_port_unless_the_system_chooses() {
        let same = Listen { metrics: loopback(50_051), ..Listen::default() };
        let error = same.check(false).unwrap_err().to_string();
        assert!(error.contains("`listen.api` too"), "{error}");
        let chosen = Listen { api: loopback(0), metrics: loopback(0), ..Listen::default() };
        assert_eq!(chosen.check(false), Ok(()));
    }
}
