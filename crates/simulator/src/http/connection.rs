//! One client connection: reading requests, writing replies.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::reply::{Answer, Ending, Framing, Reply};
use super::request::{Head, ReadError};

const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// How long a closed connection is drained, so that unread bytes do not turn the FIN into an RST.
const DRAIN_LIMIT: Duration = Duration::from_secs(1);

pub(crate) struct Connection {
    stream: TcpStream,
    unread: BytesMut,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, unread: BytesMut::with_capacity(1024) }
    }

    /// The next head, or `None` when the client left between two requests.
    pub(crate) async fn read_head(&mut self) -> Result<Option<Head>, ReadError> {
        loop {
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                return Head::parse(&self.unread.split_to(end + 4)).map(Some);
            }
            if self.unread.len() > MAX_HEAD_BYTES {
                return Err(ReadError::TooLarge);
            }
            if self.stream.read_buf(&mut self.unread).await? == 0 {
                return if self.unread.is_empty() { Ok(None) } else { Err(ReadError::Cut) };
            }
        }
    }

    /// The body that belongs to `head`.
    pub(crate) async fn read_body(&mut self, head: &Head) -> Result<Bytes, ReadError> {
        let length = head.body_length()?;
        if length > MAX_BODY_BYTES {
            return Err(ReadError::TooLarge);
        }
        if head.expects_continue() && self.unread.len() < length {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        while self.unread.len() < length {
            if self.stream.read_buf(&mut self.unread).await? == 0 {
                return Err(ReadError::Cut);
            }
        }
        Ok(self.unread.split_to(length).freeze())
    }

    /// Carries out a reply; gives the connection back when it can carry another request.
    pub(crate) async fn send(
        mut self,
        reply: Reply,
        closes: bool,
    ) -> std::io::Result<Option<Self>> {
        match reply {
            Reply::Answer(answer) => {
                let length = answer.body.len();
                self.write(&answer, length, Framing::ContentLength, closes).await?;
                if !closes {
                    return Ok(Some(self));
                }
                self.stream.shutdown().await?;
            }
            Reply::Truncated { answer, keep, framing } => {
                let closes = closes || framing == Framing::CloseDelimited;
                self.write(&answer, keep, framing, closes).await?;
                self.stream.shutdown().await?;
            }
            Reply::Raw(bytes) => {
                self.stream.write_all(bytes).await?;
                self.stream.shutdown().await?;
            }
            Reply::Close(Ending::Fin) => {
                self.stream.shutdown().await?;
                let _ended_or_not =
                    tokio::time::timeout(DRAIN_LIMIT, self.until_client_leaves()).await;
            }
            Reply::Close(Ending::Reset) => self.stream.set_zero_linger()?,
            Reply::Stall(None) => self.until_client_leaves().await,
            Reply::Stall(Some(hold)) => {
                let _left_or_not = tokio::time::timeout(hold, self.until_client_leaves()).await;
                self.stream.shutdown().await?;
            }
        }
        Ok(None)
    }

    async fn write(
        &mut self,
        answer: &Answer,
        keep: usize,
        framing: Framing,
        closes: bool,
    ) -> std::io::Result<()> {
        let mut bytes = answer.head(framing, closes).into_bytes();
        bytes.extend(answer.body.iter().take(keep));
        self.stream.write_all(&bytes).await
    }

    /// Reads and forgets until the client has closed its side.
    async fn until_client_leaves(&mut self) {
        loop {
            self.unread.clear();
            if !matches!(self.stream.read_buf(&mut self.unread).await, Ok(1..)) {
                return;
            }
        }
    }
}
