//! How often the provider was asked what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::verb::Verb;

/// Requests since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCounts {
    /// Requests read to their end, per verb and login. Logins nobody has count under `?`.
    pub read: BTreeMap<Verb, BTreeMap<String, u64>>,
    /// Requests of a verb whose body was not read because of a fault.
    pub unread: BTreeMap<Verb, u64>,
    /// Payment requests read to their end, per product code and customer number.
    #[serde(skip)]
    pub(crate) pays: BTreeMap<String, BTreeMap<String, u64>>,
}

impl RequestCounts {
    /// Requests of a verb that were read to their end, of all logins.
    pub fn of(&self, verb: Verb) -> u64 {
        self.read.get(&verb).map_or(0, |logins| logins.values().sum())
    }

    /// Payment requests that were read to their end, per product code and customer number.
    pub const fn pays(&self) -> &BTreeMap<String, BTreeMap<String, u64>> {
        &self.pays
    }

    pub(crate) fn add(&mut self, verb: Verb, login: &str) {
        bump(self.read.entry(verb).or_default(), login);
    }

    pub(crate) fn add_pay(&mut self, product: &str, customer_number: &str) {
        if !self.pays.contains_key(product) {
            self.pays.insert(product.to_owned(), BTreeMap::new());
        }
        if let Some(numbers) = self.pays.get_mut(product) {
            bump(numbers, customer_number);
        }
    }

    pub(crate) fn add_unread(&mut self, verb: Verb) {
        *self.unread.entry(verb).or_default() += 1;
    }
}

fn bump(counts: &mut BTreeMap<String, u64>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            counts.insert(name.to_owned(), 1);
        }
    }
}
