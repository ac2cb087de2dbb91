//! Driving a payment: from accepted to an outcome, or to where only time or a person helps.

mod bill;
mod first;
mod route;
mod send;

use std::sync::Arc;
use std::time::Duration;

use ppob_journal::{EventKind, StoredPayment};
use ppob_payment::{Event, Next, next};
use ppob_types::{Clock, CrashPoint, FailureReason, Monotonic};

pub(crate) use self::send::Ready;
use crate::engine::Inner;
use crate::persist::NotApplied;
use crate::turns::Turn;

/// Between two tries to begin an attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A payment taken up, maybe with an attempt whose intent is durable and that must be sent at once.
#[derive(Debug)]
pub(crate) struct Begun {
    stored: StoredPayment,
    ready: Option<Ready>,
    since: Option<Monotonic>,
}

/// What came of looking for somebody to ask.
enum Routed {
    /// An intent is durable; send at once.
    Ready(Begun),
    /// Nobody can or may be asked.
    GiveUp(FailureReason),
    /// Somebody else changed the payment; this is it now.
    Changed(StoredPayment),
    /// The journal did not take the intent; nothing was sent, and this is the payment now.
    NotBegun(StoredPayment),
    /// Only room at the providers is lacking, or an offer changed while it was waited for.
    NoRoomYet(StoredPayment),
    /// The payment is gone from the journal.
    Missing,
}

impl Begun {
    pub(crate) fn new(stored: StoredPayment, ready: Option<Ready>) -> Self {
        Self { stored, ready, since: None }
    }

    /// Also measures what the engine itself adds, from `since` on.
    pub(crate) fn measured_from(mut self, since: Monotonic) -> Self {
        self.since = Some(since);
        self
    }

    pub(crate) fn stored(&self) -> &StoredPayment {
        &self.stored
    }
}

impl Inner {
    /// Drives a payment as far as this process can at once. What stays open is the reconciliation
    /// worker's.
    pub(crate) async fn drive(self: &Arc<Self>, begun: Begun, turn: Turn) {
        let since = begun.since;
        let family = begun.stored.payment.terms.family;
        let mut elsewhere = Duration::ZERO;
        self.drive_on(begun, &mut elsewhere).await;
        drop(turn);
        if let Some(since) = since {
            let whole = self.clock.monotonic().since(since);
            metrics::histogram!("ppob_overhead_seconds", "family" => family.as_str())
                .record(whole.saturating_sub(elsewhere));
        }
    }

    /// Adds the time spent waiting for providers to `elsewhere`.
    async fn drive_on(self: &Arc<Self>, begun: Begun, elsewhere: &mut Duration) {
        let Begun { mut stored, mut ready, .. } = begun;
        let mut pause = FIRST_PAUSE;
        loop {
            if let Some(attempt) = ready.take() {
                match self.send(stored, attempt, elsewhere).await {
                    Ok(after) => stored = after,
                    Err(_) => return,
                }
                continue;
            }
            match next(&stored.payment, self.now()) {
                // Neither paid nor called failed: a person knows where to look.
                Next::Route | Next::GiveUp(_) if self.may_be_forgotten(&stored.payment) => return,
                // A stopping engine begins nothing; the next start goes on before `pay_by`.
                Next::Route if self.tasks.stopping().is_cancelled() => return,
                Next::Route => match self.route_and_begin(stored.clone(), elsewhere).await {
                    Routed::Ready(begun) => {
                        stored = begun.stored;
                        ready = begun.ready;
                    }
                    Routed::GiveUp(reason) => match self.give_up(stored, reason).await {
                        Ok(after) => stored = after,
                        Err(_) => return,
                    },
                    Routed::Changed(current) => stored = current,
                    Routed::NotBegun(current) | Routed::NoRoomYet(current) => {
                        let waited = self.clock.monotonic();
                        tokio::select! {
                            biased;
                            () = self.tasks.stopping().cancelled() => return,
                            () = tokio::time::sleep(pause) => {}
                        }
                        *elsewhere = elsewhere.saturating_add(self.clock.monotonic().since(waited));
                        pause = (pause * 2).min(LONGEST_PAUSE);
                        stored = self.reload(&current).await.unwrap_or(current);
                    }
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
        self.pass(CrashPoint::BeforeGiveUp).await;
        self.record(stored, EventKind::GaveUp, &[Event::GiveUp(reason)], Vec::new()).await
    }
}
