//! A provider on raw TCP: it lets the simulator do the work, and answers payments in its own way.
//!
//! What was charged stands in the simulator's ledger; what was read and what was said stands here.

pub mod answer;
mod request;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ppob_e2e::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use self::answer::{Answer, Ending, Framing, Said};
use self::request::Request;

/// A raw provider in front of a simulator. Ends when it is dropped.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What happens to the payment of one customer.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whether the simulator gets the request at all.
    pub forwarded: bool,
    /// What goes back.
    pub answer: Answer,
}

#[derive(Debug)]
struct Shared {
    simulator: SocketAddr,
    plans: Mutex<BTreeMap<String, Plan>>,
    posts: Mutex<BTreeMap<String, u64>>,
    said: Mutex<BTreeMap<String, Said>>,
    /// Payment requests that were read to their end.
    read: watch::Sender<u64>,
    /// Nobody is answered before so many were read.
    gate: watch::Sender<u64>,
    strays: AtomicU64,
}

impl Peer {
    /// Listens on loopback, in front of the simulator at `simulator`.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn start(simulator: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            simulator,
            plans: Mutex::default(),
            posts: Mutex::default(),
            said: Mutex::default(),
            read: watch::Sender::new(0),
            gate: watch::Sender::new(0),
            strays: AtomicU64::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, accepting })
    }

    /// Where the verbs are.
    pub fn base_url(&self) -> String {
        format!("http://{}/json/ppob", self.address)
    }

    /// Where a redirect leads that nobody must follow.
    pub fn elsewhere(&self) -> String {
        format!("http://{}/elsewhere/bayartagihan", self.address)
    }

    /// Plans what happens to the payment of this customer. Without a plan it is forwarded and answered
    /// as it should be.
    pub fn plan(&self, customer_number: &str, plan: Plan) {
        lock(&self.shared.plans).insert(customer_number.to_owned(), plan);
    }

    /// Answers nobody before `more` further payment requests were read to their end.
    pub fn hold(&self, more: u64) {
        let target = self.shared.read.borrow().saturating_add(more);
        self.shared.gate.send_replace(target);
    }

    /// Payment requests that were read to their end, by customer number.
    pub fn posts(&self) -> BTreeMap<String, u64> {
        lock(&self.shared.posts).clone()
    }

    /// What was answered, by customer number.
    pub fn said(&self) -> BTreeMap<String, Said> {
        lock(&self.shared.said).clone()
    }

    /// Requests that came where none may come: a redirect was followed.
    pub fn strays(&self) -> u64 {
        self.shared.strays.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                // A client that has gone is not this side's concern.
                connections.spawn(async move { drop(serve(stream, &shared).await) });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let Some(request) = Request::read(&mut stream).await? else { return Ok(()) };
    if !request.path.starts_with("/json/") {
        shared.strays.fetch_add(1, Ordering::SeqCst);
        return Ok(());
    }
    if !request.path.ends_with("/bayartagihan") {
        let body = forward(shared.simulator, &request).await?;
        let answer = Answer::right(Framing::Length).render(&body);
        return stream.write_all(&answer.bytes).await;
    }
    let customer = request.field("ppob_nomorpelanggan").unwrap_or_default();
    *lock(&shared.posts).entry(customer.clone()).or_default() += 1;
    shared.read.send_modify(|read| *read += 1);
    let plan = lock(&shared.plans).get(&customer).cloned();
    let plan = plan.unwrap_or(Plan { forwarded: true, answer: Answer::right(Framing::Length) });
    let body = if plan.forwarded { forward(shared.simulator, &request).await? } else { Vec::new() };
    let gate = *shared.gate.borrow();
    let mut read = shared.read.subscribe();
    drop(read.wait_for(|read| *read >= gate).await);
    let rendered = plan.answer.render(&body);
    lock(&shared.said).insert(customer, rendered.said);
    rendered.send(stream).await
}

/// The body with which the simulator answers.
async fn forward(simulator: SocketAddr, request: &Request) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(simulator).await?;
    stream.write_all(&request.again()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n");
    Ok(head.and_then(|end| answer.get(end + 4..)).unwrap_or_default().to_vec())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
