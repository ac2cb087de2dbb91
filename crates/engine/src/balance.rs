//! What is known of our deposits.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ppob_types::{ProviderName, Rupiah, Timestamp};

/// A deposit as last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownBalance {
    /// How much.
    pub amount: Rupiah,
    /// When it was seen.
    pub seen_at: Timestamp,
}

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

    /// Whether "your balance is `stated`, too little for `cost`" is believable: it is too little, and
    /// it is no more than the balance we know; on an `exclusive` account it is that very balance,
    /// unless other attempts of ours are moving it.
    pub(crate) fn fits(
        &self,
        provider: &ProviderName,
        stated: Rupiah,
        cost: Rupiah,
        exclusive: bool,
    ) -> bool {
        self.with(provider, |account| {
            let explained = account.known.is_none_or(|known| {
                known.amount == stated
                    || account.in_flight > 1
                    || (!exclusive && stated < known.amount)
            });
            stated < cost && explained
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
    fn a_refusal_fits_only_a_balance_that_is_too_small_and_known() {
        let balances = Balances::default();
        let name = ProviderName::new("mmbc-a").unwrap();
        let (small, cost) = (Rupiah::new(100), Rupiah::new(20_700));
        assert!(balances.fits(&name, small, cost, true), "nothing known contradicts it");
        assert!(!balances.fits(&name, cost, cost, true), "enough is not too little");
        balances.seen(&name, Rupiah::new(900_000), Timestamp::from_seconds(1));
        assert!(!balances.fits(&name, small, cost, true), "nobody else uses it, we know better");
        assert!(balances.fits(&name, small, cost, false), "somebody else may have used it");
        balances.sending(&name);
        balances.sending(&name);
        assert!(balances.fits(&name, small, cost, true), "other payments are moving it");
        balances.answered(&name);
        balances.seen(&name, small, Timestamp::from_seconds(2));
        assert!(balances.fits(&name, small, cost, true));
        balances.seen(&name, Rupiah::new(50), Timestamp::from_seconds(3));
        balances.answered(&name);
        assert!(!balances.fits(&name, small, cost, false), "more than we know of");
    }
}
