//! The truth ledger: what a simulated provider really charged.
//!
//! An engine under test never sees it. A test compares it with what the engine believes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One real debit of a deposit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Position in the ledger, from 1, without gaps.
    pub sequence: u64,
    /// Login of the account whose deposit was debited.
    pub account: String,
    /// The provider's invoice number.
    pub invoice: String,
    /// The provider's product code.
    pub product: String,
    /// The customer number that was paid for.
    pub customer_number: String,
    /// What left the deposit, in whole rupiah.
    pub cost: i64,
    /// What the customer pays according to the provider, in whole rupiah.
    pub total: i64,
    /// Local time of the debit as the provider writes it (`YYYY-MM-DD HH:MM:SS`, WIB).
    pub at: String,
    /// The 20 digits of an electricity token, if the product has one.
    pub token: Option<String>,
    /// Whether the deposit got the cost back later.
    pub refunded: bool,
}

/// Everything a simulated provider charged, and how often it was asked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Every debit, oldest first.
    pub charges: Vec<Charge>,
    /// Payment requests that were read to their end, per login, whether or not they debited.
    pub pay_requests: BTreeMap<String, u64>,
}

impl Ledger {
    /// What the deposits of `account` lost for good: costs without the refunded ones, in rupiah.
    pub fn cost_of(&self, account: &str) -> i64 {
        let charges = self.charges.iter().filter(|charge| charge.account == account);
        charges.filter(|charge| !charge.refunded).map(|charge| charge.cost).sum()
    }

    /// The debits for one customer number of one product, oldest first.
    pub fn charges_for(&self, product: &str, customer_number: &str) -> Vec<&Charge> {
        self.charges
            .iter()
            .filter(|charge| charge.product == product && charge.customer_number == customer_number)
            .collect()
    }
}

/// Shows no customer number and no token.
impl fmt::Debug for Charge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Charge")
            .field("sequence", &self.sequence)
            .field("account", &self.account)
            .field("invoice", &self.invoice)
            .field("product", &self.product)
            .field("cost", &self.cost)
            .field("total", &self.total)
            .field("at", &self.at)
            .field("refunded", &self.refunded)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(sequence: u64, account: &str, refunded: bool) -> Charge {
        Charge {
            sequence,
            account: account.to_owned(),
            invoice: "1".to_owned(),
            product: "PLN".to_owned(),
            customer_number: "530000000001".to_owned(),
            cost: 700,
            total: 2_500,
            at: "2026-01-15 10:00:00".to_owned(),
            token: Some("12345678901234567890".to_owned()),
            refunded,
        }
    }

    #[test]
    fn the_cost_of_an_account_leaves_refunds_and_others_out() {
        let charges = vec![charge(1, "a", false), charge(2, "a", true), charge(3, "b", false)];
        let ledger = Ledger { charges, pay_requests: BTreeMap::new() };
        assert_eq!(ledger.cost_of("a"), 700);
        assert_eq!(ledger.charges_for("PLN", "530000000001").len(), 3);
    }

    #[test]
    fn debug_output_of_a_charge_hides_the_customer_and_the_token() {
        let shown = format!("{:?}", charge(1, "a", false));
        assert!(!shown.contains("530000000001") && !shown.contains("12345678901234567890"));
    }
}
