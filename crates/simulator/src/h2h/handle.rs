//! The running simulator in the hands of a test or a command.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::config::{H2hConfig, StartError};
use super::control::Control;
use super::faults::{Fault, PendingEnd};
use super::service::Service;
use super::state::{ControlError, State};
use crate::http::{CallbackAddress, Server};
use crate::ledger::Ledger;

/// A simulated H2H centre.
#[derive(Clone, Copy, Debug)]
pub struct H2hSimulator;

/// A running simulator. Dropping it stops it without waiting.
pub struct H2hHandle {
    address: SocketAddr,
    control_address: SocketAddr,
    state: Arc<State>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl H2hSimulator {
    /// Starts a simulator on 127.0.0.1; it answers as soon as this returns.
    ///
    /// # Errors
    ///
    /// When a port is taken.
    pub async fn start(config: H2hConfig) -> Result<H2hHandle, StartError> {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (port, control_port) = (config.port, config.control_port);
        let state = Arc::new(State::new(config, tasks.clone()));
        // Whatever fails below, what already listens must not live on.
        let guard = stop.clone().drop_guard();
        let service = Arc::new(Service { state: Arc::clone(&state) });
        let api = Server::start(port, service, &tasks, &stop).await?;
        let control = Arc::new(Control { state: Arc::clone(&state) });
        let control = Server::start(control_port, control, &tasks, &stop).await?;
        let stop = guard.disarm();
        Ok(H2hHandle {
            address: api.address(),
            control_address: control.address(),
            state,
            tasks,
            stop,
        })
    }
}

impl H2hHandle {
    /// Where it listens: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the control endpoint is: `http://127.0.0.1:PORT/control`.
    pub fn control_url(&self) -> String {
        format!("http://{}/control", self.control_address)
    }

    /// Everything that was really charged.
    pub fn ledger(&self) -> Ledger {
        self.state.ledger()
    }

    /// Requests to buy that were read to their end.
    pub fn pay_requests(&self) -> u64 {
        self.state.book().pays
    }

    /// The deposit, in rupiah.
    pub fn balance(&self) -> i64 {
        self.state.book().balance
    }

    /// Adds rupiah to the deposit (a negative amount takes them out) and gives the new balance.
    ///
    /// # Errors
    ///
    /// When the deposit would become negative.
    pub fn deposit(&self, amount: i64) -> Result<i64, ControlError> {
        self.state.deposit(amount)
    }

    /// Switches a fault on.
    pub fn add_fault(&self, fault: Fault) {
        self.state.book().faults.push(fault);
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) {
        self.state.book().faults.clear();
    }

    /// Opens or closes a product.
    pub fn set_open(&self, code: &str, open: bool) {
        let mut book = self.state.book();
        for product in book.products.iter_mut().filter(|product| product.code == code) {
            product.open = open;
        }
    }

    /// Sends callbacks to this address from now on.
    pub fn call_back_to(&self, address: CallbackAddress) {
        self.state.call_back_to(address);
    }

    /// Ends a pending order, and sends the callback about it.
    ///
    /// # Errors
    ///
    /// Without such an order.
    pub fn settle(&self, reference: &str, end: PendingEnd) -> Result<(), ControlError> {
        self.state.settle(reference, end)
    }

    /// Waits until so many callbacks were answered, or could not be delivered.
    pub async fn wait_for_callbacks(&self, count: u64) {
        let mut done = self.state.called_back.subscribe();
        let _sender_outlives_self = done.wait_for(|done| *done >= count).await;
    }

    /// Stops listening, cuts every connection, and waits for the end.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for H2hHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for H2hHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("H2hHandle").field("address", &self.address).finish_non_exhaustive()
    }
}
