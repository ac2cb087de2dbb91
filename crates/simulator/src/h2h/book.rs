//! Everything a centre remembers. One short lock guards it; nothing waits while it is held.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Kind, Owed, Product, drawn};
use super::config::H2hConfig;
use super::faults::{Call, Fault, FaultKind, PendingEnd, Reason};
use super::order::{Ask, Bought, Order, Standing};
use crate::ledger::Charge;

pub(crate) struct Book {
    pub(crate) member: String,
    pub(crate) balance: i64,
    pub(crate) products: Vec<Product>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) pays: u64,
    orders: BTreeMap<String, Order>,
    /// Bills that are paid: product and number.
    paid: BTreeSet<(String, String)>,
    /// Bills that were asked about, by the number that their payment must repeat.
    pub(crate) asked: BTreeMap<String, (Ask, Owed)>,
    next: u64,
}

impl Book {
    pub(crate) fn new(config: &H2hConfig) -> Self {
        Self {
            member: config.member.clone(),
            balance: config.balance,
            products: config.products.clone(),
            faults: Vec::new(),
            charges: Vec::new(),
            pays: 0,
            orders: BTreeMap::new(),
            paid: BTreeSet::new(),
            asked: BTreeMap::new(),
            next: config.first_number,
        }
    }

    /// The oldest fault that matches; it is used up once.
    pub(crate) fn take_fault(
        &mut self,
        call: Call,
        product: &str,
        dest: &str,
    ) -> Option<FaultKind> {
        let place = self.faults.iter().position(|fault| fault.matches(call, product, dest))?;
        let fault = self.faults.get_mut(place)?;
        let kind = fault.fault.clone();
        fault.times = fault.times.map(|times| times.saturating_sub(1));
        if fault.times == Some(0) {
            self.faults.remove(place);
        }
        Some(kind)
    }

    pub(crate) fn product(&self, code: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.code.eq_ignore_ascii_case(code))
    }

    /// What is owed.
    pub(crate) fn owed(&self, ask: &Ask) -> Result<(Product, Owed), Reason> {
        let product = self.product(&ask.product).ok_or(Reason::ProductWrong)?;
        if !product.open {
            return Err(Reason::ProductClosed);
        }
        let plausible = ask.dest.len() <= 30 && ask.dest.bytes().any(|byte| byte.is_ascii_digit());
        if !plausible {
            return Err(Reason::NumberWrong);
        }
        if product.is_bill() && self.paid.contains(&(product.code.clone(), ask.dest.clone())) {
            return Err(Reason::BillPaid);
        }
        Ok((product.clone(), product.owed(&ask.dest)))
    }

    /// A number of the centre's.
    pub(crate) fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Buys, or tells what became of a reference that is known.
    pub(crate) fn buy(
        &mut self,
        ask: &Ask,
        at: &str,
        fault: Option<&FaultKind>,
        knows_references: bool,
    ) -> Bought {
        if knows_references && let Some(order) = self.check(&ask.reference) {
            return Bought::There(order);
        }
        if let Some(FaultKind::Refused { reason }) = fault {
            return Bought::Refused(reason.clone());
        }
        let (product, owed) = match self.owed(ask) {
            Ok(found) => found,
            Err(reason) => return Bought::Refused(reason),
        };
        let left = self.balance - owed.cost;
        if left < 0 {
            return Bought::Refused(Reason::BalanceShort);
        }
        let number = self.fresh();
        let course = match fault {
            Some(FaultKind::Pending { then, at_check }) => Some((*then, *at_check)),
            _ => None,
        };
        let token = matches!(product.kind, Kind::Token { .. }).then(|| token(number, &ask.dest));
        let serial = match (fault, &token) {
            (Some(FaultKind::TokenMissing {}), Some(_)) => "-/S/A BUDI/R1M /900VA/33,7".to_owned(),
            (Some(FaultKind::TokenMissing {}), None) => String::new(),
            (_, Some(token)) => format!("{token}/S/A BUDI/R1M /900VA/33,7"),
            (_, None) => format!("R{number}.{}", drawn(&[&ask.dest]) % 10_000),
        };
        let order = Order {
            number,
            reference: ask.reference.clone(),
            product: product.code.clone(),
            name: product.name.clone(),
            dest: ask.dest.clone(),
            cost: owed.cost,
            bill: owed.bill,
            admin: owed.admin,
            serial,
            standing: if course.is_some() { Standing::Pending } else { Standing::Done },
            time: at.get(11..16).unwrap_or("10:00").to_owned(),
            course,
            checks: 0,
            sequence: self.charges.len() as u64 + 1,
            balance_before: self.balance,
            balance_after: left,
        };
        self.charges.push(Charge {
            sequence: order.sequence,
            account: self.member.clone(),
            invoice: number.to_string(),
            product: order.product.clone(),
            customer_number: order.dest.clone(),
            cost: order.cost,
            total: owed.total(),
            at: at.to_owned(),
            token: token.map(|token| token.replace('-', "")),
            refunded: false,
        });
        self.balance = left;
        if product.is_bill() {
            self.paid.insert((order.product.clone(), order.dest.clone()));
        }
        // A centre that knows no references keeps both of two orders.
        let key = if knows_references { order.reference.clone() } else { number.to_string() };
        self.orders.insert(key, order.clone());
        Bought::Taken(order)
    }

    /// How an order stands at one more look.
    pub(crate) fn check(&mut self, reference: &str) -> Option<Order> {
        let order = self.orders.get_mut(reference)?;
        order.checks = order.checks.saturating_add(1);
        if order.standing == Standing::Pending
            && let Some((end, at)) = order.course
            && order.checks >= at
        {
            return self.settle(reference, end);
        }
        Some(order.clone())
    }

    /// Ends a pending order.
    pub(crate) fn settle(&mut self, reference: &str, end: PendingEnd) -> Option<Order> {
        let order = self.orders.get_mut(reference)?;
        if order.standing == Standing::Pending {
            match end {
                PendingEnd::Never => {}
                PendingEnd::Success => order.standing = Standing::Done,
                PendingEnd::Failed => {
                    order.standing = Standing::Failed;
                    self.balance += order.cost;
                    self.paid.remove(&(order.product.clone(), order.dest.clone()));
                    let sequence = order.sequence;
                    let charge = self.charges.iter_mut().find(|charge| charge.sequence == sequence);
                    if let Some(charge) = charge {
                        charge.refunded = true;
                    }
                }
            }
        }
        Some(order.clone())
    }
}

/// Twenty digits in groups of four, no two alike.
fn token(number: u64, dest: &str) -> String {
    let digits = format!("{:010}{:010}", number, drawn(&[dest, &number.to_string()]));
    let mut groups = Vec::new();
    let mut rest = digits.as_str();
    while let Some((group, after)) = rest.split_at_checked(4) {
        groups.push(group);
        rest = after;
    }
    groups.join("-")
}
