//! What is known of our deposits.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ppob_types::{ProviderName, Rupiah, Timestamp};

/// A deposit as last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownBalance {
    /// How much.
    pub amount: Rupiah,
    /// When it was seen.
    pub seen_at: Timestamp,
}

/// How a stated balance fits what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// It is what was known, so nothing was debited.
    Same,
    /// It is what was known less the cost.
    LooksDebited,
    /// Nothing fresh is known, or something else moves it.
    Unsure,
}

/// How long a balance counts as known.
const FRESH: Duration = Duration::from_mins(5);

#[derive(Debug, Default)]
struct Account {
    known: Option<KnownBalance>,
    /// Attempts on their way, each of which may change the balance at any moment.
    in_flight: u32,
}

/// What is known of our deposits, and whether a stated balance fits.
#[derive(Debug, Default)]
pub(crate) struct Balances(Mutex<BTreeMap<ProviderName, Account>>);

impl Balances {
    pub(crate) fn known(&self, provider: &ProviderName) -> Option<KnownBalance> {
        self.with(provider, |account| account.known)
    }

    pub(crate) fn seen(&self, provider: &ProviderName, amount: Rupiah, seen_at: Timestamp) {
        self.with(provider, |account| {
            if account.known.is_none_or(|known| known.seen_at <= seen_at) {
                account.known = Some(KnownBalance { amount, seen_at });
            }
        });
    }

    pub(crate) fn sending(&self, provider: &ProviderName) {
        self.with(provider, |account| {
            account.in_flight = account.in_flight.saturating_add(1);
        });
    }

    pub(crate) fn answered(&self, provider: &ProviderName) {
        self.with(provider, |account| {
            account.in_flight = account.in_flight.saturating_sub(1);
        });
    }

    /// Holds a stated balance against what was known before.
    pub(crate) fn compare(
        &self,
        provider: &ProviderName,
        stated: Rupiah,
        cost: Rupiah,
        now: Timestamp,
    ) -> Comparison {
        self.with(provider, |account| {
            let known = account.known.filter(|known| now.since(known.seen_at) <= FRESH);
            match known {
                Some(known) if known.amount.minus(cost) == Ok(stated) => Comparison::LooksDebited,
                // Only ours is on its way, so nothing else is moving the balance.
                Some(known) if known.amount == stated && account.in_flight <= 1 => Comparison::Same,
                Some(_) | None => Comparison::Unsure,
            }
        })
    }

    fn with<T>(&self, provider: &ProviderName, work: impl FnOnce(&mut Account) -> T) -> T {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get_mut(provider) {
            return work(account);
        }
        work(accounts.entry(provider.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_balance_is_confirmed_only_by_a_fresh_and_equal_one() {
        let balances = Balances::default();
        let name = ProviderName::new("mmbc-a").unwrap();
        let at = Timestamp::from_seconds;
        let compare = |stated, now| {
            balances.compare(&name, Rupiah::new(stated), Rupiah::new(20_700), at(now))
        };
        assert_eq!(compare(100, 0), Comparison::Unsure, "nothing is known");
        balances.seen(&name, Rupiah::new(30_000), at(1));
        assert_eq!(compare(100, 2), Comparison::Unsure, "known otherwise");
        assert_eq!(compare(9_300, 2), Comparison::LooksDebited);
        balances.seen(&name, Rupiah::new(100), at(3));
        assert_eq!(compare(100, 4), Comparison::Same);
        assert_eq!(compare(100, 304), Comparison::Unsure, "known too long ago");
        balances.sending(&name);
        balances.sending(&name);
        assert_eq!(compare(100, 4), Comparison::Unsure, "another payment moves it");
        balances.answered(&name);
        assert_eq!(compare(100, 4), Comparison::Same);
    }
}
