//! That the database has lost commits, or was taken over by another engine.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// Why the journal writes nothing any more. The engine must be started again: the opening puts in doubt
/// what was sent and is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal writes nothing any more, so that no payment is made twice: {0}; start the engine again"
)]
pub struct Lost(pub(crate) String);

/// Tells it to everybody.
#[derive(Debug, Default)]
pub(crate) struct LostSignal {
    what: Mutex<Option<String>>,
    told: Notify,
}

impl LostSignal {
    pub(crate) fn tell(&self, what: String) {
        self.what.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(what);
        metrics::gauge!("ppob_journal_lost").set(1.0);
        self.told.notify_waiters();
    }

    pub(crate) fn what(&self) -> Option<String> {
        self.what.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) async fn wait(&self) -> Lost {
        loop {
            let told = self.told.notified();
            if let Some(what) = self.what() {
                return Lost(what);
            }
            told.await;
        }
    }
}
