//! Connections: not more than a cap, and closed at once beyond it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::{Connected, TcpConnectInfo};

/// Rest after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// A connection that counts against the cap while it is open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    _open: Open,
}

/// Holds a place of the cap.
#[derive(Debug)]
struct Open {
    listener: &'static str,
    _place: OwnedSemaphorePermit,
}

/// The connections that come in, at most `cap` at a time. All of them end when `cut` is cancelled.
pub(crate) fn incoming(
    listener: TcpListener,
    name: &'static str,
    cap: usize,
    cut: CancellationToken,
) -> impl Stream<Item = io::Result<Connection>> {
    let places = Arc::new(Semaphore::new(cap));
    let accepted = TcpListenerStream::new(listener).then(|accepted| async {
        if let Err(error) = &accepted {
            tracing::warn!(%error, "a connection could not be accepted");
            // Out of file descriptors, most likely: asking again at once would only burn time.
            tokio::time::sleep(PAUSE).await;
        }
        accepted
    });
    accepted.filter_map(move |accepted| match accepted {
        Ok(stream) => admit(stream, name, &places, &cut).map(Ok),
        Err(error) => Some(Err(error)),
    })
}

fn admit(
    stream: TcpStream,
    listener: &'static str,
    places: &Arc<Semaphore>,
    cut: &CancellationToken,
) -> Option<Connection> {
    let Ok(place) = Arc::clone(places).try_acquire_owned() else {
        metrics::counter!("ppob_grpc_connections_refused_total", "listener" => listener)
            .increment(1);
        return None;
    };
    // Small messages go at once. If it cannot be set, they only go later.
    let _ = stream.set_nodelay(true);
    metrics::gauge!("ppob_grpc_connections", "listener" => listener).increment(1.0);
    Some(Connection {
        stream,
        cut: Box::pin(cut.clone().cancelled_owned()),
        _open: Open { listener, _place: place },
    })
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("ppob_grpc_connections", "listener" => self.listener).decrement(1.0);
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl Connection {
    /// Whether the connection was cut; wakes when it is.
    fn is_cut(&mut self, cx: &mut Context<'_>) -> bool {
        self.cut.as_mut().poll(cx).is_ready()
    }

    /// Fails once cut: a peer that reads nothing must not hold us up by what is still to be written.
    fn check_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.is_cut(cx) { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // As if the other side had gone: whoever still holds a stream open must not hold us up.
        if self.is_cut(cx) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_cut(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_cut(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_cut(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_peer_that_never_reads_cannot_hold_up_a_cut_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let cut = CancellationToken::new();
        let mut connections = pin!(incoming(listener, "test", 1, cut.clone()));
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
