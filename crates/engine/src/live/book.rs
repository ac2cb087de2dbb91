//! The payments of this process: those that are open, and those that ended last.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ppob_journal::{GuardKey, StoredPayment};
use ppob_types::PaymentKey;
use tokio::sync::watch;

const ENDED_REMEMBERED: usize = 4096;

/// The payments of this process.
#[derive(Debug, Default)]
pub(super) struct Book {
    open: BTreeMap<PaymentKey, watch::Sender<Arc<StoredPayment>>>,
    /// Remembered so that an older value arriving late cannot reopen one, and that a repeated call
    /// spends no room at a provider.
    ended: BTreeMap<PaymentKey, GuardKey>,
    ended_order: VecDeque<PaymentKey>,
    /// How many payments of this book there are per product and customer.
    guards: BTreeMap<GuardKey, usize>,
}

impl Book {
    pub(super) fn get(&self, key: &PaymentKey) -> Option<&watch::Sender<Arc<StoredPayment>>> {
        self.open.get(key)
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &watch::Sender<Arc<StoredPayment>>> {
        self.open.values()
    }

    /// Whether this payment, or another one for the same product and customer, is in the book.
    pub(super) fn knows(&self, key: &PaymentKey, guard: &GuardKey) -> bool {
        self.guards.contains_key(guard) || self.ended.contains_key(key)
    }

    /// Opens a payment, unless it is open or has ended.
    pub(super) fn take_up(&mut self, stored: StoredPayment) {
        let known = self.ended.contains_key(&stored.key) || self.open.contains_key(&stored.key);
        if !known {
            *self.guards.entry(stored.guard_key()).or_default() += 1;
            self.open.insert(stored.key.clone(), watch::channel(Arc::new(stored)).0);
        }
    }

    /// Moves a payment to those that ended.
    pub(super) fn end(&mut self, stored: &StoredPayment) {
        let was_open = self.open.remove(&stored.key).is_some();
        if self.ended.contains_key(&stored.key) {
            return;
        }
        let guard = stored.guard_key();
        if !was_open {
            *self.guards.entry(guard.clone()).or_default() += 1;
        }
        self.ended.insert(stored.key.clone(), guard);
        self.ended_order.push_back(stored.key.clone());
        if self.ended_order.len() > ENDED_REMEMBERED {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(guard) = self.ended_order.pop_front().and_then(|key| self.ended.remove(&key))
        else {
            return;
        };
        if let Some(count) = self.guards.get_mut(&guard) {
            *count -= 1;
            if *count == 0 {
                self.guards.remove(&guard);
            }
        }
    }
}
