//! One connection: counted while it is open, cut when the server must end, and dropped if it stays
//! silent.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use super::Peer;
use super::places::Place;

/// What an HTTP/2 client says first. Until then nothing else watches over the connection. No request
/// that brings a callback is shorter.
const PREFACE_BYTES: usize = 24;
const PREFACE_WITHIN: Duration = Duration::from_secs(10);

/// A connection that counts against the caps while it is open.
#[derive(Debug)]
pub(crate) struct Connection {
    transport: Transport,
    peer: Peer,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    preface: Option<Preface>,
    _place: Place,
}

/// What the bytes go through.
#[derive(Debug)]
pub(super) enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// How much of the client's first words is missing, and until when they must have come.
#[derive(Debug)]
struct Preface {
    missing: usize,
    late: Pin<Box<Sleep>>,
}

impl Connection {
    pub(super) fn new(
        transport: Transport,
        peer: Peer,
        place: Place,
        cut: &CancellationToken,
    ) -> Self {
        Self {
            transport,
            peer,
            cut: Box::pin(cut.clone().cancelled_owned()),
            preface: Some(Preface {
                missing: PREFACE_BYTES,
                late: Box::pin(sleep(PREFACE_WITHIN)),
            }),
            _place: place,
        }
    }

    /// Whether the connection was cut; wakes when it is.
    fn is_cut(&mut self, cx: &mut Context<'_>) -> bool {
        self.cut.as_mut().poll(cx).is_ready()
    }

    /// Fails once cut: a peer that reads nothing must not hold us up by what is still to be written.
    fn check_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.is_cut(cx) { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Fails if the client has not said its first words in time; wakes then.
    fn check_preface(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let late = self.preface.as_mut().is_some_and(|p| p.late.as_mut().poll(cx).is_ready());
        if late { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }

    fn came(&mut self, bytes: usize) {
        if let Some(preface) = &mut self.preface {
            preface.missing = preface.missing.saturating_sub(bytes);
            if preface.missing == 0 {
                self.preface = None;
            }
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
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
        self.check_preface(cx)?;
        let before = buffer.filled().len();
        let read = match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Transport::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        self.came(buffer.filled().len().saturating_sub(before));
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_cut(cx)?;
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Transport::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_cut(cx)?;
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Transport::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_cut(cx)?;
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Transport::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_cut(cx)?;
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Transport::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(stream) => stream.is_write_vectored(),
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
