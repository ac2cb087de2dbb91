//! The running simulator in the hands of a test or a command.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::book::Violation;
use super::call::Verb;
use super::callbacks::{Callback, SentCallback};
use super::catalogue::ProductUpdate;
use super::config::{DigiflazzConfig, DigiflazzStartError};
use super::control::Control;
use super::faults::Fault;
use super::service::Service;
use super::state::{DigiflazzControlError, State};
use crate::http::{CallbackAddress, Server};
use crate::ledger::Ledger;

/// The simulated Digiflazz.
#[derive(Clone, Copy, Debug)]
pub struct DigiflazzSimulator;

/// A running simulator. Dropping it stops it without waiting.
pub struct DigiflazzHandle {
    address: SocketAddr,
    control_address: SocketAddr,
    state: Arc<State>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl DigiflazzSimulator {
    /// Starts a simulator on 127.0.0.1; it answers as soon as this returns.
    ///
    /// # Errors
    ///
    /// Without accounts, with a user name that appears twice, or when a port is taken.
    pub async fn start(config: DigiflazzConfig) -> Result<DigiflazzHandle, DigiflazzStartError> {
        let mut usernames = BTreeSet::new();
        for account in &config.accounts {
            if !usernames.insert(account.username.as_str()) {
                return Err(DigiflazzStartError::DuplicateAccount(account.username.clone()));
            }
        }
        if usernames.is_empty() {
            return Err(DigiflazzStartError::NoAccount);
        }
        let state = Arc::new(State::new(&config));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        // Whatever fails below, what already listens must not live on.
        let guard = stop.clone().drop_guard();
        let service =
            Service { state: Arc::clone(&state), tasks: tasks.clone(), stop: stop.clone() };
        let api = Server::start(config.port, Arc::new(service), &tasks, &stop).await?;
        let control = Control { state: Arc::clone(&state) };
        let control = Server::start(config.control_port, Arc::new(control), &tasks, &stop).await?;
        let stop = guard.disarm();
        Ok(DigiflazzHandle {
            address: api.address(),
            control_address: control.address(),
            state,
            tasks,
            stop,
        })
    }
}

impl DigiflazzHandle {
    /// Where the calls are: `http://127.0.0.1:PORT/v1`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Where the control endpoint is: `http://127.0.0.1:PORT/control`.
    pub fn control_url(&self) -> String {
        format!("http://{}/control", self.control_address)
    }

    /// The socket of the API, for raw clients.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that was really charged.
    pub fn ledger(&self) -> Ledger {
        self.state.ledger(0)
    }

    /// The deposit of an account in rupiah, if there is such an account.
    pub fn balance(&self, username: &str) -> Option<i64> {
        self.state.book().accounts.get(username).map(|account| account.balance)
    }

    /// Requests of a kind that were read to their end.
    pub fn requests(&self, verb: Verb) -> u64 {
        self.state.requests(verb)
    }

    /// Calls of `transaction` for one reference.
    pub fn calls(&self, reference: &str) -> u64 {
        self.state.book().calls.get(reference).copied().unwrap_or(0)
    }

    /// References that were used too soon again, or in a way that is not to be.
    pub fn violations(&self) -> Vec<Violation> {
        self.state.book().violations.clone()
    }

    /// Switches a fault on.
    pub fn add_fault(&self, fault: Fault) {
        self.state.book().faults.push(fault);
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) {
        self.state.book().faults.clear();
    }

    /// Changes a product.
    ///
    /// # Errors
    ///
    /// When there is no such product.
    pub fn update(&self, update: &ProductUpdate) -> Result<(), DigiflazzControlError> {
        self.state.update(update)
    }

    /// Puts money into a deposit (or takes it out) and tells the new balance.
    ///
    /// # Errors
    ///
    /// When there is no such account, or it would owe money.
    pub fn deposit(&self, username: &str, amount: i64) -> Result<i64, DigiflazzControlError> {
        self.state.deposit(username, amount)
    }

    /// Sends an account's callbacks to this address from now on.
    ///
    /// # Errors
    ///
    /// When there is no such account.
    pub fn call_back_to(
        &self,
        username: &str,
        address: CallbackAddress,
    ) -> Result<(), DigiflazzControlError> {
        self.state.call_back_to(username, address)
    }

    /// Lets time pass at the provider only.
    pub fn pass(&self, span: Duration) {
        self.state.pass(span);
    }

    /// Ends everything that is pending, and sends the news of it, one after the other.
    pub async fn settle(&self) {
        let news = self.state.settle(None, None);
        self.state.send(&news).await;
    }

    /// Tries an account's callback address, as a person does at its configuration.
    ///
    /// # Errors
    ///
    /// When there is no such account, or it has no address.
    pub async fn ping(&self, username: &str) -> Result<(), DigiflazzControlError> {
        let ping = Callback::ping(&self.state.book(), username);
        let unknown = || DigiflazzControlError::UnknownAccount(username.to_owned());
        self.state.send(&[ping.ok_or_else(unknown)?]).await;
        Ok(())
    }

    /// Waits until so many callbacks were sent, and tells all of them.
    pub async fn callbacks(&self, count: usize) -> Vec<SentCallback> {
        let mut sent = self.state.sent.subscribe();
        match sent.wait_for(|all| all.len() >= count).await {
            Ok(all) => all.clone(),
            Err(_) => Vec::new(),
        }
    }

    /// Stops listening, ends every connection, and waits for both.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for DigiflazzHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for DigiflazzHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DigiflazzHandle")
            .field("address", &self.address)
            .field("control_address", &self.control_address)
            .finish_non_exhaustive()
    }
}
