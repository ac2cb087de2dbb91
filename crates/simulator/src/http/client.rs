//! A small HTTP/1.1 client over loopback, with which simulated providers send callbacks.
//!
//! Loopback only, so that nothing simulated ever leaves this machine. One connection per request, a bounded
//! time, a bounded answer: whoever receives callbacks may be stopped, slow or killed at any moment.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long one callback may take, from the connection to the end of the head.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How many bytes of an answer are read; its head has to fit.
const HEAD_LIMIT: usize = 16 * 1024;

/// Where callbacks go: a port of this machine, and a path at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackAddress {
    port: u16,
    path: String,
}

/// Text that is no address for callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("callbacks go to this machine only: write http://127.0.0.1:PORT/path, without a query")]
pub struct CallbackAddressError;

/// Why a callback has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallbackSendError {
    /// Nobody listens, or the connection ended.
    #[error("the callback's connection failed: {0}")]
    Io(#[from] std::io::Error),
    /// No answer in time.
    #[error("the callback was not answered in time")]
    TimedOut,
    /// What came back is not HTTP.
    #[error("the answer to the callback is not HTTP")]
    Malformed,
}

impl CallbackAddress {
    /// Reads `http://127.0.0.1:PORT/path` or `http://localhost:PORT/path`.
    ///
    /// # Errors
    /// [`CallbackAddressError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, CallbackAddressError> {
        let rest = text.strip_prefix("http://").ok_or(CallbackAddressError)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = authority.rsplit_once(':').ok_or(CallbackAddressError)?;
        let is_here = matches!(host, "127.0.0.1" | "localhost");
        let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
        let port = port.parse().ok().filter(|port| *port != 0 && is_here && is_plain);
        let port = port.ok_or(CallbackAddressError)?;
        Ok(Self { port, path: format!("/{path}") })
    }

    /// Sends a POST with these headers and this body, and tells the HTTP status of the answer.
    ///
    /// # Errors
    /// [`CallbackSendError`] if no answer came.
    pub async fn post(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<u16, CallbackSendError> {
        let length = body.len().to_string();
        let mut all = vec![("Content-Length", length.as_str())];
        all.extend_from_slice(headers);
        exchange(self, request(self, "POST", "", &all, body)).await
    }

    /// Sends a GET with this query, already encoded, and tells the HTTP status of the answer.
    ///
    /// # Errors
    /// [`CallbackSendError`] if no answer came.
    pub async fn get(
        &self,
        query: &str,
        headers: &[(&str, &str)],
    ) -> Result<u16, CallbackSendError> {
        exchange(self, request(self, "GET", query, headers, b"")).await
    }
}

fn request(
    to: &CallbackAddress,
    method: &str,
    query: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mark = if query.is_empty() { "" } else { "?" };
    let mut head = format!(
        "{method} {}{mark}{query} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n",
        to.path, to.port
    );
    for (name, value) in headers {
        for part in [name, ": ", value, "\r\n"] {
            head.push_str(part);
        }
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

async fn exchange(to: &CallbackAddress, request: Vec<u8>) -> Result<u16, CallbackSendError> {
    let sending = async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, to.port));
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&request).await?;
        let mut head = Vec::with_capacity(512);
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            if head.len() > HEAD_LIMIT || stream.read_buf(&mut head).await? == 0 {
                return Err(CallbackSendError::Malformed);
            }
        }
        status(&head).ok_or(CallbackSendError::Malformed)
    };
    tokio::time::timeout(TIME_LIMIT, sending).await.map_err(|_| CallbackSendError::TimedOut)?
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let code = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    code.parse().ok().filter(|code| (100..600).contains(code))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::http::{Answer, Handler, Head, Reply, Request, Server};

    /// Method and path, query, signature, body.
    type Seen = (String, String, String, Vec<u8>);

    #[derive(Default)]
    struct Receiver(Mutex<Vec<Seen>>);

    impl Handler for Receiver {
        fn before_body(&self, _: &Head) -> Option<Reply> {
            None
        }

        async fn respond(&self, request: Request) -> Reply {
            let seen = (
                format!("{} {}", request.head.method, request.head.path),
                request.head.query.clone(),
                request.head.header("x-signature").unwrap_or_default().to_owned(),
                request.body.to_vec(),
            );
            self.0.lock().unwrap().push(seen);
            Reply::Answer(Answer::new(503, "text/plain", "no"))
        }
    }

    #[tokio::test]
    async fn what_is_sent_arrives_as_it_is_and_the_status_comes_back() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let receiver = Arc::new(Receiver::default());
        let server = Server::start(0, Arc::clone(&receiver), &tasks, &stop).await.unwrap();
        let to = format!("http://localhost:{}/callback/one", server.address().port());
        let to = CallbackAddress::parse(&to).unwrap();
        let posted = to.post(&[("X-Signature", "abc")], b"{\"a\":1}").await.unwrap();
        let got = to.get("refid=P1&message=a%20b", &[]).await.unwrap();
        assert_eq!((posted, got), (503, 503));
        let path = |method: &str| format!("{method} /callback/one");
        let (empty, body) = (String::new(), b"{\"a\":1}".to_vec());
        assert_eq!(
            *receiver.0.lock().unwrap(),
            [
                (path("POST"), empty.clone(), "abc".to_owned(), body),
                (path("GET"), "refid=P1&message=a%20b".to_owned(), empty, Vec::new()),
            ]
        );
        stop.cancel();
    }

    #[tokio::test]
    async fn nobody_listening_is_an_error_and_no_status() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        drop(taken);
        let to = CallbackAddress::parse(&format!("http://127.0.0.1:{port}")).unwrap();
        assert!(matches!(to.post(&[], b"").await, Err(CallbackSendError::Io(_))));
    }

    #[test]
    fn callbacks_stay_on_this_machine() {
        for text in [
            "https://127.0.0.1:1/",
            "http://provider.example:80/",
            "http://127.0.0.1/",
            "http://127.0.0.1:0/",
            "http://127.0.0.1:1/a?b",
            "http://127.0.0.1:1/a b",
            "http://127.0.0.1:1/\r\nX: y",
            "127.0.0.1:1",
        ] {
            assert_eq!(CallbackAddress::parse(text), Err(CallbackAddressError), "{text}");
        }
    }

    #[test]
    fn only_a_status_line_of_http_has_a_status() {
        assert_eq!(status(b"HTTP/1.1 200 OK\r\n\r\n"), Some(200));
        for head in
            [&b"HTTP/1.1 OK\r\n\r\n"[..], b"SSH-2.0\r\n\r\n", b"HTTP/1.1 999 X\r\n\r\n", b""]
        {
            assert_eq!(status(head), None);
        }
    }
}
