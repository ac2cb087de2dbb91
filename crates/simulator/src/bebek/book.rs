//! What was ordered, and what was really debited.

use std::collections::BTreeMap;

use crate::ledger::{Charge, Ledger};

/// What happens to payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Paid at once.
    Pays,
    /// Refused with this code, and nothing is debited.
    Refuses(String),
    /// Debited, and answered with this code.
    Says(String),
    // LEFT: what else the document knows (accepted and ended later, given back), and what nobody documents
    // (an answer that is late, or of somebody else). A scene of the conformance kit is played by each.
}

/// A payment that was asked for, as it stands.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) reference: String,
    pub(super) product: String,
    pub(super) number: String,
    pub(super) invoice: String,
    /// What its answers say of it.
    pub(super) code: String,
    pub(super) token: Option<String>,
    pub(super) cost: i64,
    pub(super) balance: i64,
}

/// Everything a simulator knows.
pub(super) struct Book {
    account: String,
    pub(super) balance: i64,
    pub(super) conduct: Conduct,
    orders: BTreeMap<String, Order>,
    ledger: Ledger,
}

/// LEFT: what the products of the document cost.
const COST: i64 = 20_700;
const TOTAL: i64 = 22_500;
const TOKEN: &str = "12345678910111213141";
const LOCAL_TIME: &str = "2026-01-15 10:00:00";

impl Book {
    pub(super) fn new(account: &str, balance: i64) -> Self {
        let (orders, ledger) = (BTreeMap::new(), Ledger::default());
        Self { account: account.to_owned(), balance, conduct: Conduct::Pays, orders, ledger }
    }

    /// LEFT: what a repeated reference gets. Here it is the same payment.
    pub(super) fn pay(&mut self, reference: &str, product: &str, number: &str) -> Order {
        *self.ledger.pay_requests.entry(self.account.clone()).or_default() += 1;
        if let Some(order) = self.orders.get(reference) {
            return order.clone();
        }
        let sequence = u64::try_from(self.ledger.charges.len()).unwrap_or(u64::MAX);
        let mut order = Order {
            reference: reference.to_owned(),
            product: product.to_owned(),
            number: number.to_owned(),
            invoice: String::new(),
            code: super::answers::PAID.to_owned(),
            token: None,
            cost: COST,
            balance: self.balance,
        };
        match &self.conduct {
            Conduct::Refuses(code) => {
                order.code.clone_from(code);
                return order;
            }
            Conduct::Says(code) => order.code.clone_from(code),
            Conduct::Pays => {}
        }
        self.balance -= COST;
        order.invoice = format!("{}", 70_001 + sequence);
        order.token = Some(TOKEN.to_owned());
        order.balance = self.balance;
        self.ledger.charges.push(Charge {
            sequence: sequence + 1,
            account: self.account.clone(),
            invoice: order.invoice.clone(),
            product: order.product.clone(),
            customer_number: order.number.clone(),
            cost: COST,
            total: TOTAL,
            at: LOCAL_TIME.to_owned(),
            token: order.token.clone(),
            refunded: false,
        });
        self.orders.insert(order.reference.clone(), order.clone());
        order
    }

    pub(super) fn find(&self, reference: &str) -> Option<&Order> {
        self.orders.get(reference)
    }

    pub(super) fn ledger(&self) -> Ledger {
        self.ledger.clone()
    }
}
