//! Stands between a provider and its simulator: sees every request, and does to the answers what networks
//! and servers do to them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::manner::{After, Manner, render};
use crate::wire::{Message, header, read_answer, read_request};

/// A listening socket that hands requests on to a simulator. Stops when dropped.
pub(crate) struct Tap {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

/// A request that was read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Message,
    /// The body of the answer, if the whole of it was handed on.
    pub(crate) answered: Option<Vec<u8>>,
    /// Whether the body that was handed on is another one than the simulator's.
    pub(crate) changed: bool,
}

#[derive(Default)]
struct State {
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    upstream: String,
    manner: Manner,
    exchanges: Vec<Exchange>,
    connections: usize,
}

impl Tap {
    /// Listens, in front of nothing yet.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state, task })
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stands in front of `upstream` from now on, an origin over plain HTTP, and lets everything pass. What
    /// was seen before no longer counts.
    pub(crate) fn stand_before(&self, upstream: &str) {
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/').to_owned();
        *self.state.book() = Book { upstream, ..Book::default() };
    }

    /// What happens to requests from now on.
    pub(crate) fn set(&self, manner: Manner) {
        self.state.book().manner = manner;
    }

    /// What was asked since the last call of this.
    pub(crate) fn take_exchanges(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.state.book().exchanges)
    }

    /// How many connections were made since the last call of this.
    pub(crate) fn take_connections(&self) -> usize {
        std::mem::take(&mut self.state.book().connections)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request down and tells what is to happen to it, and who is asked.
    fn admit(&self, request: Message) -> (usize, Manner, String) {
        let mut book = self.book();
        book.exchanges.push(Exchange { request, answered: None, changed: false });
        (book.exchanges.len() - 1, book.manner.clone(), book.upstream.clone())
    }

    fn answered(&self, exchange: usize, true_body: &[u8], body: Vec<u8>) {
        if let Some(exchange) = self.book().exchanges.get_mut(exchange) {
            exchange.changed = true_body != body;
            exchange.answered = Some(body);
        }
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // Gone with this task, and their connections with them.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        state.book().connections += 1;
        connections.spawn(serve(stream, Arc::clone(&state)));
    }
}

/// Carries one request. A client that leaves has the right to.
async fn serve(mut client: TcpStream, state: Arc<State>) {
    let Some(request) = read_request(&mut client).await else { return };
    let (exchange, manner, upstream) = state.admit(request.clone());
    let answer = match manner.instead() {
        Some(answer) => Some(answer),
        None => forward(&request, &upstream).await,
    };
    // A simulator that hung up, or said something that is not HTTP, is handed on as a hang-up.
    let Some((status, body)) = answer else { return };
    let rendered = render(&manner, status, body.clone());
    if let Some(told) = rendered.whole {
        state.answered(exchange, &body, told);
    }
    if client.write_all(&rendered.bytes).await.is_err() {
        return;
    }
    match rendered.after {
        After::End => {}
        After::Reset => {
            let _gone_or_not = client.set_zero_linger();
        }
        After::Hold => std::future::pending().await,
    }
}

/// Asks the simulator.
async fn forward(request: &Message, upstream: &str) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(upstream).await.ok()?;
    let kept =
        request.head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let mut head = kept.collect::<Vec<_>>().join("\r\n");
    head.push_str("\r\nConnection: close\r\n\r\n");
    // At once: a second small write would wait for the first to be acknowledged.
    stream.write_all(&[head.as_bytes(), &request.body].concat()).await.ok()?;
    let answer = read_answer(&mut stream).await?;
    let stated: Option<usize> =
        header(&answer.head, "content-length").and_then(|length| length.parse().ok());
    // What the simulator cut is handed on as a hang-up, too.
    if stated.is_some_and(|length| length != answer.body.len()) {
        return None;
    }
    Some((answer.status()?, answer.body))
}
