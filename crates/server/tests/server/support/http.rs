//! A provider's side of a callback, by hand: what is sent is exactly what the test says.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::CALLBACK_SECRET;

/// A callback to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// What came back, as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Told {
    /// To the usual provider, with the right secret.
    pub(crate) fn new(body: &[u8]) -> Self {
        Self {
            method: "POST",
            target: "/callbacks/scripted-a".to_owned(),
            headers: vec![("X-Secret", CALLBACK_SECRET.to_owned())],
            body: body.to_vec(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (method, target, length) = (self.method, &self.target, self.body.len());
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers: String = lines.collect();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        [head.as_bytes(), &self.body].concat()
    }

    pub(crate) async fn send(&self, address: SocketAddr) -> Answered {
        let stream = TcpStream::connect(address).await.unwrap();
        exchange(stream, &self.bytes()).await.unwrap()
    }
}

/// Sends these bytes and gives what is answered; `None` if the connection ended without an answer.
pub(crate) async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    bytes: &[u8],
) -> Option<Answered> {
    // The other side may have answered and gone before everything was sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    // `HTTP/1.0` for whoever asked by that.
    let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
    // Of all that is answered, only this may differ from one moment to the next.
    let head = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
    Some(Answered { status, head: head.collect::<Vec<_>>().join("\n"), body: body.to_owned() })
}
