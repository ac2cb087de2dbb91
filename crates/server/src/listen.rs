//! Addresses and limits.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tonic::transport::Server;

/// The biggest message that is read. A request to pay has some hundred bytes.
pub(crate) const MOST_BYTES: usize = 64 * 1024;

const STREAMS_PER_CONNECTION: u32 = 200;
const HEADER_BYTES: u32 = 8 * 1024;
const FRAME_BYTES: u32 = 16 * 1024;
/// Not the library's "no limit": a peer that provokes resets is cut off.
const LOCAL_RESETS: usize = 1_024;
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(30);
const KEEP_ALIVE_PATIENCE: Duration = Duration::from_secs(10);

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
    /// The address is reachable from other machines.
    #[error(
        "the {listener} address {address} can be reached from other machines, and this version has neither TLS nor API keys; use a loopback address such as 127.0.0.1"
    )]
    NotLoopback {
        /// What was to listen.
        listener: &'static str,
        /// Where.
        address: SocketAddr,
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

/// Listens on `address`; port 0 takes a free one. `listener` names it in errors: `api`, `operator`,
/// `metrics`.
///
/// # Errors
/// [`ListenError`], for people.
pub async fn bind(listener: &'static str, address: SocketAddr) -> Result<TcpListener, ListenError> {
    check_loopback(listener, address)?;
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            ListenError::InUse { listener, address }
        } else {
            ListenError::Refused { listener, address, error }
        }
    })
}

/// Refuses what other machines could reach.
pub(crate) fn check_loopback(
    listener: &'static str,
    address: SocketAddr,
) -> Result<(), ListenError> {
    if address.ip().is_loopback() {
        Ok(())
    } else {
        Err(ListenError::NotLoopback { listener, address })
    }
}

/// A gRPC server with limits.
pub(crate) fn limited() -> Server {
    Server::builder()
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .max_frame_size(FRAME_BYTES)
        .http2_max_header_list_size(HEADER_BYTES)
        .http2_max_local_error_reset_streams(Some(LOCAL_RESETS))
        .http2_keepalive_interval(Some(KEEP_ALIVE_EVERY))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_PATIENCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_and_an_open_address_are_refused_in_words() {
        let first = bind("api", ([127, 0, 0, 1], 0).into()).await.unwrap();
        let taken = first.local_addr().unwrap();
        let error = bind("api", taken).await.unwrap_err();
        assert!(matches!(error, ListenError::InUse { .. }), "{error}");
        assert!(error.to_string().contains(&taken.to_string()));
        let open = bind("operator", ([0, 0, 0, 0], 0).into()).await.unwrap_err();
        assert!(open.to_string().contains("loopback"), "{open}");
    }
}
