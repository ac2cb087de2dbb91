//! Payments somebody may be waiting for: the latest acknowledged value of each.

mod book;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ppob_journal::{GuardKey, StoredPayment};
use ppob_payment::PaymentState;
use ppob_types::{PaymentKey, TokenState};
use tokio::sync::watch;

use self::book::Book;
use crate::accounts::Accounts;

/// A payment, and its news as they become durable.
#[derive(Clone, Debug)]
pub struct Ticket {
    updates: watch::Receiver<Arc<StoredPayment>>,
    existed: bool,
}

/// The payments that have not ended, and those that somebody still watches.
///
/// Holds only values whose commit was acknowledged: whatever is read here may be told.
#[derive(Debug)]
pub(crate) struct Live {
    /// Whatever is durable is told to them first.
    accounts: Arc<Accounts>,
    book: Mutex<Book>,
    /// Rises with each durable change; event streams wait on it.
    changes: watch::Sender<u64>,
}

impl Ticket {
    /// The payment as last made durable.
    pub fn payment(&self) -> Arc<StoredPayment> {
        Arc::clone(&self.updates.borrow())
    }

    /// Whether the payment was there before the call that got this ticket.
    pub const fn existed(&self) -> bool {
        self.existed
    }

    /// The ticket of the call that made the payment.
    pub(crate) fn of_its_maker(self) -> Self {
        Self { existed: false, ..self }
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
        Self { updates: watch::channel(Arc::new(stored)).1, existed: true }
    }
}

impl Live {
    pub(crate) fn new(accounts: Arc<Accounts>) -> Self {
        Self { accounts, book: Mutex::default(), changes: watch::Sender::default() }
    }

    /// The ticket of a payment known to be open.
    pub(crate) fn get(&self, key: &PaymentKey) -> Option<Ticket> {
        self.book().get(key).map(|sender| Ticket { updates: sender.subscribe(), existed: true })
    }

    /// Whether this payment, or another one for the same product and customer, is open or ended a
    /// short while ago: the journal may then find a double.
    pub(crate) fn may_stand_in_the_way(&self, key: &PaymentKey, guard: &GuardKey) -> bool {
        self.book().knows(key, guard)
    }

    /// Takes up a payment that this process works on from now on.
    pub(crate) fn open(&self, stored: StoredPayment) {
        self.accounts.saw(&stored);
        if !is_complete(&stored) {
            self.book().take_up(stored);
        }
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells a durable value to whoever waits. Older values than the one known are ignored.
    pub(crate) fn publish(&self, stored: StoredPayment) -> Arc<StoredPayment> {
        self.accounts.saw(&stored);
        let stored = Arc::new(stored);
        let mut news = true;
        {
            let mut book = self.book();
            if let Some(sender) = book.get(&stored.key) {
                news = sender.send_if_modified(|known| {
                    let newer = stored.version > known.version;
                    if newer {
                        *known = Arc::clone(&stored);
                    }
                    newer
                });
            }
            if is_complete(&stored) {
                book.end(&stored);
            }
        }
        if news {
            self.changes.send_modify(|count| *count = count.wrapping_add(1));
        }
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
    pub(crate) fn all_open(&self) -> Vec<Arc<StoredPayment>> {
        self.book().open().map(|sender| Arc::clone(&sender.borrow())).collect()
    }
}
