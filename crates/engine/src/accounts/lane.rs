//! One payment at a time, while an outcome is unknown: then each charge is the only one that a balance can
//! have moved by, and what is missing beside it is the unknown attempt's.

use std::sync::Arc;

use ppob_evidence::chain::Standing;
use ppob_types::{Clock, ProviderName};

use super::entry::What;
use super::{Account, Accounts};
use crate::clock::SteadyClock;

/// A payment's place among those on their way at an exclusive account. Taken before its intent, held
/// until its outcome is durable; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Lane {
    of: Option<(Arc<Accounts>, ProviderName)>,
}

impl Accounts {
    /// A place at the account; none if it takes one payment at a time now and has it. Accounts that are
    /// not exclusive have any number.
    pub(crate) fn enter(self: &Arc<Self>, name: &ProviderName) -> Option<Lane> {
        let mut kept = self.kept();
        let Some(account) = kept.get_mut(name) else { return Some(Lane { of: None }) };
        if account.on_their_way > 0 && account.has_unknown(&self.clock) {
            return None;
        }
        account.on_their_way = account.on_their_way.saturating_add(1);
        Some(Lane { of: Some((Arc::clone(self), name.clone())) })
    }

    /// Whether a payment would have to wait for another one to end there.
    pub(crate) fn waits_its_turn(&self, name: &ProviderName) -> bool {
        let waits =
            |account: &mut Account| account.on_their_way > 0 && account.has_unknown(&self.clock);
        self.with(name, waits).unwrap_or(false)
    }
}

impl Account {
    /// Whether an attempt whose outcome is unknown may still be executed, for all we can be sure of.
    fn has_unknown(&self, clock: &SteadyClock) -> bool {
        self.doubted.iter().filter_map(|id| self.entries.get(id)).any(|entry| match entry.what {
            What::Doubted(doubt) if doubt.standing == Standing::Unknown => {
                let by_the_wall = entry.begun_at.plus(doubt.bound) > clock.now();
                by_the_wall || !clock.left_of(doubt.bound, entry.begun_at).is_zero()
            }
            _ => false,
        })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some((accounts, name)) = &self.of {
            accounts.with(name, |account| {
                account.on_their_way = account.on_their_way.saturating_sub(1);
            });
        }
    }
}
