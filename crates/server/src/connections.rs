//! Connections: accepted, proved by TLS where that is configured, capped, and closed at once beyond.

mod connection;
mod handshakes;
mod places;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

pub(crate) use self::connection::Connection;
use self::connection::Transport;
use self::handshakes::{Handshake, Handshakes, MOST_HANDSHAKES};
pub use self::places::ConnectionCaps;
use self::places::Places;
use crate::tls::Tls;

/// Rest after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);
/// A handshake takes a few round trips; whoever needs longer is not shaking hands.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(5);
/// Connections that wait to be served.
const WAITING: usize = 64;

/// The other side of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// The DNS names and URIs of its certificate, which was verified.
    names: Arc<[String]>,
}

/// The connections that come in. Dropping it closes the listener.
#[derive(Debug)]
pub(crate) struct Incoming {
    ready: Receiver<io::Result<Connection>>,
    _accepting: AbortOnDropHandle<()>,
}

/// What lets connections in.
#[derive(Clone, Debug)]
struct Door {
    listener: &'static str,
    places: Places,
    handshakes: Handshakes,
    tls: Option<Arc<Tls>>,
    cut: CancellationToken,
    ready: Sender<io::Result<Connection>>,
}

/// The connections that come in, within `caps`, through TLS if that is given. All of them end when
/// `cut` is cancelled.
pub(crate) fn incoming(
    listener: TcpListener,
    name: &'static str,
    caps: ConnectionCaps,
    tls: Option<Arc<Tls>>,
    cut: CancellationToken,
) -> Incoming {
    let (ready, waiting) = mpsc::channel(WAITING);
    let door = Door {
        listener: name,
        places: Places::new(name, caps),
        handshakes: Handshakes::new(MOST_HANDSHAKES),
        tls,
        cut,
        ready,
    };
    let accepting = AbortOnDropHandle::new(tokio::spawn(door.accept(listener)));
    Incoming { ready: waiting, _accepting: accepting }
}

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.ready.poll_recv(cx)
    }
}

impl Door {
    async fn accept(self, listener: TcpListener) {
        // Ends with this task.
        let mut handshaking = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, address)) => self.knock(stream, address, &mut handshaking).await,
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        // Out of file descriptors, most likely: asking again at once would only burn
                        // time.
                        tokio::time::sleep(PAUSE).await;
                    }
                },
                Some(_) = handshaking.join_next(), if !handshaking.is_empty() => {}
            }
        }
    }

    async fn knock(&self, stream: TcpStream, address: SocketAddr, handshaking: &mut JoinSet<()>) {
        // Small messages go at once. If it cannot be set, they only go later.
        let _ = stream.set_nodelay(true);
        let address = address.ip();
        match &self.tls {
            None => self.admit(Transport::Plain(stream), address, Peer::unnamed()).await,
            Some(tls) => {
                let handshake = self.handshakes.begin(address);
                handshaking.spawn(self.clone().shake(Arc::clone(tls), stream, address, handshake));
            }
        }
    }

    async fn shake(self, tls: Arc<Tls>, stream: TcpStream, address: IpAddr, handshake: Handshake) {
        let shaken = timeout(HANDSHAKE_WITHIN, tls.acceptor().accept(stream));
        let reason = tokio::select! {
            shaken = shaken => match shaken {
                Ok(Ok(stream)) => {
                    drop(handshake);
                    let peer = Peer { names: crate::tls::names(&stream) };
                    return self.admit(Transport::Tls(Box::new(stream)), address, peer).await;
                }
                Ok(Err(error)) => {
                    tracing::debug!(listener = self.listener, %error, "a TLS handshake failed");
                    "failed"
                }
                Err(_) => "timeout",
            },
            () = handshake.dropped.cancelled() => "crowded",
        };
        metrics::counter!(
            "ppob_tls_handshakes_failed_total", "listener" => self.listener, "reason" => reason
        )
        .increment(1);
    }

    /// Hands a connection over to be served, if there is a place for it.
    async fn admit(&self, transport: Transport, address: IpAddr, peer: Peer) {
        if let Some(place) = self.places.take(address) {
            let connection = Connection::new(transport, peer, place, &self.cut);
            // Nobody takes it once the server is stopping.
            let _ = self.ready.send(Ok(connection)).await;
        }
    }
}

impl Peer {
    fn unnamed() -> Self {
        Self { names: Arc::new([]) }
    }

    /// The DNS names and URIs of its certificate; none without one.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::AsyncWrite;
    use tokio_stream::StreamExt;

    use super::*;

    const CAPS: ConnectionCaps = ConnectionCaps { total: 1, per_address: 1 };

    #[tokio::test]
    async fn a_peer_that_never_reads_cannot_hold_up_a_cut_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let cut = CancellationToken::new();
        let mut connections = incoming(listener, "test", CAPS, None, cut.clone());
        let mut connection = connections.next().await.unwrap().unwrap();
        let bytes = [0; 8 * 1024];
        // Until nothing more fits in between.
        let mut full = false;
        while !full {
            poll_fn(|cx| {
                full = Pin::new(&mut connection).poll_write(cx, &bytes).is_pending();
                Poll::Ready(())
            })
            .await;
        }
        cut.cancel();
        let ends = poll_fn(|cx| {
            let written = Pin::new(&mut connection).poll_write(cx, &bytes);
            let flushed = Pin::new(&mut connection).poll_flush(cx);
            Poll::Ready((written, flushed))
        });
        let (written, flushed) = ends.await;
        assert!(matches!(written, Poll::Ready(Err(_))), "{written:?}");
        assert!(matches!(flushed, Poll::Ready(Err(_))), "{flushed:?}");
        drop(peer);
    }
}
