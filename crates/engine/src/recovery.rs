//! Taking over what an earlier process left open. Nothing is ever sent again.

use std::sync::Arc;

use ppob_journal::{EventKind, JournalError, StoredPayment};
use ppob_payment::{AttemptState, Event, Mutant, Next, mutated, next};
use ppob_types::{CrashPoint, NotSentCause, Timestamp};

use crate::driver::Begun;
use crate::engine::Inner;
use crate::turns::Turn;

const PAGE: usize = 500;

/// A payment of an earlier process, to be driven on.
#[derive(Debug)]
pub(crate) struct TakenOver {
    stored: StoredPayment,
    turn: Turn,
}

impl Inner {
    /// Takes over every open payment: an attempt that was being sent is in doubt now (it may or may
    /// not have left). Returns those to be driven on: nothing is sent before everything was taken over.
    pub(crate) async fn recover(this: &Arc<Self>) -> Result<Vec<TakenOver>, JournalError> {
        let mut after = 0;
        let mut to_drive = Vec::new();
        loop {
            let page = this.journal.open_payments(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.serial;
            for stored in page {
                this.live.open(stored.clone());
                if let Some(turn) = this.turns.take(&stored.key) {
                    to_drive.extend(Self::take_over(this, stored, turn).await);
                }
            }
        }
        if after > 0 {
            tracing::info!(
                driven_on = to_drive.len(),
                "took over what an earlier process left open"
            );
        }
        Ok(to_drive)
    }

    pub(crate) fn drive_on_taken_over(this: &Arc<Self>, payments: Vec<TakenOver>) {
        for TakenOver { stored, turn } in payments {
            let inner = Arc::clone(this);
            this.tasks.spawn(async move { inner.drive(Begun::new(stored, None), turn).await });
        }
    }

    /// The payment, if there is something to be done about it at once.
    async fn take_over(this: &Arc<Self>, stored: StoredPayment, turn: Turn) -> Option<TakenOver> {
        let sending = stored.payment.attempts.iter().any(|a| a.state == AttemptState::Sending);
        this.pass(CrashPoint::BeforeTakeOver).await;
        let stored = if sending {
            let event = [Event::Recovered];
            match this.record(stored, EventKind::Recovered, &event, Vec::new()).await {
                Ok(stored) => stored,
                Err(_) => return None,
            }
        } else {
            stored
        };
        this.pass(CrashPoint::AfterTakeOver).await;
        let now = !this.may_be_forgotten(&stored.payment)
            && matches!(next(&stored.payment, this.now()), Next::Route | Next::GiveUp(_));
        now.then_some(TakenOver { stored, turn })
    }

    /// Finds open payments that nobody in this process works on although somebody should: a task that
    /// panicked or gave up left them. One that was being sent is in doubt, as after a crash.
    pub(crate) async fn sweep(this: &Arc<Self>) {
        for seen in this.live.all_open() {
            if this.may_be_forgotten(&seen.payment) || !wants_a_worker(&seen, this.now()) {
                continue;
            }
            // Whoever works on it has the turn.
            let Some(turn) = this.turns.take(&seen.key) else { continue };
            let Some(stored) = this.reload(&seen).await else { continue };
            if wants_a_worker(&stored, this.now()) {
                tracing::warn!(payment = %stored.key, "took over a payment that nobody worked on");
                if mutated(Mutant::InlineHandler) {
                    Self::call_it_not_sent(this, stored, turn).await;
                    continue;
                }
                let taken = Self::take_over(this, stored, turn).await;
                Self::drive_on_taken_over(this, taken.into_iter().collect());
            }
        }
    }

    /// The mistake of an engine whose call that pays dies with its caller.
    async fn call_it_not_sent(this: &Arc<Self>, stored: StoredPayment, turn: Turn) {
        let sending = stored.payment.attempts.iter().find(|a| a.state == AttemptState::Sending);
        let lost = sending.map(|attempt| Event::NotBegun {
            attempt: attempt.number,
            cause: NotSentCause::NoPermit,
        });
        let events: Vec<Event> = lost.into_iter().collect();
        if let Ok(stored) = this.record(stored, EventKind::Answered, &events, Vec::new()).await {
            Self::take_over(this, stored, turn).await;
        }
    }
}

fn wants_a_worker(stored: &StoredPayment, now: Timestamp) -> bool {
    matches!(next(&stored.payment, now), Next::AwaitAnswer | Next::Route | Next::GiveUp(_))
}
