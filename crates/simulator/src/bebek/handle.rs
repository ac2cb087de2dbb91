//! The running simulator in the hands of a test or a command.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::book::{Book, Conduct};
use super::config::BebekConfig;
use super::service::Service;
use crate::http::Server;
use crate::ledger::Ledger;

/// The simulated Bebek.
#[derive(Clone, Copy, Debug)]
pub struct BebekSimulator;

/// A running simulator. Dropping it stops it without waiting.
pub struct BebekHandle {
    address: SocketAddr,
    book: Arc<Mutex<Book>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl BebekSimulator {
    /// Starts a simulator on 127.0.0.1; it answers as soon as this returns.
    ///
    /// # Errors
    ///
    /// When the port is taken, or there are no sockets left.
    pub async fn start(config: BebekConfig) -> std::io::Result<BebekHandle> {
        let book = Arc::new(Mutex::new(Book::new(&config.username, config.balance)));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let port = config.port;
        let service = Arc::new(Service::new(config, Arc::clone(&book)));
        let server = Server::start(port, service, &tasks, &stop).await?;
        Ok(BebekHandle { address: server.address(), book, tasks, stop })
    }
}

impl BebekHandle {
    /// Where it listens: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was really charged.
    pub fn ledger(&self) -> Ledger {
        self.book().ledger()
    }

    /// The deposit in rupiah.
    pub fn balance(&self) -> i64 {
        self.book().balance
    }

    /// What happens to payments from now on.
    pub fn conduct(&self, conduct: Conduct) {
        self.book().conduct = conduct;
    }

    /// Stops listening, cuts every connection, and waits for the end.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for BebekHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for BebekHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BebekHandle")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
