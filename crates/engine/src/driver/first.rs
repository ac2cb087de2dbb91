//! Acceptance, with the first intent in the same commit where a provider can be chosen at once.

use std::sync::Arc;

use ppob_journal::{Acceptance, EventKind, JournalError, NewPayment, StoredPayment};
use ppob_payment::{Event, Mutant, mutated, step};
use ppob_routing::Product;
use ppob_types::{CrashPoint, NotSentCause};

use super::Begun;
use super::route::{Chosen, is_still_sending};
use super::send::Ready;
use crate::engine::Inner;
use crate::turns::Turn;

impl Inner {
    /// Accepts a payment. Bills are accepted alone: their fresh inquiry takes time, and the caller
    /// should not lose the acceptance to it. So is what may turn out to be a double, or above the
    /// limit of a day: no room at a provider is spent on it.
    ///
    /// On an error the payment comes back, to be settled by whoever asked.
    pub(crate) async fn accept_with_first_intent(
        self: &Arc<Self>,
        product: &Product,
        new: NewPayment,
    ) -> Result<(Acceptance, Option<Ready>), (JournalError, Box<NewPayment>)> {
        let alone = product.family.is_bill()
            || self.live.may_stand_in_the_way(&new.key, &new.guard_key())
            || self.spending.was_full(&new.key.consumer)
            || mutated(Mutant::IntentAfterSend);
        let chosen = if alone { None } else { self.choose_listed(product, &new).await };
        let (new, ready) = match chosen {
            Some(chosen) => self.with_first_intent(new, chosen),
            None => (new, None),
        };
        self.pass(CrashPoint::BeforeAcceptance).await;
        match self.journal.accept(new.clone()).await {
            Ok(accepted @ Acceptance::Accepted(_)) => Ok((accepted, ready)),
            Ok(other) => Ok((other, None)),
            Err(error) => Err((error, Box::new(new))),
        }
    }

    /// The payment with its first attempt begun. The room may have been waited for: the attempt begins
    /// now, not when the payment came in, and not at all if that is too late.
    fn with_first_intent(&self, new: NewPayment, chosen: Chosen) -> (NewPayment, Option<Ready>) {
        let Chosen { attempt, room } = chosen;
        match step(&new.payment, Event::Begin(attempt), self.now()) {
            Ok(begun) => {
                let ready = Ready::new(self, &begun.payment, room);
                (NewPayment { payment: begun.payment, ..new }, ready)
            }
            Err(_) => (new, None),
        }
    }

    /// An acceptance was not acknowledged. If it turns out durable, this process knows that it did
    /// not send, says so, and drives the payment on; if not, nothing ever happened.
    pub(crate) async fn settle_unclear_acceptance(self: Arc<Self>, new: NewPayment, turn: Turn) {
        let probe = StoredPayment {
            key: new.key.clone(),
            serial: new.serial,
            version: 0,
            request: new.request,
            fingerprint: new.fingerprint,
            payment: new.payment,
            updated_at: new.now,
        };
        let Some(stored) = self.reload(&probe).await else {
            return;
        };
        if stored.serial != new.serial {
            return;
        }
        self.live.open(stored.clone());
        let not_begun: Vec<Event> = stored
            .payment
            .live_attempt()
            .filter(|_| {
                let intended = probe.payment.live_attempt();
                intended.is_some_and(|intended| is_still_sending(&stored.payment, intended))
            })
            .map(|attempt| Event::NotBegun {
                attempt: attempt.number,
                cause: NotSentCause::NoPermit,
            })
            .into_iter()
            .collect();
        let settled = self.record(stored, EventKind::Answered, &not_begun, Vec::new()).await;
        if let Ok(stored) = settled {
            self.drive(Begun::new(stored, None), turn).await;
        }
    }
}
