//! Raw sockets in the place of a provider.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What a peer does with every connection once something came, without reading it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Habit {
    /// Says that nothing will come, and leaves the connection open.
    End,
    /// Resets the connection.
    Reset,
    /// Answers in plain HTTP, to whatever is said.
    PlainHttp,
    /// Never says anything.
    Mute,
}

/// A listening socket on loopback. Stops when dropped.
pub(crate) struct Peer {
    address: SocketAddr,
    connections: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Peer {
    pub(crate) async fn start(habit: Habit) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (counter, connections) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counter.send_modify(|count| *count += 1);
                open.spawn(behave(stream, habit));
            }
        });
        Ok(Self { address, connections, task })
    }

    pub(crate) fn origin(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.borrow()
    }

    /// Waits until somebody has connected.
    pub(crate) async fn was_found(&self) {
        let mut connections = self.connections.clone();
        let _peer_outlives_self = connections.wait_for(|count| *count > 0).await;
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns when the connection shall close; a client that has gone had the right to.
async fn behave(mut stream: TcpStream, habit: Habit) {
    // Not `readable`, which may be true of a new stream before anything came.
    if stream.peek(&mut [0]).await.is_err() {
        return;
    }
    let _gone_or_not = match habit {
        Habit::End => stream.shutdown().await,
        Habit::Reset => return drop(stream.set_zero_linger()),
        Habit::PlainHttp => {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await
        }
        Habit::Mute => Ok(()),
    };
    std::future::pending::<()>().await;
}

/// A bound socket that does not listen: it keeps its port from anybody else, and refuses.
pub(crate) fn refusing() -> std::io::Result<(TcpSocket, String)> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let origin = format!("http://{}", socket.local_addr()?);
    Ok((socket, origin))
}

/// A socket whose accept queue is full: further connection requests get no answer.
pub(crate) struct BlackHole {
    pub(crate) origin: String,
    _listener: TcpListener,
    _waiting: Vec<TcpStream>,
}

impl BlackHole {
    pub(crate) async fn open() -> std::io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let listener = socket.listen(1)?;
        let address = listener.local_addr()?;
        let mut waiting = Vec::new();
        for _ in 0..2 {
            waiting.push(TcpStream::connect(address).await?);
        }
        Ok(Self { origin: format!("http://{address}"), _listener: listener, _waiting: waiting })
    }
}
