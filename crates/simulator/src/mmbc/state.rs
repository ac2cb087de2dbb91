//! The running provider, shared by the API, the control endpoint and the handle.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::accounts::{AccountView, PriceUpdate};
use super::book::{Book, Moment};
use super::catalogue::product;
use super::config::{FIXED_LOCAL_TIME, LocalTime, MmbcConfig};
use super::faults::{Fault, FaultError};
use super::month::Month;
use crate::ledger::Ledger;

/// The largest fee or admin fee, in rupiah.
const MOST_FEE: u64 = 1_000_000_000;

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No account has this login.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// No product has this code.
    #[error("there is no product {0}")]
    UnknownProduct(String),
    /// The ledger has no such charge.
    #[error("there is no charge {0}")]
    UnknownCharge(u64),
    /// The deposit has the money back already.
    #[error("charge {0} is refunded already")]
    AlreadyRefunded(u64),
    /// A deposit may not become negative, and no amount absurd.
    #[error("this amount is out of range, or would leave the deposit below zero")]
    Amount,
    /// The fault makes no sense.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

pub(crate) struct State {
    book: Mutex<Book>,
    local_time: LocalTime,
    pub(crate) agent_in_status: bool,
    /// How many debits there were.
    pub(crate) charged: watch::Sender<u64>,
    /// How many payment requests were read.
    pub(crate) asked: watch::Sender<u64>,
    /// How many payments will be debited later.
    pub(crate) late: watch::Sender<u64>,
}

impl State {
    pub(crate) fn new(config: MmbcConfig) -> Self {
        Self {
            book: Mutex::new(Book::new(
                config.accounts,
                config.first_invoice,
                config.admin_per_sheet,
            )),
            local_time: config.local_time,
            agent_in_status: config.agent_in_status,
            charged: watch::Sender::new(0),
            asked: watch::Sender::new(0),
            late: watch::Sender::new(0),
        }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now. A clock that does not write a date is taken for the fixed local time.
    pub(crate) fn now(&self) -> Moment {
        let text = (self.local_time)();
        let month = Month::of(&text).or_else(|| Month::of(FIXED_LOCAL_TIME));
        Moment { text, month: month.unwrap_or(Month::FIRST) }
    }

    pub(crate) fn ledger(&self, after_sequence: u64) -> Ledger {
        let book = self.book();
        let skipped = usize::try_from(after_sequence).unwrap_or(usize::MAX);
        let pays = book.counts.read.get(&super::verb::Verb::Pay);
        Ledger {
            charges: book.charges.iter().skip(skipped).cloned().collect(),
            pay_requests: pays.cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn accounts(&self) -> Vec<AccountView> {
        self.book().accounts.values().map(super::accounts::Account::view).collect()
    }

    pub(crate) fn add_fault(&self, fault: Fault) -> Result<(), ControlError> {
        let mut book = self.book();
        if let Some(login) = &fault.account
            && !book.accounts.contains_key(login)
        {
            return Err(ControlError::UnknownAccount(login.clone()));
        }
        if let Some(code) = &fault.product
            && product(code).is_none()
        {
            return Err(ControlError::UnknownProduct(code.clone()));
        }
        Ok(book.faults.add(fault)?)
    }

    /// Puts money into a deposit (or takes it out) and tells the new balance.
    pub(crate) fn deposit(&self, login: &str, amount: i64) -> Result<i64, ControlError> {
        let mut book = self.book();
        let account = book
            .accounts
            .get_mut(login)
            .ok_or_else(|| ControlError::UnknownAccount(login.to_owned()))?;
        let balance = account.balance.checked_add(amount).filter(|balance| *balance >= 0);
        let deposited = account.deposited.checked_add(amount);
        (account.balance, account.deposited) =
            balance.zip(deposited).ok_or(ControlError::Amount)?;
        Ok(account.balance)
    }

    /// Gives the cost of a charge back to its deposit and tells the new balance.
    pub(crate) fn refund(&self, sequence: u64) -> Result<i64, ControlError> {
        let unknown = ControlError::UnknownCharge(sequence);
        let mut book = self.book();
        let book = &mut *book;
        let index = sequence.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        let charge = index.and_then(|index| book.charges.get_mut(index)).ok_or(unknown.clone())?;
        if charge.refunded {
            return Err(ControlError::AlreadyRefunded(sequence));
        }
        let account = book.accounts.get_mut(&charge.account).ok_or(unknown)?;
        account.balance = account.balance.checked_add(charge.cost).ok_or(ControlError::Amount)?;
        charge.refunded = true;
        Ok(account.balance)
    }

    pub(crate) fn update_price(&self, update: &PriceUpdate) -> Result<(), ControlError> {
        if product(&update.product).is_none() {
            return Err(ControlError::UnknownProduct(update.product.clone()));
        }
        let amounts = [update.fee, update.admin];
        if amounts.into_iter().flatten().any(|amount| amount.unsigned_abs() > MOST_FEE) {
            return Err(ControlError::Amount);
        }
        let mut book = self.book();
        match &update.account {
            Some(login) => book
                .accounts
                .get_mut(login)
                .ok_or_else(|| ControlError::UnknownAccount(login.clone()))?
                .update(update),
            None => book.accounts.values_mut().for_each(|account| account.update(update)),
        }
        Ok(())
    }
}
