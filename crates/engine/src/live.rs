//! Payments somebody may be waiting for: the latest acknowledged value of each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ppob_journal::StoredPayment;
use ppob_payment::PaymentState;
use ppob_types::{PaymentKey, ProviderName, Timestamp, TokenState};
use tokio::sync::watch;

/// A payment, and its news as they become durable.
#[derive(Clone, Debug)]
pub struct Ticket {
    updates: watch::Receiver<Arc<StoredPayment>>,
}

/// The payments that have not ended, and those that somebody still watches.
///
/// Holds only values whose commit was acknowledged: whatever is read here may be told.
#[derive(Debug, Default)]
pub(crate) struct Live {
    book: Mutex<Book>,
    /// Rises with each durable change; event streams wait on it.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Book {
    open: BTreeMap<PaymentKey, watch::Sender<Arc<StoredPayment>>>,
    /// The payments that ended last, so that an older value arriving late cannot reopen one.
    ended: BTreeSet<PaymentKey>,
    ended_order: VecDeque<PaymentKey>,
}

const ENDED_REMEMBERED: usize = 4096;

/// An open payment for the gauges.
#[derive(Clone, Debug)]
pub(crate) struct OpenPayment {
    pub(crate) provider: Option<ProviderName>,
    pub(crate) state: PaymentState,
    pub(crate) since: Timestamp,
}

impl Ticket {
    /// The payment as last made durable.
    pub fn payment(&self) -> Arc<StoredPayment> {
        Arc::clone(&self.updates.borrow())
    }

    /// Waits until the payment has ended or is in doubt, at most `patience`; then its latest value.
    ///
    /// # Cancel safety
    /// Safe: waiting changes nothing.
    pub async fn settled(mut self, patience: Duration) -> Arc<StoredPayment> {
        let settled = self.updates.wait_for(|stored| is_settled(stored));
        if let Ok(Ok(stored)) = tokio::time::timeout(patience, settled).await {
            return Arc::clone(&stored);
        }
        self.payment()
    }

    /// Waits for the next durable value; `None` once the engine has let go of the payment.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn changed(&mut self) -> Option<Arc<StoredPayment>> {
        self.updates.changed().await.ok()?;
        Some(Arc::clone(&self.updates.borrow_and_update()))
    }
}

/// Whether nothing more will come: it has ended, and no token is awaited.
pub(crate) fn is_complete(stored: &StoredPayment) -> bool {
    stored.payment.is_concluded() && stored.payment.token_state() != TokenState::Awaited
}

fn is_settled(stored: &StoredPayment) -> bool {
    let state = stored.payment.state();
    state.is_final() || state == PaymentState::InDoubt
}

impl Ticket {
    /// A payment nobody works on any more.
    pub(crate) fn of_ended(stored: StoredPayment) -> Self {
        Self { updates: watch::channel(Arc::new(stored)).1 }
    }
}

impl Live {
    /// The ticket of a payment known to be open.
    pub(crate) fn get(&self, key: &PaymentKey) -> Option<Ticket> {
        self.book().open.get(key).map(|sender| Ticket { updates: sender.subscribe() })
    }

    /// Takes up a payment that this process works on from now on.
    pub(crate) fn open(&self, stored: StoredPayment) {
        {
            let mut book = self.book();
            let ended = is_complete(&stored) || book.ended.contains(&stored.key);
            if !ended && !book.open.contains_key(&stored.key) {
                book.open.insert(stored.key.clone(), watch::channel(Arc::new(stored)).0);
            }
        }
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells a durable value to whoever waits. Older values than the one known are ignored.
    pub(crate) fn publish(&self, stored: StoredPayment) -> Arc<StoredPayment> {
        let stored = Arc::new(stored);
        {
            let mut book = self.book();
            if let Some(sender) = book.open.get(&stored.key) {
                sender.send_if_modified(|known| {
                    let newer = stored.version > known.version;
                    if newer {
                        *known = Arc::clone(&stored);
                    }
                    newer
                });
            }
            if is_complete(&stored) {
                book.open.remove(&stored.key);
                if book.ended.insert(stored.key.clone()) {
                    book.ended_order.push_back(stored.key.clone());
                }
                if book.ended_order.len() > ENDED_REMEMBERED
                    && let Some(oldest) = book.ended_order.pop_front()
                {
                    book.ended.remove(&oldest);
                }
            }
        }
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        stored
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes at each durable change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// What is open now.
    pub(crate) fn all_open(&self) -> Vec<OpenPayment> {
        self.book()
            .open
            .values()
            .map(|sender| {
                let stored = sender.borrow();
                let live = stored.payment.live_attempt();
                OpenPayment {
                    provider: live.map(|attempt| attempt.provider.clone()),
                    state: stored.payment.state(),
                    since: live.map_or(stored.payment.terms.accepted_at, |a| a.changed_at),
                }
            })
            .collect()
    }
}
