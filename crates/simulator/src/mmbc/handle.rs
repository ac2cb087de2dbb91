//! The running simulator in the hands of a test or a command.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accounts::{AccountView, PriceUpdate};
use super::config::{MmbcConfig, StartError};
use super::control::Control;
use super::counts::RequestCounts;
use super::faults::Fault;
use super::service::Service;
use super::state::{ControlError, State};
use super::statement::{StatementSwitches, statement};
use crate::http::Server;
use crate::ledger::Ledger;

/// The simulated MMBC.
#[derive(Clone, Copy, Debug)]
pub struct MmbcSimulator;

/// A running simulator. Dropping it stops it without waiting.
pub struct MmbcHandle {
    address: SocketAddr,
    control_address: SocketAddr,
    state: Arc<State>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl MmbcSimulator {
    /// Starts a simulator on 127.0.0.1; it answers as soon as this returns.
    ///
    /// # Errors
    ///
    /// Without accounts, with a username that appears twice, or when a port is taken.
    pub async fn start(config: MmbcConfig) -> Result<MmbcHandle, StartError> {
        let mut usernames = BTreeSet::new();
        for account in &config.accounts {
            if !usernames.insert(account.username.as_str()) {
                return Err(StartError::DuplicateAccount(account.username.clone()));
            }
        }
        if usernames.is_empty() {
            return Err(StartError::NoAccount);
        }
        let (port, control_port) = (config.port, config.control_port);
        let state = Arc::new(State::new(config));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        // Whatever fails below, what already listens must not live on.
        let guard = stop.clone().drop_guard();
        let service =
            Service { state: Arc::clone(&state), tasks: tasks.clone(), stop: stop.clone() };
        let api = Server::start(port, Arc::new(service), &tasks, &stop).await?;
        let control = Control { state: Arc::clone(&state) };
        let control = Server::start(control_port, Arc::new(control), &tasks, &stop).await?;
        let stop = guard.disarm();
        Ok(MmbcHandle {
            address: api.address(),
            control_address: control.address(),
            state,
            tasks,
            stop,
        })
    }
}

impl MmbcHandle {
    /// Where the verbs are: `http://127.0.0.1:PORT/json/ppob`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}/json/ppob", self.address)
    }

    /// Where the undocumented balance request is.
    pub fn balance_url(&self) -> String {
        format!("http://{}/json/ceksaldo", self.address)
    }

    /// Where the control endpoint is: `http://127.0.0.1:PORT/control`.
    pub fn control_url(&self) -> String {
        format!("http://{}/control", self.control_address)
    }

    /// The socket of the API, for raw clients.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The socket of the control endpoint, for raw clients.
    pub fn control_address(&self) -> SocketAddr {
        self.control_address
    }

    /// Everything that was really charged.
    pub fn ledger(&self) -> Ledger {
        self.state.ledger(0)
    }

    /// What was charged after the charge with this sequence.
    pub fn ledger_after(&self, sequence: u64) -> Ledger {
        self.state.ledger(sequence)
    }

    /// The statement of a login, as CSV: every debit and what came back.
    pub fn statement(&self, login: &str, switches: StatementSwitches) -> String {
        statement(&self.ledger(), login, switches)
    }

    /// The accounts with their balances.
    pub fn accounts(&self) -> Vec<AccountView> {
        self.state.accounts()
    }

    /// The deposit of a login in rupiah, if there is such an account.
    pub fn balance(&self, login: &str) -> Option<i64> {
        self.state.book().accounts.get(login).map(|account| account.balance)
    }

    /// Switches a fault on.
    ///
    /// # Errors
    ///
    /// When it could never happen, or names an account or a product that does not exist.
    pub fn add_fault(&self, fault: Fault) -> Result<(), ControlError> {
        self.state.add_fault(fault)
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) {
        self.state.book().faults.clear();
    }

    /// The faults that are on, oldest first, with the requests they still hit.
    pub fn faults(&self) -> Vec<Fault> {
        self.state.book().faults.active().to_vec()
    }

    /// Adds rupiah to a deposit (a negative amount takes them out) and gives the new balance.
    ///
    /// # Errors
    ///
    /// Without such an account, or when the deposit would become negative.
    pub fn deposit(&self, login: &str, amount: i64) -> Result<i64, ControlError> {
        self.state.deposit(login, amount)
    }

    /// Gives the cost of a charge back to its deposit and tells the new balance in rupiah.
    ///
    /// # Errors
    ///
    /// Without such a charge, or when it is refunded already.
    pub fn refund(&self, sequence: u64) -> Result<i64, ControlError> {
        self.state.refund(sequence)
    }

    /// Changes the price list.
    ///
    /// # Errors
    ///
    /// Without such a product or account, or with a fee beyond a billion rupiah.
    pub fn set_price(&self, update: &PriceUpdate) -> Result<(), ControlError> {
        self.state.update_price(update)
    }

    /// How often the provider was asked what.
    pub fn requests(&self) -> RequestCounts {
        self.state.book().counts.clone()
    }

    /// Payment requests read to their end for one customer number of one product code.
    pub fn pay_requests_for(&self, product: &str, customer_number: &str) -> u64 {
        let book = self.state.book();
        let numbers = book.counts.pays.get(product);
        numbers.and_then(|numbers| numbers.get(customer_number)).copied().unwrap_or(0)
    }

    /// Waits until there were at least so many debits.
    pub async fn wait_for_charges(&self, count: u64) {
        let mut charged = self.state.charged.subscribe();
        let _sender_outlives_self = charged.wait_for(|charged| *charged >= count).await;
    }

    /// Waits until at least so many payment requests were read to their end.
    pub async fn wait_for_pay_requests(&self, count: u64) {
        let mut asked = self.state.asked.subscribe();
        let _sender_outlives_self = asked.wait_for(|asked| *asked >= count).await;
    }

    /// Waits until nothing is left that will be debited later.
    pub async fn wait_for_late_executions(&self) {
        let mut late = self.state.late.subscribe();
        let _sender_outlives_self = late.wait_for(|late| *late == 0).await;
    }

    /// Stops listening, cuts every connection, forgets late executions, and waits for the end.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for MmbcHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for MmbcHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MmbcHandle")
            .field("address", &self.address)
            .field("control_address", &self.control_address)
            .finish_non_exhaustive()
    }
}
