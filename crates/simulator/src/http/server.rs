//! The listener, its connections, and their orderly end.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::Connection;
use super::reply::{Answer, Reply};
use super::request::{Head, ReadError, Request};

/// Pause after a failed `accept`, which is usually a lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// What decides about requests.
pub(crate) trait Handler: Send + Sync + 'static {
    /// Decides before the body is read; `None` reads it.
    fn before_body(&self, head: &Head) -> Option<Reply>;

    /// Decides about a request that was read to its end.
    fn respond(&self, request: Request) -> impl Future<Output = Reply> + Send;
}

/// A listening server on loopback.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
}

impl Server {
    /// Listens on `127.0.0.1:port` (0: the system chooses) until `stop` is cancelled.
    pub(crate) async fn start<H: Handler>(
        port: u16,
        handler: Arc<H>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let (connections, stop) = (tasks.clone(), stop.clone());
        tasks.spawn(async move {
            let accepting = accept(listener, handler, connections, stop.clone());
            let _stopped = stop.run_until_cancelled(accepting).await;
        });
        Ok(Self { address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept<H: Handler>(
    listener: TcpListener,
    handler: Arc<H>,
    connections: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (handler, stop) = (Arc::clone(&handler), stop.clone());
        connections.spawn(async move {
            let talking = converse(stream, handler.as_ref());
            if let Some(Err(error)) = stop.run_until_cancelled(talking).await {
                tracing::debug!(%error, "a simulated connection ended early");
            }
        });
    }
}

async fn converse<H: Handler>(stream: TcpStream, handler: &H) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    loop {
        let head = match connection.read_head().await {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(()),
            Err(error) => return refuse(connection, &error).await,
        };
        if let Some(reply) = handler.before_body(&head) {
            connection.send(reply, true).await?;
            return Ok(());
        }
        let body = match connection.read_body(&head).await {
            Ok(body) => body,
            Err(error) => return refuse(connection, &error).await,
        };
        let closes = head.wants_close();
        let reply = handler.respond(Request { head, body }).await;
        match connection.send(reply, closes).await? {
            Some(open) => connection = open,
            None => return Ok(()),
        }
    }
}

async fn refuse(connection: Connection, error: &ReadError) -> std::io::Result<()> {
    let status = match error {
        ReadError::Cut | ReadError::Io(_) => return Ok(()),
        ReadError::Malformed => 400,
        ReadError::LengthRequired => 411,
        ReadError::TooLarge => 413,
    };
    let answer = Answer::new(status, "text/plain", format!("{error}\n"));
    connection.send(Reply::Answer(answer), true).await.map(drop)
}
