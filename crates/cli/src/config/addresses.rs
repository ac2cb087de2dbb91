//! Where the process listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// One address per listener. Port 0 lets the system choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Addresses {
    pub(crate) api: SocketAddr,
    pub(crate) operator: SocketAddr,
    pub(crate) metrics: SocketAddr,
    /// Reserved: no provider kind reports by callback yet, so nothing listens.
    pub(crate) callbacks: SocketAddr,
}

impl Default for Addresses {
    fn default() -> Self {
        Self {
            api: loopback(50_051),
            operator: loopback(50_052),
            metrics: loopback(9_464),
            callbacks: loopback(8_081),
        }
    }
}

impl Addresses {
    /// Checks that only this machine can reach them, and that no two are the same.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let all = [
            ("listen.api", self.api),
            ("listen.operator", self.operator),
            ("listen.metrics", self.metrics),
            ("listen.callbacks", self.callbacks),
        ];
        for (index, (key, address)) in all.into_iter().enumerate() {
            if !address.ip().is_loopback() {
                return Err(ConfigError::NotLoopback { key, address });
            }
            let mut earlier = all.iter().take(index);
            let taken = earlier.find(|(_, same)| *same == address && address.port() != 0);
            if let Some((other, _)) = taken {
                return Err(ConfigError::Value {
                    key: key.to_owned(),
                    place: "the configuration".to_owned(),
                    problem: format!(
                        "{address} is the address of `{other}` too; choose another port"
                    ),
                });
            }
        }
        Ok(())
    }
}

/// 127.0.0.1 with this port.
pub(crate) const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_other_machines_reach_is_refused() {
        for far in ["0.0.0.0:50051", "192.0.2.1:50051", "[::]:50051"] {
            let addresses = Addresses { api: far.parse().unwrap(), ..Addresses::default() };
            let error = addresses.check().unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "`listen.api` is {far}, which other machines could reach; without TLS and API \
                     keys only this machine may (127.0.0.1 or [::1]). Put a proxy with TLS and \
                     authentication in front of it"
                )
            );
        }
        let six = Addresses { api: "[::1]:50051".parse().unwrap(), ..Addresses::default() };
        assert_eq!(six.check(), Ok(()));
    }

    #[test]
    fn two_listeners_do_not_share_a_port_unless_the_system_chooses() {
        let same = Addresses { metrics: loopback(50_051), ..Addresses::default() };
        let error = same.check().unwrap_err().to_string();
        assert!(error.contains("`listen.api` too"), "{error}");
        let chosen = Addresses { api: loopback(0), metrics: loopback(0), ..Addresses::default() };
        assert_eq!(chosen.check(), Ok(()));
    }
}
