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

/// What was known of a deposit when a payment was about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BeforeSend {
    known: Option<KnownBalance>,
    /// No other payment of ours was on its way.
    alone: bool,
    starts: u64,
}

/// How long a balance counts as known.
const FRESH: Duration = Duration::from_mins(5);

#[derive(Debug, Default)]
struct Account {
    known: Option<KnownBalance>,
    /// Attempts on their way, each of which may change the balance at any moment.
    in_flight: u32,
    /// How many attempts were begun in all.
    starts: u64,
}

/// What is known of our deposits, and whether a stated balance fits.
#[derive(Debug, Default)]
pub(crate) struct Balances(Mutex<BTreeMap<ProviderName, Account>>);

impl Balances {
    pub(crate) fn known(&self, provider: &ProviderName) -> Option<KnownBalance> {
        self.with(provider, |account| account.known)
    }

    /// A deposit was seen, if `current`: whoever saw it still asks for the account of this name. That is
    /// asked where nothing can be forgotten in between.
    pub(crate) fn seen(
        &self,
        provider: &ProviderName,
        amount: Rupiah,
        seen_at: Timestamp,
        current: impl FnOnce() -> bool,
    ) {
        self.with(provider, |account| {
            if current() {
                account.see(amount, seen_at);
            }
        });
    }

    /// What was known is not about this deposit any more, nor is what payments on their way will tell.
    pub(crate) fn forget(&self, provider: &ProviderName) {
        self.with(provider, |account| {
            account.known = None;
            account.starts = account.starts.wrapping_add(1);
        });
    }

    /// A payment is about to be sent. What is known now is what its answer is held against: later
    /// looks may already show its debit. Nothing is known unless `current`: a payment that goes to the
    /// account that stood under this name before a reload debits another deposit than the one known.
    pub(crate) fn sending(
        &self,
        provider: &ProviderName,
        current: impl FnOnce() -> bool,
    ) -> BeforeSend {
        self.with(provider, |account| {
            account.in_flight = account.in_flight.saturating_add(1);
            account.starts = account.starts.wrapping_add(1);
            BeforeSend {
                known: account.known.filter(|_| current()),
                alone: account.in_flight == 1,
                starts: account.starts,
            }
        })
    }

    pub(crate) fn answered(&self, provider: &ProviderName) {
        self.with(provider, |account| {
            account.in_flight = account.in_flight.saturating_sub(1);
        });
    }

    /// Whether a refusal that states `stated` as our balance excludes that `cost` was debited: a fresh
    /// balance was known before the send, no other payment of ours moved it, and it has fallen by
    /// clearly less than the cost.
    pub(crate) fn excludes_debit(
        &self,
        provider: &ProviderName,
        before: BeforeSend,
        stated: Rupiah,
        cost: Rupiah,
        now: Timestamp,
    ) -> bool {
        let alone = before.alone && self.with(provider, |account| account.starts == before.starts);
        let Some(known) = before.known.filter(|known| now.since(known.seen_at) <= FRESH) else {
            return false;
        };
        let Ok(fallen) = known.amount.minus(stated) else { return false };
        let clearly_less = fallen.saturating_plus(fallen) < cost;
        alone && stated < cost && !fallen.is_negative() && clearly_less
    }

    fn with<T>(&self, provider: &ProviderName, work: impl FnOnce(&mut Account) -> T) -> T {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get_mut(provider) {
            return work(account);
        }
        work(accounts.entry(provider.clone()).or_default())
    }
}

impl Account {
    fn see(&mut self, amount: Rupiah, seen_at: Timestamp) {
        if self.known.is_none_or(|known| known.seen_at <= seen_at) {
            self.known = Some(KnownBalance { amount, seen_at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stated_balance_excludes_a_debit_only_if_little_is_missing_from_a_fresh_one() {
        let balances = Balances::default();
        let name = ProviderName::new("mmbc-a").unwrap();
        let at = Timestamp::from_seconds;
        let excludes = |before, stated, now| {
            balances.excludes_debit(
                &name,
                before,
                Rupiah::new(stated),
                Rupiah::new(20_700),
                at(now),
            )
        };
        let before = balances.sending(&name, || true);
        assert!(!excludes(before, 20_000, 1), "nothing was known");
        balances.answered(&name);
        balances.seen(&name, Rupiah::new(25_000), at(1), || true);
        let before = balances.sending(&name, || true);
        assert!(excludes(before, 20_000, 2), "5 000 are missing, a debit would be 20 700");
        assert!(!excludes(before, 4_300, 2), "that is what a debit leaves");
        assert!(!excludes(before, 4_305, 2), "or nearly");
        assert!(!excludes(before, 100, 2), "a debit may hide in it");
        assert!(!excludes(before, 21_000, 2), "enough is not too little");
        assert!(!excludes(before, 20_000, 400), "known too long ago");
        balances.seen(&name, Rupiah::new(20_000), at(2), || true);
        assert!(excludes(before, 20_000, 2), "what was seen since the send does not count");
        let second = balances.sending(&name, || true);
        assert!(!excludes(before, 20_000, 2), "another payment was sent meanwhile");
        assert!(!excludes(second, 20_000, 2), "nor was the second one alone");
    }

    #[test]
    fn a_balance_from_before_another_account_stood_under_the_name_excludes_nothing() {
        let balances = Balances::default();
        let name = ProviderName::new("mmbc-a").unwrap();
        let at = Timestamp::from_seconds(1);
        balances.seen(&name, Rupiah::new(25_000), at, || true);
        let before = balances.sending(&name, || true);
        let excludes = || {
            let (stated, cost) = (Rupiah::new(20_000), Rupiah::new(20_700));
            balances.excludes_debit(&name, before, stated, cost, at)
        };
        assert!(excludes());
        balances.forget(&name);
        assert!(!excludes());
        assert_eq!(balances.known(&name), None);
    }
}
