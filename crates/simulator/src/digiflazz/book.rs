//! Everything the provider remembers. One short lock guards it; nothing waits while it is held.

use std::collections::BTreeMap;

use serde::Serialize;

use super::call::Verb;
use super::catalogue::{Postpaid, Prepaid, postpaid};
use super::config::{AccountConfig, DigiflazzConfig};
use super::faults::Fault;
use super::transaction::{Standing, Transaction};
use crate::ledger::Charge;

/// A reference that was used again too soon, or in a way that is not to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The reference.
    pub ref_id: String,
    /// What was wrong.
    pub what: &'static str,
}

pub(crate) struct Account {
    pub(crate) config: AccountConfig,
    pub(crate) balance: i64,
}

/// What the provider remembers.
pub(crate) struct Book {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) charges: Vec<Charge>,
    /// Requests that were read to their end.
    pub(crate) requests: BTreeMap<Verb, u64>,
    /// Those that may move money, per account.
    pub(crate) pay_requests: BTreeMap<String, u64>,
    /// All calls of `transaction`, per reference.
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) prepaid: Vec<Prepaid>,
    pub(crate) postpaid: Vec<Postpaid>,
    pub(crate) transactions: BTreeMap<(String, String), Transaction>,
    /// When price lists were given out, per account and kind.
    pub(crate) listed_at: BTreeMap<(String, String), i64>,
}

impl Book {
    pub(crate) fn new(config: &DigiflazzConfig) -> Self {
        let account = |config: &AccountConfig| {
            (config.username.clone(), Account { balance: config.balance, config: config.clone() })
        };
        Self {
            accounts: config.accounts.iter().map(account).collect(),
            faults: Vec::new(),
            charges: Vec::new(),
            requests: BTreeMap::new(),
            pay_requests: BTreeMap::new(),
            calls: BTreeMap::new(),
            violations: Vec::new(),
            prepaid: config.prepaid.clone(),
            postpaid: postpaid(),
            transactions: BTreeMap::new(),
            listed_at: BTreeMap::new(),
        }
    }

    pub(crate) fn balance(&self, account: &str) -> i64 {
        self.accounts.get(account).map_or(0, |account| account.balance)
    }

    /// Debits the deposit for a transaction, and writes it into the ledger. `at` is local time.
    pub(crate) fn debit(&mut self, transaction: &mut Transaction, is_token: bool, at: String) {
        let sequence = self.charges.len() as u64 + 1;
        if let Some(account) = self.accounts.get_mut(&transaction.account) {
            account.balance -= transaction.price;
        }
        let token = transaction.serial.split('/').next().unwrap_or_default();
        let total = transaction.owed.as_ref().map_or(transaction.price, |owed| owed.selling_price);
        self.charges.push(Charge {
            sequence,
            account: transaction.account.clone(),
            invoice: transaction.reference.clone(),
            product: transaction.code.clone(),
            customer_number: transaction.customer.clone(),
            cost: transaction.price,
            total,
            at,
            token: is_token.then(|| token.to_owned()),
            refunded: false,
        });
        transaction.charge = Some(sequence);
    }

    /// Gives the deposit back what a transaction took, once.
    pub(crate) fn refund(&mut self, transaction: &Transaction) {
        let index = transaction.charge.and_then(|sequence| usize::try_from(sequence - 1).ok());
        let charge = index.and_then(|index| self.charges.get_mut(index));
        let Some(charge) = charge.filter(|charge| !charge.refunded) else { return };
        charge.refunded = true;
        if let Some(account) = self.accounts.get_mut(&charge.account) {
            account.balance += charge.cost;
        }
    }

    /// Lets a transaction end as it must, and tells whether that changed anything. One that fails gives its money
    /// back, one that was delivered late keeps it.
    pub(crate) fn end(&mut self, transaction: &mut Transaction) -> bool {
        let Some(standing) = transaction.end() else { return false };
        transaction.standing = standing;
        if matches!(transaction.standing, Standing::Failed { .. } | Standing::Refunded) {
            self.refund(transaction);
        }
        true
    }

    pub(crate) fn violates(&mut self, reference: &str, what: &'static str) {
        self.violations.push(Violation { ref_id: reference.to_owned(), what });
    }

    /// The digits of the next token or serial number.
    pub(crate) fn next_serial(&self) -> String {
        let number = self.charges.len() as u64 + 1;
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x0102_0304_0506_0708;
        format!("{mixed:020}")
    }
}
