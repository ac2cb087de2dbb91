//! What really happened at the provider, by customer.

use std::collections::BTreeMap;

use ppob_simulator::Charge;
use ppob_simulator::mmbc::MmbcHandle;

/// What the provider knows of one customer number. Every customer of a run buys one product.
#[derive(Clone, Debug, Default)]
pub struct Customer {
    /// Debits that were not given back.
    pub charges: Vec<Charge>,
    /// Payment requests that were read to their end.
    pub posts: u64,
}

/// What the provider knows, by customer number.
pub type Truth = BTreeMap<String, Customer>;

/// How many payment requests were read to their end, by customer number. To be looked at before the record
/// is, which then has an attempt for each of them.
pub fn posts(provider: &MmbcHandle) -> BTreeMap<String, u64> {
    let mut posts = BTreeMap::new();
    for numbers in provider.requests().pays().values() {
        for (number, read) in numbers {
            *posts.entry(number.clone()).or_default() += read;
        }
    }
    posts
}

/// The charges of now, which are to be looked at after the record was, and the requests of before.
pub fn truth(provider: &MmbcHandle, posts: BTreeMap<String, u64>) -> Truth {
    let customer = |(number, posts)| (number, Customer { posts, ..Customer::default() });
    let mut truth: Truth = posts.into_iter().map(customer).collect();
    for charge in provider.ledger().charges {
        if !charge.refunded {
            truth.entry(charge.customer_number.clone()).or_default().charges.push(charge);
        }
    }
    truth
}
