//! Connections: not more than a cap, and closed at once beyond it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::server::{Connected, TcpConnectInfo};

/// A connection that counts against the cap while it is open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    _open: Open,
}

/// Holds a place of the cap.
#[derive(Debug)]
struct Open {
    listener: &'static str,
    _place: OwnedSemaphorePermit,
}

/// The connections that come in, at most `cap` at a time.
pub(crate) fn incoming(
    listener: TcpListener,
    name: &'static str,
    cap: usize,
) -> impl Stream<Item = io::Result<Connection>> {
    let places = Arc::new(Semaphore::new(cap));
    TcpListenerStream::new(listener).filter_map(move |accepted| match accepted {
        Ok(stream) => admit(stream, name, &places).map(Ok),
        Err(error) => Some(Err(error)),
    })
}

fn admit(
    stream: TcpStream,
    listener: &'static str,
    places: &Arc<Semaphore>,
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
        _open: Open {
            listener,
            _place: place,
        },
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

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
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
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
