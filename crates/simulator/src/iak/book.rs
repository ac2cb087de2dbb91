//! Everything the provider remembers. One short lock guards it; nothing waits while it is held.

use std::collections::BTreeMap;

use super::catalogue::{Biller, TopUp};
use super::config::AccountConfig;
use super::faults::{FaultBoard, PendingEnd};
use super::moment::Moment;
use super::quote::Quote;
use crate::ledger::Charge;

/// What the provider remembers.
pub(crate) struct Book {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) faults: FaultBoard,
    pub(crate) charges: Vec<Charge>,
    /// Payment requests that were read, by login.
    pub(crate) pay_requests: BTreeMap<String, u64>,
    /// Orders of top-ups, by login and reference.
    pub(crate) orders: BTreeMap<(String, String), Order>,
    /// Inquiries about bills, by login and reference.
    pub(crate) inquiries: BTreeMap<(String, String), Inquiry>,
    /// Sheets that were paid, by product and customer number.
    pub(crate) paid: BTreeMap<(&'static str, String), u32>,
    next_order: u64,
    next_inquiry: u64,
}

/// An account while the simulator runs.
pub(crate) struct Account {
    pub(crate) api_key: String,
    pub(crate) balance: i64,
}

/// A top-up.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) reference: String,
    pub(crate) tr_id: u64,
    pub(crate) product: &'static TopUp,
    pub(crate) customer: String,
    pub(crate) price: i64,
    pub(crate) day: String,
    pub(crate) course: Course,
    pub(crate) charge: u64,
}

/// An inquiry about a bill, and its payment if there is one.
#[derive(Clone)]
pub(crate) struct Inquiry {
    pub(crate) reference: String,
    pub(crate) tr_id: u64,
    pub(crate) biller: &'static Biller,
    pub(crate) customer: String,
    pub(crate) quote: Quote,
    pub(crate) asked_at: Moment,
    pub(crate) payment: Option<Payment>,
}

/// The payment of a bill.
#[derive(Clone)]
pub(crate) struct Payment {
    pub(crate) at: Moment,
    pub(crate) course: Course,
    pub(crate) charge: u64,
}

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Processing,
    Succeeded,
    Failed,
}

/// How a payment stands, and what will become of it.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) standing: Standing,
    then: PendingEnd,
    at_check: u32,
    checks: u32,
}

impl Course {
    /// Already at its end.
    pub(crate) const fn ended(standing: Standing) -> Self {
        Self { standing, then: PendingEnd::Never, at_check: 0, checks: 0 }
    }

    /// Worked on, until so many checks were made.
    pub(crate) const fn pending(then: PendingEnd, at_check: u32) -> Self {
        Self { standing: Standing::Processing, then, at_check, checks: 0 }
    }

    /// One more check: whether it ends with it, and how.
    fn check(&mut self) -> Option<Standing> {
        self.checks = self.checks.saturating_add(1);
        if self.checks < self.at_check { None } else { self.end() }
    }

    /// How it ends, if it still has to and ever does.
    pub(crate) fn end(&self) -> Option<Standing> {
        if self.standing != Standing::Processing {
            return None;
        }
        match self.then {
            PendingEnd::Success => Some(Standing::Succeeded),
            PendingEnd::Failure => Some(Standing::Failed),
            PendingEnd::Never => None,
        }
    }
}

impl Book {
    pub(crate) fn new(accounts: Vec<AccountConfig>, first_tr_id: u64) -> Self {
        let accounts = accounts.into_iter().map(|config| {
            let AccountConfig { username, api_key, balance } = config;
            (username, Account { api_key, balance })
        });
        Self {
            accounts: accounts.collect(),
            faults: FaultBoard::default(),
            charges: Vec::new(),
            pay_requests: BTreeMap::new(),
            orders: BTreeMap::new(),
            inquiries: BTreeMap::new(),
            paid: BTreeMap::new(),
            next_order: first_tr_id,
            next_inquiry: first_tr_id,
        }
    }

    pub(crate) fn next_order(&mut self) -> u64 {
        self.next_order += 1;
        self.next_order - 1
    }

    pub(crate) fn next_inquiry(&mut self) -> u64 {
        self.next_inquiry += 1;
        self.next_inquiry - 1
    }

    pub(crate) fn balance(&self, login: &str) -> i64 {
        self.accounts.get(login).map_or(0, |account| account.balance)
    }

    /// Takes `charge.cost` from its account and writes it down; its number in the ledger.
    pub(crate) fn debit(&mut self, mut charge: Charge) -> u64 {
        if let Some(account) = self.accounts.get_mut(&charge.account) {
            account.balance = account.balance.saturating_sub(charge.cost);
        }
        charge.sequence = self.charges.len() as u64 + 1;
        self.charges.push(charge);
        self.charges.len() as u64
    }

    /// Gives the money of a charge back, once.
    fn give_back(&mut self, sequence: u64) {
        let index = usize::try_from(sequence.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(charge) = self.charges.get_mut(index).filter(|charge| !charge.refunded) else {
            return;
        };
        charge.refunded = true;
        let (login, cost) = (charge.account.clone(), charge.cost);
        if let Some(account) = self.accounts.get_mut(&login) {
            account.balance = account.balance.saturating_add(cost);
        }
    }

    /// One more status check of a top-up. Whether it has ended by it.
    pub(crate) fn check_order(&mut self, key: &(String, String)) -> bool {
        let ended = self.orders.get_mut(key).and_then(|order| order.course.check());
        ended.is_some_and(|standing| self.settle_order(key, standing))
    }

    /// One more status check of a bill.
    pub(crate) fn check_bill(&mut self, key: &(String, String)) {
        let payment = self.inquiries.get_mut(key).and_then(|inquiry| inquiry.payment.as_mut());
        if let Some(standing) = payment.and_then(|payment| payment.course.check()) {
            self.settle_bill(key, standing);
        }
    }

    /// Ends a top-up. Whether it had not ended before, or succeeds no more.
    pub(crate) fn settle_order(&mut self, key: &(String, String), standing: Standing) -> bool {
        let Some(order) = self.orders.get_mut(key) else { return false };
        if order.course.standing == standing || order.course.standing == Standing::Failed {
            return false;
        }
        order.course.standing = standing;
        let charge = order.charge;
        if standing == Standing::Failed {
            self.give_back(charge);
        }
        true
    }

    /// Ends the payment of a bill. Whether it had not ended before, or succeeds no more.
    pub(crate) fn settle_bill(&mut self, key: &(String, String), standing: Standing) -> bool {
        let Some(inquiry) = self.inquiries.get_mut(key) else { return false };
        let Some(payment) = inquiry.payment.as_mut() else { return false };
        if payment.course.standing == standing || payment.course.standing == Standing::Failed {
            return false;
        }
        payment.course.standing = standing;
        let charge = payment.charge;
        let owed = (inquiry.biller.code, inquiry.customer.clone());
        let sheets = inquiry.quote.sheets_paid();
        if standing == Standing::Failed {
            self.give_back(charge);
            if let Some(paid) = self.paid.get_mut(&owed) {
                *paid = paid.saturating_sub(sheets);
            }
        }
        true
    }
}
