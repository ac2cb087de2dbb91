//! Making steps durable.

use std::sync::Arc;
use std::time::Duration;

use ppob_journal::{Change, Committed, EventKind, JournalError, StoredPayment};
use ppob_payment::{
    Event, Mutant, Note, Payment, PaymentState, Refused, Step, broken, mutated, step,
};
use ppob_types::{Clock, CrashPoint, ProviderName, Timestamp};

use crate::engine::Inner;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long a stopping engine waits for a journal that is down.
const PATIENCE_AT_STOP: Duration = Duration::from_secs(30);

/// A change of `stored` to `payment`, with nothing besides.
pub(crate) fn change(
    stored: &StoredPayment,
    payment: Payment,
    kind: EventKind,
    now: Timestamp,
) -> Change {
    Change {
        key: stored.key.clone(),
        expected_version: stored.version,
        payment,
        kind,
        now,
        unlisted: Vec::new(),
        audit: None,
        agreement: None,
    }
}

/// Why news could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotApplied {
    /// The machine refuses it for the payment as it is now.
    Refused(Refused),
    /// The provider reference settles another payment already: one of the two got somebody else's
    /// answer.
    ReferenceTaken,
    /// The journal refuses the news because it would break a rule: a mistake of ours.
    RuleBroken,
    /// The engine is stopping, and the journal did not take the news in time. The next start calls
    /// what was being sent in doubt.
    Stopped,
    /// The payment is gone from the journal: a person must look.
    Missing,
}

impl Inner {
    /// Applies news about a payment, again and again until the journal acknowledged it.
    ///
    /// News is evidence: it must not be lost because somebody else changed the payment meanwhile (the
    /// news is merged into what is there then), nor because the journal is down (it is kept here and
    /// tried again; the caller is told nothing before it is durable).
    pub(crate) async fn record(
        self: &Arc<Self>,
        stored: StoredPayment,
        kind: EventKind,
        events: &[Event],
        unlisted: Vec<(ProviderName, String)>,
    ) -> Result<StoredPayment, NotApplied> {
        let mut current = stored;
        let mut pause = FIRST_PAUSE;
        // What a step owes to somebody is raised also when its commit was durable unnoticed.
        let mut owed = Vec::new();
        let mut unclear: Vec<(StoredPayment, Payment)> = Vec::new();
        loop {
            let ours = unclear.iter().find(|(before, after)| became(before, after, &current));
            if let Some((before, _)) = ours {
                // An earlier try of ours was durable after all, and nobody was told.
                count_end(before, &current);
                self.learn(before, &current);
                self.raise(&current, &owed).await;
                self.something_due.notify_one();
                return Ok(current);
            }
            let now = self.now();
            let after = steps(&current.payment, events, now).map_err(NotApplied::Refused)?;
            if after.payment == current.payment {
                // Nothing new, or an earlier try of ours was durable and somebody has added to it.
                self.live.publish(current.clone());
                self.raise(&current, &owed).await;
                return Ok(current);
            }
            check_invariants(&current.payment, &after.payment);
            owed.clone_from(&after.notes);
            let mut change =
                change(&current, after.payment.clone(), kind_of(kind, &current, &after), now);
            change.unlisted.clone_from(&unlisted);
            if mutated(Mutant::TellBeforeDurable) {
                let mut told = current.clone();
                told.payment = after.payment.clone();
                told.version += 1;
                self.live.publish(told);
            }
            match self.journal.commit(change).await {
                Ok(Committed::Done(stored)) => {
                    self.pass(CrashPoint::AfterOutcome).await;
                    self.live.publish((*stored).clone());
                    count_end(&current, &stored);
                    self.learn(&current, &stored);
                    self.raise(&stored, &owed).await;
                    self.something_due.notify_one();
                    return Ok(*stored);
                }
                Ok(Committed::Stale) => {}
                Ok(Committed::ReferenceTaken { by }) => {
                    // Two payments claim one provider reference: one of them got somebody else's
                    // answer. Nothing is told; a person must look.
                    tracing::error!(payment = %current.key, other = %by, "one provider reference is claimed by two payments");
                    self.freeze_for(&current, None, "one reference claimed by two payments").await;
                    return Err(NotApplied::ReferenceTaken);
                }
                Err(error @ JournalError::RuleBroken(_)) => {
                    tracing::error!(payment = %current.key, %error, "the journal refuses a step; a person must look");
                    metrics::counter!("ppob_invariant_violations_total", "id" => "journal")
                        .increment(1);
                    return Err(NotApplied::RuleBroken);
                }
                Err(error) => {
                    tracing::error!(payment = %current.key, %error, "an outcome is not durable yet; trying again");
                    metrics::counter!("ppob_journal_retries_total").increment(1);
                    unclear.push((current.clone(), after.payment));
                    if !self.pause(&current, &mut pause).await {
                        return Err(NotApplied::Stopped);
                    }
                }
            }
            current = self.reload(&current).await.ok_or(NotApplied::Missing)?;
        }
    }

    /// Remembers how attempts went, for ranking.
    fn learn(&self, before: &StoredPayment, after: &StoredPayment) {
        self.providers.health.learn(before, after, self.now(), self.clock.monotonic());
    }

    /// The payment as the journal holds it now; waits for a journal that is down.
    pub(crate) async fn reload(&self, stored: &StoredPayment) -> Option<StoredPayment> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.journal.load(&stored.key).await {
                Ok(current) => {
                    if let Some(current) = &current {
                        self.live.publish(current.clone());
                    }
                    return current;
                }
                Err(JournalError::Corrupt(what)) => {
                    tracing::error!(payment = %stored.key, what, "the journal cannot be read; a person must look");
                }
                Err(error) => {
                    tracing::warn!(payment = %stored.key, %error, "the journal cannot be read yet");
                }
            }
            if !self.pause(stored, &mut pause).await {
                return None;
            }
        }
    }

    /// Waits before the journal is tried again. `false` once the engine has been stopping for long:
    /// ending is safe, and only turns what is known here into a doubt.
    async fn pause(&self, stored: &StoredPayment, pause: &mut Duration) -> bool {
        if self.has_been_stopping_for(PATIENCE_AT_STOP) {
            tracing::error!(payment = %stored.key, "the engine ends before the journal took this payment's news");
            return false;
        }
        tokio::time::sleep(*pause).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        true
    }

    /// Alarms what a step owes.
    pub(crate) async fn raise(&self, stored: &StoredPayment, notes: &[Note]) {
        for note in notes {
            match note {
                Note::ContradictingEvidence { attempt } => {
                    metrics::counter!("ppob_contradicting_evidence_total").increment(1);
                    let reason = "contradicting facts about one attempt";
                    self.freeze_for(stored, Some(*attempt), reason).await;
                }
                Note::LateCharge { attempt } => {
                    tracing::error!(payment = %stored.key, attempt, "a charge was found after the attempt had been taken as dead");
                    metrics::counter!("ppob_late_charges_total").increment(1);
                }
                Note::CostUnexpected { attempt } => {
                    tracing::warn!(payment = %stored.key, attempt, "the provider debited more than allowed");
                    metrics::counter!("ppob_unexpected_costs_total").increment(1);
                }
                Note::AbandonRefused => {}
            }
        }
    }

    /// Freezes the provider of an attempt (the latest, if none is named). The reason names no
    /// payment: it is shown to every caller whose route the freeze changes.
    async fn freeze_for(&self, stored: &StoredPayment, attempt: Option<u32>, reason: &str) {
        let named = attempt.and_then(|number| stored.payment.attempt(number));
        let Some(attempt) = named.or(stored.payment.attempts.last()) else { return };
        tracing::error!(provider = %attempt.provider, payment = %stored.key, reason, "the provider is frozen");
        self.freeze(&attempt.provider, reason).await;
    }

    /// What came of a commit that was not acknowledged: the payment, if that very change is durable.
    pub(crate) async fn settle_unclear(
        &self,
        before: &StoredPayment,
        after: &Payment,
    ) -> Option<StoredPayment> {
        let current = self.reload(before).await?;
        became(before, after, &current).then_some(current)
    }
}

/// Whether `current` is what a change of `before` to `after` made, and nothing else.
fn became(before: &StoredPayment, after: &Payment, current: &StoredPayment) -> bool {
    current.version == before.version + 1 && current.payment == *after
}

/// Counts a payment that has just ended.
pub(crate) fn count_end(before: &StoredPayment, after: &StoredPayment) {
    if after.payment.is_concluded() && !before.payment.is_concluded() {
        metrics::counter!(
            "ppob_payment_outcomes_total",
            "family" => after.payment.terms.family.as_str(),
            "state" => after.payment.state().as_str()
        )
        .increment(1);
    }
}

/// Several events as one step.
pub(crate) fn steps(payment: &Payment, events: &[Event], now: Timestamp) -> Result<Step, Refused> {
    let mut whole = Step { payment: payment.clone(), notes: Vec::new() };
    for event in events {
        let Step { payment, notes } = step(&whole.payment, event.clone(), now)?;
        whole.payment = payment;
        whole.notes.extend(notes);
    }
    Ok(whole)
}

/// A reversal is an event of its own kind, however it became known.
fn kind_of(kind: EventKind, before: &StoredPayment, after: &Step) -> EventKind {
    let reversed = after.payment.state() == PaymentState::Reversed;
    if reversed && before.payment.state() != PaymentState::Reversed {
        EventKind::Reversed
    } else {
        kind
    }
}

fn check_invariants(before: &Payment, after: &Payment) {
    for invariant in broken(before, after) {
        tracing::error!(
            invariant = invariant.as_str(),
            "a payment breaks an invariant; a person must look"
        );
        metrics::counter!("ppob_invariant_violations_total", "id" => invariant.as_str())
            .increment(1);
    }
}
