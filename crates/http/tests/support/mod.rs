//! A peer that speaks raw TCP and counts the payment requests it read whole.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ppob_http::{BaseUrl, PayClient, Request, Timeouts};
use ppob_provider::{SendPermit, SendWatch};
use ppob_types::{AttemptId, Clock, Monotonic, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

/// What the peer does with every connection.
#[derive(Clone, Debug)]
pub(crate) enum Behaviour {
    /// Leaves the request unread and says that nothing more will come.
    FinUnread,
    /// Reads the whole request, then closes without an answer.
    FinAfterRead,
    /// Leaves the request unread and resets the connection.
    ResetUnread,
    /// Reads the whole request, then resets the connection.
    ResetAfterRead,
    /// Reads the whole request and never answers.
    Silence,
    /// Reads the whole request, sends these bytes and closes.
    Send(Vec<u8>),
    /// Reads the whole request, sends these bytes and keeps the connection open.
    SendAndStall(Vec<u8>),
    /// Sends these bytes without having read anything like a request; for TLS clients.
    SendUnread(Vec<u8>),
    /// Reads requests for ever and answers each, leaving the connection open.
    KeepAlive,
}

/// A listening socket on loopback, stopped when dropped.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    connections: AtomicUsize,
    posts: AtomicUsize,
    post_read: Notify,
}

impl Peer {
    pub(crate) async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let task = tokio::spawn(accept(listener, behaviour, Arc::clone(&state)));
        Self { address, state, task }
    }

    /// Whole POST bodies read.
    pub(crate) fn posts(&self) -> usize {
        self.state.posts.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Waits until a whole POST was read.
    pub(crate) async fn post_read(&self) {
        self.state.post_read.notified().await;
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}/", self.address)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, behaviour: Behaviour, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        state.connections.fetch_add(1, Ordering::SeqCst);
        connections.spawn(serve(stream, behaviour.clone(), Arc::clone(&state)));
    }
}

/// Returns when the connection shall close; an error is a client that has gone, which is its right.
async fn serve(mut stream: TcpStream, behaviour: Behaviour, state: Arc<State>) {
    match behaviour {
        Behaviour::FinUnread => {
            something_came(&stream).await;
            let _ = stream.shutdown().await;
            std::future::pending::<()>().await;
        }
        Behaviour::ResetUnread => {
            something_came(&stream).await;
            stream.set_zero_linger().unwrap();
        }
        Behaviour::SendUnread(bytes) => {
            something_came(&stream).await;
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Behaviour::FinAfterRead => {
            read_post(&mut stream, &state).await;
        }
        Behaviour::ResetAfterRead => {
            if read_post(&mut stream, &state).await {
                stream.set_zero_linger().unwrap();
            }
        }
        Behaviour::Silence => {
            read_post(&mut stream, &state).await;
            std::future::pending::<()>().await;
        }
        Behaviour::Send(bytes) => {
            if read_post(&mut stream, &state).await {
                let _ = stream.write_all(&bytes).await;
            }
        }
        Behaviour::SendAndStall(bytes) => {
            if read_post(&mut stream, &state).await {
                let _ = stream.write_all(&bytes).await;
                std::future::pending::<()>().await;
            }
        }
        Behaviour::KeepAlive => {
            while read_post(&mut stream, &state).await {
                let _ = stream.write_all(&answer("200 OK", "{}")).await;
            }
        }
    }
}

/// Not `readable`, which may be true of a new stream before anything came.
async fn something_came(stream: &TcpStream) {
    let _gone_or_not = stream.peek(&mut [0]).await;
}

/// Reads one request to the end of its body; false if the client went before.
async fn read_post(stream: &mut TcpStream, state: &State) -> bool {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(length) = whole_length(&request)
            && request.len() >= length
        {
            state.posts.fetch_add(1, Ordering::SeqCst);
            state.post_read.notify_one();
            return true;
        }
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
            _ => return false,
        }
    }
}

fn whole_length(request: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(request).ok()?;
    let head_length = text.find("\r\n\r\n")? + 4;
    let body_length = text[..head_length].lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head_length + body_length.unwrap_or(0))
}

/// A whole answer with a stated length.
pub(crate) fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A socket whose accept queue is full: further connection requests get no answer (Linux drops them).
pub(crate) struct BlackHole {
    pub(crate) address: SocketAddr,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl BlackHole {
    pub(crate) async fn open() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..2 {
            waiting.push(TcpStream::connect(address).await.unwrap());
        }
        Self { address, _listener: listener, _waiting: waiting }
    }
}

/// A clock that stands still.
#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::from_start(Duration::from_secs(10))
    }
}

/// A permit that may start until `start_by` seconds; the clock stands at 10.
#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
pub(crate) fn permit(start_by: u64) -> (SendPermit, SendWatch) {
    SendPermit::mint(
        AttemptId::new(1, 1),
        Monotonic::from_start(Duration::from_secs(start_by)),
        Arc::new(StoppedClock),
    )
}

/// A clock of a process that falls asleep once its permit is spent: it is looked at when the permit is made,
/// and when it is spent.
#[derive(Debug, Default)]
struct SleepersClock(AtomicUsize);

impl Clock for SleepersClock {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> Monotonic {
        let slept = self.0.fetch_add(1, Ordering::SeqCst) >= 2;
        Monotonic::from_start(Duration::from_secs(if slept { 100 } else { 10 }))
    }
}

/// A permit that is spent in time, by a process that sleeps before its connection stands.
#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
pub(crate) fn permit_of_a_sleeper() -> (SendPermit, SendWatch) {
    SendPermit::mint(
        AttemptId::new(1, 1),
        Monotonic::from_start(Duration::from_secs(20)),
        Arc::new(SleepersClock::default()),
    )
}

pub(crate) fn client(url: &str, timeouts: Timeouts) -> PayClient {
    PayClient::new(BaseUrl::parse(url, true).unwrap(), timeouts).unwrap()
}

pub(crate) fn payment() -> Request {
    Request::form("bayartagihan", &[("username", "dummy"), ("password", "rahasia")])
}
