//! Driving a payment: from accepted to an outcome, or to where only time or a person helps.

mod bill;
mod first;
mod route;
mod send;

use std::sync::Arc;

use ppob_journal::{EventKind, StoredPayment};
use ppob_payment::{Event, Next, next};
use ppob_types::FailureReason;

pub(crate) use self::send::Ready;
use crate::engine::Inner;
use crate::persist::NotApplied;

/// A payment taken up, maybe with an attempt whose intent is durable and that must be sent at once.
#[derive(Debug)]
pub(crate) struct Begun {
    stored: StoredPayment,
    ready: Option<Ready>,
}

/// What came of looking for somebody to ask.
enum Routed {
    /// An intent is durable; send at once.
    Ready(Begun),
    /// Nobody can or may be asked.
    GiveUp(FailureReason),
    /// Somebody else changed the payment; this is it now.
    Changed(StoredPayment),
    /// The payment is gone from the journal.
    Missing,
}

impl Begun {
    pub(crate) fn new(stored: StoredPayment, ready: Option<Ready>) -> Self {
        Self { stored, ready }
    }

    pub(crate) fn stored(&self) -> &StoredPayment {
        &self.stored
    }
}

impl Inner {
    /// Drives a payment as far as this process can at once. What stays open is the reconciliation
    /// worker's.
    pub(crate) async fn drive(self: &Arc<Self>, begun: Begun) {
        let Begun {
            mut stored,
            mut ready,
        } = begun;
        loop {
            if let Some(attempt) = ready.take() {
                match self.send(stored, attempt).await {
                    Ok(after) => stored = after,
                    Err(_) => return,
                }
                continue;
            }
            match next(&stored.payment, self.now()) {
                Next::Route => match self.route_and_begin(stored.clone()).await {
                    Routed::Ready(begun) => {
                        stored = begun.stored;
                        ready = begun.ready;
                    }
                    Routed::GiveUp(reason) => match self.give_up(stored, reason).await {
                        Ok(after) => stored = after,
                        Err(_) => return,
                    },
                    Routed::Changed(current) => stored = current,
                    Routed::Missing => return,
                },
                Next::GiveUp(reason) => match self.give_up(stored, reason).await {
                    Ok(after) => stored = after,
                    Err(_) => return,
                },
                Next::Check { .. } => {
                    self.something_due.notify_one();
                    return;
                }
                Next::AwaitAnswer | Next::Review | Next::Nothing => return,
            }
        }
    }

    async fn give_up(
        self: &Arc<Self>,
        stored: StoredPayment,
        reason: FailureReason,
    ) -> Result<StoredPayment, NotApplied> {
        self.record(
            stored,
            EventKind::GaveUp,
            &[Event::GiveUp(reason)],
            Vec::new(),
        )
        .await
    }
}
