//! What was charged against what is recorded.

use std::collections::BTreeMap;

use ppob_api::v1::{Attempt, AttemptState, Payment, PaymentState};
use ppob_simulator::{Charge, Ledger};

/// Everything in which the provider's ledger and the engine's payments disagree, one sentence each.
///
/// They agree if every charge that was not refunded belongs to exactly one payment that
/// `SUCCEEDED`, with the same cost, and every such payment to a charge. Payments that may be paid
/// or not (`IN_DOUBT`, `PROCESSING`) are a disagreement too: this is for runs without faults.
pub fn disagreements(ledger: &Ledger, payments: &[Payment]) -> Vec<String> {
    let mut found = Vec::new();
    let mut charges: BTreeMap<&str, &Charge> = BTreeMap::new();
    for charge in ledger.charges.iter().filter(|charge| !charge.refunded) {
        if charges.insert(&charge.invoice, charge).is_some() {
            found.push(format!("two charges have the invoice {}", charge.invoice));
        }
    }
    for payment in payments {
        let id = &payment.payment_id;
        match payment.state() {
            PaymentState::Succeeded => match paid(payment) {
                Some(attempt) => {
                    let charge = charges.remove(attempt.provider_reference.as_str());
                    found.extend(difference(payment, attempt, charge));
                }
                None => found.push(format!("payment {id} succeeded without a paid attempt")),
            },
            PaymentState::Failed | PaymentState::Reversed => {}
            open => found.push(format!("payment {id} is {}", open.as_str_name())),
        }
    }
    for charge in charges.values() {
        found.push(format!("charge {charge:?} belongs to no payment that succeeded"));
    }
    if charged(ledger) != recorded(payments) {
        found.push(format!(
            "charged {} rupiah, recorded {} rupiah",
            charged(ledger),
            recorded(payments)
        ));
    }
    found
}

/// What left the deposits for good, in rupiah.
pub fn charged(ledger: &Ledger) -> i64 {
    ledger.charges.iter().filter(|charge| !charge.refunded).map(|charge| charge.cost).sum()
}

/// What the engine says it cost, in rupiah.
pub fn recorded(payments: &[Payment]) -> i64 {
    payments
        .iter()
        .filter(|payment| payment.state() == PaymentState::Succeeded)
        .filter_map(|payment| payment.cost_rupiah)
        .sum()
}

fn paid(payment: &Payment) -> Option<&Attempt> {
    payment.attempts.iter().find(|attempt| attempt.state() == AttemptState::Succeeded)
}

fn difference(payment: &Payment, attempt: &Attempt, charge: Option<&Charge>) -> Option<String> {
    let id = &payment.payment_id;
    let Some(charge) = charge else {
        let invoice = &attempt.provider_reference;
        return Some(format!("payment {id} succeeded, but nothing was charged as {invoice:?}"));
    };
    if charge.customer_number != payment.customer_number {
        return Some(format!("payment {id} and its charge are for two customers"));
    }
    let cost = payment.cost_rupiah;
    (cost != Some(charge.cost))
        .then(|| format!("payment {id} records a cost of {cost:?}, charged was {}", charge.cost))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(invoice: &str, cost: i64) -> Charge {
        Charge {
            sequence: 1,
            account: "a".to_owned(),
            invoice: invoice.to_owned(),
            product: "PLNS20".to_owned(),
            customer_number: "530000000199".to_owned(),
            cost,
            total: cost + 1_800,
            at: "2026-01-15 10:00:00".to_owned(),
            token: None,
            refunded: false,
        }
    }

    fn payment(state: PaymentState, invoice: &str, cost: i64) -> Payment {
        let attempt = Attempt {
            state: AttemptState::Succeeded.into(),
            provider_reference: invoice.to_owned(),
            ..Attempt::default()
        };
        Payment {
            payment_id: "payment-1".to_owned(),
            customer_number: "530000000199".to_owned(),
            state: state.into(),
            cost_rupiah: Some(cost),
            attempts: vec![attempt],
            ..Payment::default()
        }
    }

    fn ledger(charges: Vec<Charge>) -> Ledger {
        Ledger { charges, ..Ledger::default() }
    }

    #[test]
    fn what_agrees_is_not_reported() {
        let paid = payment(PaymentState::Succeeded, "7", 20_700);
        let failed = payment(PaymentState::Failed, "", 0);
        let found = disagreements(&ledger(vec![charge("7", 20_700)]), &[paid, failed]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_disagreement_is_reported() {
        let paid = || payment(PaymentState::Succeeded, "7", 20_700);
        let one = || charge("7", 20_700);
        let count = |charges, payments: &[Payment]| disagreements(&ledger(charges), payments).len();
        assert_eq!(count(vec![], &[paid()]), 2, "nothing was charged, and the sums differ");
        assert_eq!(count(vec![one()], &[]), 2, "nothing is recorded, and the sums differ");
        assert_eq!(count(vec![one(), one()], &[paid()]), 2, "charged twice");
        assert_eq!(count(vec![one()], &[paid(), paid()]), 2, "one charge for two payments");
        assert_eq!(count(vec![charge("7", 20_800)], &[paid()]), 2, "other costs");
        let doubt = payment(PaymentState::InDoubt, "7", 0);
        assert_eq!(count(vec![one()], &[doubt]), 3, "in doubt, charged, and the sums differ");
        let mut other = one();
        other.customer_number = "530000000299".to_owned();
        assert_eq!(count(vec![other], &[paid()]), 1, "another customer");
    }
}
