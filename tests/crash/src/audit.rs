//! The record against the truth, and against what was told.

use std::collections::BTreeMap;

use ppob_api::v1::{Attempt, AttemptState, Payment, PaymentState};

use crate::told::Entry;
use crate::truth::{Customer, Truth};

/// Everything that breaks the promise, one sentence each: a payment charged twice, told as paid and not
/// charged, told as failed and charged, sent again, or lost. `told` is what was told before `payments`
/// were read, and the provider was looked at after that.
///
/// A payment that is open may be charged or not. A payment that has ended may not.
pub fn violations(
    payments: &[Payment],
    truth: &Truth,
    told: &BTreeMap<String, Entry>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut of_customer: BTreeMap<&str, Vec<&Payment>> = BTreeMap::new();
    let mut by_id: BTreeMap<&str, &Payment> = BTreeMap::new();
    for payment in payments {
        if by_id.insert(&payment.payment_id, payment).is_some() {
            found.push(format!("{}: recorded twice", payment.payment_id));
        }
        of_customer.entry(&payment.customer_number).or_default().push(payment);
    }
    for (number, customer) in truth {
        if !of_customer.contains_key(number.as_str()) {
            let Customer { charges, posts } = customer;
            found.push(format!("{} charges, {posts} requests without a payment", charges.len()));
        }
    }
    let nothing = Customer::default();
    for (number, payments) in &of_customer {
        found.extend(of_one(payments, truth.get(*number).unwrap_or(&nothing)));
    }
    for (id, entry) in told {
        match by_id.get(id.as_str()) {
            None if entry.version > 0 => found.push(format!("{id}: answered, and lost")),
            Some(payment) if payment.version < entry.version => {
                found.push(format!("{id}: version {} was answered, and lost", entry.version));
            }
            Some(_) if entry.unanswered == 0 && entry.version == 0 => {
                found.push(format!("{id}: every call was told that nothing was accepted"));
            }
            _ => {}
        }
    }
    found
}

/// All payments for one customer, and what the provider knows of that customer.
fn of_one(payments: &[&Payment], customer: &Customer) -> Vec<String> {
    let mut found = Vec::new();
    let Customer { charges, posts } = customer;
    let ids: Vec<&str> = payments.iter().map(|payment| payment.payment_id.as_str()).collect();
    if charges.len() > 1 {
        found.push(format!("{ids:?}: charged {} times", charges.len()));
    }
    let attempts = || payments.iter().flat_map(|payment| &payment.attempts);
    let may_have_sent = attempts().filter(|attempt| attempt.state() != AttemptState::NotSent);
    if u64::try_from(may_have_sent.count()).is_ok_and(|attempts| *posts > attempts) {
        found.push(format!("{ids:?}: the provider read {posts} requests, more than attempts"));
    }
    let succeeded = payments.iter().filter(|payment| payment.state() == PaymentState::Succeeded);
    for payment in succeeded {
        let id = &payment.payment_id;
        let paid = paid(payment).map(|paid| paid.provider_reference.as_str());
        match charges.iter().find(|charge| Some(charge.invoice.as_str()) == paid) {
            None => found.push(format!("{id}: SUCCEEDED without a charge")),
            Some(charge) if payment.cost_rupiah != Some(charge.cost) => {
                found.push(format!("{id}: another cost than the charge"));
            }
            Some(_) => {}
        }
    }
    let explained = payments
        .iter()
        .any(|payment| !matches!(payment.state(), PaymentState::Failed | PaymentState::Reversed));
    if !charges.is_empty() && !explained {
        found.push(format!("{ids:?}: FAILED, and charged"));
    }
    found
}

/// The attempt that paid.
pub fn paid(payment: &Payment) -> Option<&Attempt> {
    payment.attempts.iter().find(|attempt| attempt.state() == AttemptState::Succeeded)
}

#[cfg(test)]
mod tests {
    use ppob_simulator::Charge;

    use super::*;

    const NUMBER: &str = "530000000199";

    fn charge(invoice: &str) -> Charge {
        Charge {
            sequence: 1,
            account: "a".to_owned(),
            invoice: invoice.to_owned(),
            product: "PLNS20".to_owned(),
            customer_number: NUMBER.to_owned(),
            cost: 20_700,
            total: 22_500,
            at: "2026-01-15 10:00:00".to_owned(),
            token: None,
            refunded: false,
        }
    }

    fn payment(id: &str, state: PaymentState, attempt: AttemptState) -> Payment {
        Payment {
            payment_id: id.to_owned(),
            customer_number: NUMBER.to_owned(),
            state: state.into(),
            cost_rupiah: Some(20_700),
            version: 2,
            attempts: vec![Attempt {
                state: attempt.into(),
                provider_reference: "7".to_owned(),
                ..Attempt::default()
            }],
            ..Payment::default()
        }
    }

    fn paid() -> Payment {
        payment("a", PaymentState::Succeeded, AttemptState::Succeeded)
    }

    fn truth(charges: Vec<Charge>, posts: u64) -> Truth {
        Truth::from([(NUMBER.to_owned(), Customer { charges, posts })])
    }

    fn count(payments: &[Payment], truth: &Truth, told: &[(&str, Entry)]) -> usize {
        let told = told.iter().map(|(id, entry)| ((*id).to_owned(), entry.clone())).collect();
        violations(payments, truth, &told).len()
    }

    #[test]
    fn what_agrees_or_is_open_is_no_violation() {
        let one = || truth(vec![charge("7")], 1);
        assert_eq!(count(&[paid()], &one(), &[]), 0);
        let doubt = || payment("a", PaymentState::InDoubt, AttemptState::Unknown);
        assert_eq!(count(&[doubt()], &one(), &[]), 0);
        assert_eq!(count(&[doubt()], &Truth::new(), &[]), 0);
        let failed = payment("b", PaymentState::Failed, AttemptState::Rejected);
        assert_eq!(count(std::slice::from_ref(&failed), &truth(vec![], 1), &[]), 0);
        assert_eq!(count(&[failed, paid()], &truth(vec![charge("7")], 2), &[]), 0);
        let unanswered = Entry { unanswered: 1, ..Entry::default() };
        assert_eq!(count(&[], &Truth::new(), &[("a", unanswered)]), 0);
    }

    #[test]
    fn every_broken_promise_is_found() {
        let one = || truth(vec![charge("7")], 1);
        let failed = || payment("a", PaymentState::Failed, AttemptState::Rejected);
        assert_eq!(count(&[], &one(), &[]), 1, "a charge without a record");
        assert_eq!(count(&[paid()], &Truth::new(), &[]), 1, "told paid, not charged");
        assert_eq!(count(&[paid()], &truth(vec![charge("8")], 1), &[]), 1, "another's charge");
        assert_eq!(count(&[failed()], &one(), &[]), 1, "told failed, charged");
        let twice = truth(vec![charge("7"), charge("8")], 1);
        assert_eq!(count(&[paid()], &twice, &[]), 1, "charged twice");
        assert_eq!(count(&[paid()], &truth(vec![charge("7")], 2), &[]), 1, "sent again");
        let unsent = payment("a", PaymentState::Failed, AttemptState::NotSent);
        assert_eq!(count(&[unsent], &truth(vec![], 1), &[]), 1, "called not sent, and read");
        assert_eq!(count(&[paid(), paid()], &one(), &[]), 1, "recorded twice");
        let answered = Entry { version: 3, ..Entry::default() };
        assert_eq!(count(&[], &Truth::new(), &[("a", answered.clone())]), 1, "lost");
        assert_eq!(count(&[paid()], &one(), &[("a", answered)]), 1, "a version lost");
        assert_eq!(count(&[paid()], &one(), &[("a", Entry::default())]), 1, "was not accepted");
    }
}
