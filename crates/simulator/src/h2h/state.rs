//! The running centre, shared by the API, the control endpoint and the handle.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::book::Book;
use super::config::H2hConfig;
use super::faults::PendingEnd;
use super::order::Order;
use super::words;
use crate::http::CallbackAddress;
use crate::ledger::Ledger;

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No order has this reference.
    #[error("there is no order {0}")]
    UnknownOrder(String),
    /// A deposit may not become negative.
    #[error("this amount would leave the deposit below zero")]
    Amount,
}

pub(crate) struct State {
    book: Mutex<Book>,
    pub(crate) config: H2hConfig,
    callbacks: Mutex<Option<CallbackAddress>>,
    /// How many callbacks were answered, or could not be delivered.
    pub(crate) called_back: watch::Sender<u64>,
    pub(crate) tasks: TaskTracker,
}

impl State {
    pub(crate) fn new(config: H2hConfig, tasks: TaskTracker) -> Self {
        let book = Book::new(&config);
        let callbacks = Mutex::new(config.callbacks.clone());
        let called_back = watch::Sender::new(0);
        Self { book: Mutex::new(book), config, callbacks, called_back, tasks }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledger(&self) -> Ledger {
        let book = self.book();
        Ledger {
            charges: book.charges.clone(),
            pay_requests: [(book.member.clone(), book.pays)].into(),
        }
    }

    pub(crate) fn deposit(&self, amount: i64) -> Result<i64, ControlError> {
        let mut book = self.book();
        let balance = book.balance.checked_add(amount).filter(|balance| *balance >= 0);
        book.balance = balance.ok_or(ControlError::Amount)?;
        Ok(book.balance)
    }

    /// Ends a pending order, and sends the callback about it.
    pub(crate) fn settle(&self, reference: &str, end: PendingEnd) -> Result<(), ControlError> {
        let unknown = || ControlError::UnknownOrder(reference.to_owned());
        let (order, balance) = {
            let mut book = self.book();
            let order = book.settle(reference, end).ok_or_else(unknown)?;
            (order, book.balance)
        };
        self.call_back(&order, balance);
        Ok(())
    }

    /// Sends callbacks to this address from now on.
    pub(crate) fn call_back_to(&self, address: CallbackAddress) {
        *self.callbacks.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// Sends the callback about an order: a GET that nothing signs.
    pub(crate) fn call_back(&self, order: &Order, balance: i64) {
        let address = self.callbacks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(address) = address else { return };
        let message = words::ended(order, balance);
        let fields = [("refid", order.reference.as_str()), ("message", message.as_str())];
        let Ok(query) = serde_urlencoded::to_string(fields) else { return };
        let done = self.called_back.clone();
        self.tasks.spawn(async move {
            let _delivered_or_not = address.get(&query, &[]).await;
            done.send_modify(|count| *count += 1);
        });
    }
}
