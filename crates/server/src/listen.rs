//! Addresses and limits.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tonic::transport::Server;

/// The biggest message that is read. A request to pay has some hundred bytes.
pub(crate) const MOST_BYTES: usize = 64 * 1024;
/// The biggest message that operators send: a statement, and a little around it.
pub(crate) const MOST_OPERATOR_BYTES: usize = ppob_evidence::statement::MOST_BYTES + MOST_BYTES;

const STREAMS_PER_CONNECTION: u32 = 200;
const HEADER_BYTES: u32 = 8 * 1024;
const FRAME_BYTES: u32 = 16 * 1024;
/// Not the library's "no limit": a peer that provokes resets is cut off.
const LOCAL_RESETS: usize = 1_024;
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(30);
const KEEP_ALIVE_PATIENCE: Duration = Duration::from_secs(10);
/// Streams that a peer began and reset before they were looked at. Callers whose deadlines pass all at
/// once do that as well, so not as few as the library's 20; beyond it the connection is ended.
const PENDING_RESETS: usize = 64;
/// Nobody keeps a connection for ever: clients spread anew, and what leaks is bounded. Calls that run
/// get the grace to end.
const CONNECTION_AGE: Duration = Duration::from_mins(10);
const CONNECTION_GRACE: Duration = Duration::from_mins(2);

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Something else listens there.
    #[error(
        "the {listener} address {address} is in use by another process; stop that one or configure another port"
    )]
    InUse {
        /// What was to listen.
        listener: &'static str,
        /// Where.
        address: SocketAddr,
    },
    /// The address is reachable from other machines, and what that needs is missing.
    #[error(
        "the {listener} address {address} can be reached from other machines, but {lacks}; configure that, or use a loopback address such as 127.0.0.1, or name `{listener}` in listen.insecure"
    )]
    Exposed {
        /// What was to listen.
        listener: &'static str,
        /// Where.
        address: SocketAddr,
        /// What is missing.
        lacks: &'static str,
    },
    /// The operating system refuses.
    #[error("the {listener} address {address} cannot be listened on: {error}")]
    Refused {
        /// What was to listen.
        listener: &'static str,
        /// Where.
        address: SocketAddr,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
}

/// The listeners that may be reached from other machines without what that needs. Said again and again
/// in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each listener, independent of each other"
)]
pub struct Insecure {
    /// Callers, without TLS or without consumers.
    pub api: bool,
    /// Operators, without TLS or without consumers.
    pub operator: bool,
    /// Metrics, which are told to everybody who asks.
    pub metrics: bool,
    /// Callbacks of providers, without TLS.
    pub callbacks: bool,
}

/// Listens on `address`; port 0 takes a free one. `listener` names it in errors: `api`, `operator`,
/// `metrics`, `callbacks`. Nobody is served before [`crate::Server::start`] has looked at what protects it.
///
/// # Errors
/// [`ListenError`], for people.
pub async fn bind(listener: &'static str, address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            ListenError::InUse { listener, address }
        } else {
            ListenError::Refused { listener, address, error }
        }
    })
}

/// What a gRPC listener lacks to be reached from other machines.
pub const fn lacks_for_exposure(tls: bool, must_prove: bool) -> Option<&'static str> {
    match (tls, must_prove) {
        (true, true) => None,
        (false, true) => Some("it has no TLS"),
        (true, false) => Some("there are no consumers, so everybody could pay"),
        (false, false) => Some("it has no TLS and there are no consumers, so everybody could pay"),
    }
}

/// What the listener for callbacks lacks to be reached from other machines. Who may tell something is
/// decided by each callback's signature.
pub const fn callbacks_lack_for_exposure(tls: bool) -> Option<&'static str> {
    if tls {
        None
    } else {
        Some("it has no TLS, so whoever is on the way could read what callbacks say of customers")
    }
}

/// Refuses what other machines could reach without what that needs. Whether it is reached in spite of
/// that, because the configuration says so.
pub(crate) fn check_exposure(
    listener: &'static str,
    address: SocketAddr,
    lacks: Option<&'static str>,
    insecure: bool,
) -> Result<bool, ListenError> {
    match lacks {
        Some(lacks) if !address.ip().is_loopback() => {
            if insecure {
                Ok(true)
            } else {
                Err(ListenError::Exposed { listener, address, lacks })
            }
        }
        _ => Ok(false),
    }
}

/// A gRPC server with limits.
pub(crate) fn limited() -> Server {
    Server::builder()
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .max_frame_size(FRAME_BYTES)
        .http2_max_header_list_size(HEADER_BYTES)
        .http2_max_local_error_reset_streams(Some(LOCAL_RESETS))
        .http2_max_pending_accept_reset_streams(Some(PENDING_RESETS))
        .max_connection_age(CONNECTION_AGE)
        .max_connection_age_grace(CONNECTION_GRACE)
        .http2_keepalive_interval(Some(KEEP_ALIVE_EVERY))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_PATIENCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_refused_in_words() {
        let first = bind("api", ([127, 0, 0, 1], 0).into()).await.unwrap();
        let taken = first.local_addr().unwrap();
        let error = bind("api", taken).await.unwrap_err();
        assert!(matches!(error, ListenError::InUse { .. }), "{error}");
        assert!(error.to_string().contains(&taken.to_string()));
    }

    #[test]
    fn other_machines_need_tls_and_consumers_or_an_explicit_word() {
        let open: SocketAddr = ([0, 0, 0, 0], 50_051).into();
        let here: SocketAddr = ([127, 0, 0, 1], 50_051).into();
        for (tls, must_prove) in [(false, false), (true, false), (false, true)] {
            let lacks = lacks_for_exposure(tls, must_prove);
            let error = check_exposure("api", open, lacks, false).unwrap_err();
            assert!(error.to_string().contains("listen.insecure"), "{error}");
            assert!(check_exposure("api", open, lacks, true).unwrap(), "it is told");
            assert!(!check_exposure("api", here, lacks, true).unwrap());
        }
        assert!(!check_exposure("api", open, lacks_for_exposure(true, true), false).unwrap());
    }
}
