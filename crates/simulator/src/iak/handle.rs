//! The running simulator in the hands of a test or a command.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use super::book::Standing;
use super::config::{IakConfig, StartError};
use super::control::Control;
use super::faults::Fault;
use super::service::Service;
use super::state::{ControlError, State};
use crate::http::{CallbackAddress, Server};
use crate::ledger::Ledger;

/// The simulated IAK.
#[derive(Clone, Copy, Debug)]
pub struct IakSimulator;

/// A running simulator. Dropping it stops it without waiting.
pub struct IakHandle {
    address: SocketAddr,
    control_address: SocketAddr,
    state: Arc<State>,
}

impl IakSimulator {
    /// Starts a simulator on 127.0.0.1; it answers as soon as this returns.
    ///
    /// # Errors
    ///
    /// Without accounts, with a username that appears twice, or when a port is taken.
    pub async fn start(config: IakConfig) -> Result<IakHandle, StartError> {
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
        let (tasks, stop) = (state.tasks.clone(), state.stop.clone());
        // Whatever fails below, what already listens must not live on.
        let guard = stop.clone().drop_guard();
        let service = Arc::new(Service { state: Arc::clone(&state) });
        let api = Server::start(port, service, &tasks, &stop).await?;
        let control = Arc::new(Control { state: Arc::clone(&state) });
        let control = Server::start(control_port, control, &tasks, &stop).await?;
        let _runs_on = guard.disarm();
        Ok(IakHandle { address: api.address(), control_address: control.address(), state })
    }
}

impl IakHandle {
    /// Where both hosts are: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
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

    /// What was charged after the charge with this sequence.
    pub fn ledger_after(&self, sequence: u64) -> Ledger {
        self.state.ledger(sequence)
    }

    /// The deposit of a login in rupiah, if there is such an account.
    pub fn balance(&self, login: &str) -> Option<i64> {
        self.state.book().accounts.get(login).map(|account| account.balance)
    }

    /// Adds rupiah to a deposit (a negative amount takes them out) and gives the new balance.
    ///
    /// # Errors
    ///
    /// Without such an account, or when the deposit would become negative.
    pub fn deposit(&self, login: &str, amount: i64) -> Result<i64, ControlError> {
        self.state.deposit(login, amount)
    }

    /// Switches a fault on.
    ///
    /// # Errors
    ///
    /// When it could never happen.
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

    /// Closes a product (`non active`, code 106), or opens it again.
    pub fn set_closed(&self, code: &str, closed: bool) {
        self.state.set_closed(code, closed);
    }

    /// Presses SUCCESS or FAILED, as in the sandbox's report; of a top-up it is told by callback. What
    /// succeeded may still fail: its money comes back.
    ///
    /// # Errors
    ///
    /// Without such a payment, or when it has ended so already.
    pub fn settle(&self, login: &str, ref_id: &str, success: bool) -> Result<(), ControlError> {
        let standing = if success { Standing::Succeeded } else { Standing::Failed };
        self.state.settle(login, ref_id, standing)
    }

    /// Sends callbacks to this address from now on.
    pub fn call_back_to(&self, address: CallbackAddress) {
        self.state.call_back_to(address);
    }

    /// The body of the callback about a top-up as it stands now, if there is one.
    pub fn callback_body(&self, login: &str, ref_id: &str) -> Option<Vec<u8>> {
        self.state.callback(login, ref_id)
    }

    /// The HTTP statuses that callbacks were answered with, once there are at least so many.
    pub async fn wait_for_callbacks(&self, count: usize) -> Vec<u16> {
        let mut told = self.state.told.subscribe();
        match told.wait_for(|told| told.len() >= count).await {
            Ok(told) => told.clone(),
            Err(_) => Vec::new(),
        }
    }

    /// Waits until at least so many payment requests were read to their end.
    pub async fn wait_for_pay_requests(&self, count: u64) {
        let mut asked = self.state.asked.subscribe();
        let _sender_outlives_self = asked.wait_for(|asked| *asked >= count).await;
    }

    /// Waits until nothing is left that will be carried out later.
    pub async fn wait_for_late_executions(&self) {
        let mut late = self.state.late.subscribe();
        let _sender_outlives_self = late.wait_for(|late| *late == 0).await;
    }

    /// Stops listening, cuts every connection, forgets late executions, and waits for the end.
    pub async fn shutdown(&self) {
        self.state.stop.cancel();
        self.state.tasks.close();
        self.state.tasks.wait().await;
    }
}

impl Drop for IakHandle {
    fn drop(&mut self) {
        self.state.stop.cancel();
    }
}

impl fmt::Debug for IakHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IakHandle")
            .field("address", &self.address)
            .field("control_address", &self.control_address)
            .finish_non_exhaustive()
    }
}
