//! Everything the provider remembers. One short lock guards it; nothing waits while it is held.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::{Account, AccountConfig};
use super::board::FaultBoard;
use super::catalogue::Product;
use super::counts::RequestCounts;
use super::families::Family;
use super::invoice::{Invoice, Standing, fresh_token};
use super::month::Month;
use super::plan::Plan;
use super::quote::Quote;
use super::texts::Refusal;
use crate::ledger::Charge;

/// What the provider remembers.
pub(crate) struct Book {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) faults: FaultBoard,
    pub(crate) charges: Vec<Charge>,
    pub(crate) counts: RequestCounts,
    next_invoice: u64,
    invoices: BTreeMap<u64, Entry>,
    /// The last month that is paid, per product code and customer number.
    paid_through: BTreeMap<(&'static str, String), Month>,
    per_sheet: bool,
}

struct Entry {
    invoice: Arc<Invoice>,
    checks: u32,
}

/// A moment of the provider's local time.
#[derive(Clone)]
pub(crate) struct Moment {
    pub(crate) text: String,
    pub(crate) month: Month,
}

/// A debit that just happened.
pub(crate) struct Paid {
    pub(crate) invoice: Arc<Invoice>,
    pub(crate) saldo: i64,
}

impl Book {
    pub(crate) fn new(accounts: Vec<AccountConfig>, first_invoice: u64, per_sheet: bool) -> Self {
        let accounts = accounts
            .into_iter()
            .map(|config| (config.username.clone(), Account::new(config)))
            .collect();
        Self {
            accounts,
            faults: FaultBoard::default(),
            charges: Vec::new(),
            counts: RequestCounts::default(),
            next_invoice: first_invoice,
            invoices: BTreeMap::new(),
            paid_through: BTreeMap::new(),
            per_sheet,
        }
    }

    /// What a customer owes, at the prices of an account.
    pub(crate) fn quote(
        &self,
        account: &Account,
        product: &'static Product,
        customer_number: &str,
        now: Month,
        plan: &Plan,
    ) -> Result<Quote, Refusal> {
        if !is_plausible(customer_number) {
            return Err(Refusal::UnknownNumber);
        }
        let price = account.price(product, self.per_sheet);
        if !price.ready {
            return Err(Refusal::ProductClosed);
        }
        let paid = self.paid_through.get(&(product.code, customer_number.to_owned())).copied();
        let mut quote =
            Quote::new(product, customer_number, now, paid, &price).ok_or(Refusal::AlreadyPaid)?;
        let (cost, total) = plan.price_change();
        quote.cost = quote.cost.saturating_add(cost).max(0);
        quote.total = quote.total.saturating_add(total).max(0);
        Ok(quote)
    }

    /// Debits an account for what a customer owes, and remembers everything about it.
    pub(crate) fn pay(
        &mut self,
        username: &str,
        product: &'static Product,
        customer_number: &str,
        now: &Moment,
        plan: &Plan,
    ) -> Result<Paid, Refusal> {
        let account = self.accounts.get(username).ok_or(Refusal::WrongCredentials)?;
        let quote = self.quote(account, product, customer_number, now.month, plan)?;
        let saldo = account.balance.saturating_sub(quote.cost);
        if saldo < 0 {
            let agent = account.config.agent.clone();
            return Err(Refusal::InsufficientBalance { agent, saldo: account.balance });
        }
        if let Some(account) = self.accounts.get_mut(username) {
            account.balance = saldo;
        }
        let number = self.next_invoice;
        self.next_invoice += 1;
        let is_token = product.family == Family::PlnToken;
        if !is_token {
            self.paid_through.insert((product.code, customer_number.to_owned()), now.month);
        }
        let invoice = Arc::new(Invoice {
            number,
            account: username.to_owned(),
            at: now.text.clone(),
            token: is_token.then(|| fresh_token(number, product.code, customer_number)),
            course: plan.course(),
            quote,
        });
        self.charges.push(charge(&invoice, self.charges.len()));
        self.invoices.insert(number, Entry { invoice: Arc::clone(&invoice), checks: 0 });
        Ok(Paid { invoice, saldo })
    }

    /// How a payment stands at one more status request. Account, invoice and customer must agree.
    pub(crate) fn check(
        &mut self,
        username: &str,
        invoice: u64,
        customer_number: &str,
    ) -> Option<(Arc<Invoice>, Standing)> {
        let entry = self.invoices.get_mut(&invoice)?;
        let known = &entry.invoice;
        if known.account != username || known.quote.customer_number != customer_number {
            return None;
        }
        entry.checks = entry.checks.saturating_add(1);
        match known.course.at(entry.checks) {
            Standing::NoData => None,
            standing => Some((Arc::clone(known), standing)),
        }
    }

    /// The product code of an invoice, for the filters of faults.
    pub(crate) fn product_of(&self, invoice: Option<u64>) -> &'static str {
        let entry = invoice.and_then(|number| self.invoices.get(&number));
        entry.map_or("", |entry| entry.invoice.quote.product.code)
    }
}

/// Customer numbers are digits, sometimes with letters or separators; never long.
fn is_plausible(customer_number: &str) -> bool {
    customer_number.len() <= 30 && customer_number.bytes().any(|byte| byte.is_ascii_digit())
}

fn charge(invoice: &Invoice, charges_before: usize) -> Charge {
    Charge {
        sequence: charges_before as u64 + 1,
        account: invoice.account.clone(),
        invoice: invoice.number.to_string(),
        product: invoice.quote.product.code.to_owned(),
        customer_number: invoice.quote.customer_number.clone(),
        cost: invoice.quote.cost,
        total: invoice.quote.total,
        at: invoice.at.clone(),
        token: invoice.token.clone(),
        refunded: false,
    }
}
