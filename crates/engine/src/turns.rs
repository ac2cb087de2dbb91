//! One worker per payment.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use ppob_types::PaymentKey;
use tokio::sync::Notify;

/// The payments that some task of this process is working on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<BTreeSet<PaymentKey>>,
    freed: Notify,
}

/// The right to work on one payment: to drive it, send for it or ask about it. Nobody else in this
/// process does meanwhile. Whoever records an outcome or routes must hold it.
#[derive(Debug)]
#[must_use]
pub(crate) struct Turn {
    turns: Turns,
    key: PaymentKey,
}

impl Turns {
    /// Takes the turn, unless somebody has it.
    pub(crate) fn take(&self, key: &PaymentKey) -> Option<Turn> {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(key.clone()).then(|| Turn { turns: self.clone(), key: key.clone() })
    }

    /// Takes the turn as soon as nobody has it.
    pub(crate) async fn wait(&self, key: &PaymentKey) -> Turn {
        loop {
            let freed = self.0.freed.notified();
            tokio::pin!(freed);
            // Before the look, so that a turn freed in between is not missed.
            freed.as_mut().enable();
            if let Some(turn) = self.take(key) {
                return turn;
            }
            freed.await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.0.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        self.turns.0.freed.notify_waiters();
    }
}
