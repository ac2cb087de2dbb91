//! Every transition of a payment, read once.

mod attempt_news;
mod conclude;
mod hints;
mod reversal;
#[cfg(test)]
mod tests;
mod verdict;

use std::time::Duration;

use ppob_types::{
    Basis, FailureReason, NotSentCause, Observed, RefusalCode, StatusReport, StatusVerdict,
    Timestamp, UnknownCause,
};

use crate::ask::{to_ask_about, wait_before_asking};

use self::attempt_news::{News, apply_news};
use self::conclude::fail;
use self::reversal::{given_back, reversed};
use self::verdict::resolved;
use crate::{
    Attempt, AttemptState, Conclusion, Event, EvidenceKind, Mutant, NewAttempt, Payment, mutated,
};

/// A payment after an event, and what somebody should know about the step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the new payment is nothing until the journal holds it"]
pub struct Step {
    /// The payment now.
    pub payment: Payment,
    /// What to alarm, count or answer.
    pub notes: Vec<Note>,
}

/// What somebody should know about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// Two final facts about one attempt contradict each other: alarm, and freeze the provider.
    ContradictingEvidence {
        /// Which attempt.
        attempt: u32,
    },
    /// A charge was found after the attempt had been taken as dead: alarm.
    LateCharge {
        /// Which attempt.
        attempt: u32,
    },
    /// The provider debited more than it was allowed to: flag and alarm.
    CostUnexpected {
        /// Which attempt.
        attempt: u32,
    },
    /// An attempt is alive, so the payment was not abandoned; but no further attempt will begin.
    AbandonRefused,
}

/// Why an event cannot happen to this payment. The payment is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// An attempt might have been, or might still be, paid (P1, P3).
    #[error("an attempt of this payment is alive; a second one could pay twice")]
    AttemptAlive,
    /// It has ended (P4).
    #[error("the payment has ended; its outcome does not change any more")]
    Concluded,
    /// `pay_by` has passed (P3).
    #[error("the time for starting an attempt has passed")]
    TooLate,
    /// The end customer would pay more than the terms allow.
    #[error("the attempt may come to more than the payment was accepted for")]
    AboveMaxTotal,
    /// The caller abandoned it, or facts contradict each other, or the attempts are used up.
    #[error("no further attempt may begin for this payment")]
    NoFurtherAttempt,
    /// There is no such attempt.
    #[error("the payment has no such attempt")]
    NoSuchAttempt,
    /// The provider may still execute it (P8).
    #[error("the provider may still execute this attempt; it cannot be called not executed yet")]
    TooEarly,
    /// The attempt is not in doubt.
    #[error("the attempt is not in doubt")]
    NotInDoubt,
    /// Only a success can be reversed.
    #[error("only a payment that succeeded can be reversed")]
    NotSucceeded,
}

/// What becomes of `payment` when `event` happens at `now`.
///
/// # Errors
/// [`Refused`] if the event cannot happen to this payment; nothing has changed then.
pub fn step(payment: &Payment, event: Event, now: Timestamp) -> Result<Step, Refused> {
    let mut next = payment.clone();
    let notes = match event {
        Event::Begin(new) => begin(&mut next, new, now)?,
        Event::Answered { attempt, answer, refusal_trusted } => {
            apply_news(&mut next, attempt, News::answered(answer, refusal_trusted), now)?
        }
        Event::NotBegun { attempt, cause } => {
            let news = News::bare(AttemptState::NotSent(cause), Basis::Engine);
            apply_news(&mut next, attempt, news, now)?
        }
        Event::Reported { attempt, report, basis, refusal_trusted } => {
            // A callback is no answer to a question of ours.
            if basis != Basis::Callback {
                checked(&mut next, attempt, now)?;
                hints::answered(&mut next, attempt, &report.verdict)?;
            }
            if is_evidence_only(&next, attempt, &report) {
                let known = next.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
                known.add_evidence(EvidenceKind::BillGone, now);
                Vec::new()
            } else {
                reported(&mut next, attempt, report, basis, refusal_trusted, now)?
            }
        }
        Event::Checked { attempt } => {
            checked(&mut next, attempt, now)?;
            Vec::new()
        }
        Event::AskedByPurchase { attempt, late_execution_bound } => {
            asked_by_purchase(&mut next, attempt, late_execution_bound, now)?;
            Vec::new()
        }
        Event::Gathered { attempt, evidence } => {
            let known = next.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
            known.add_evidence(evidence, now);
            Vec::new()
        }
        Event::Hinted { attempt, says, provider_ref } => {
            hints::hinted(&mut next, attempt, says, provider_ref, now)?;
            Vec::new()
        }
        Event::HintSpent { attempt } => {
            next.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?.hint = None;
            Vec::new()
        }
        Event::Disowned { attempt } => disowned(&mut next, attempt, now)?,
        Event::Recovered => recovered(&mut next, now)?,
        Event::GiveUp(reason) => give_up(&mut next, reason, now)?,
        Event::Abandon => abandon(&mut next, now)?,
        Event::Resolved { attempt, resolution } => resolved(&mut next, attempt, resolution, now)?,
        Event::Reversed { basis } => {
            reversed(&mut next, basis, now)?;
            Vec::new()
        }
    };
    hints::drop_what_is_known(&mut next);
    reschedule(&mut next, payment, now);
    Ok(Step { payment: next, notes })
}

/// What a status check or a callback said.
fn reported(
    payment: &mut Payment,
    attempt: u32,
    report: StatusReport,
    basis: Basis,
    refusal_trusted: bool,
    now: Timestamp,
) -> Result<Vec<Note>, Refused> {
    match report.verdict {
        StatusVerdict::NotFound => not_found(payment, attempt, now),
        StatusVerdict::Reversed if mutated(Mutant::ReversalIgnored) => Ok(Vec::new()),
        StatusVerdict::Reversed => given_back(payment, attempt, report.observed, basis, now),
        StatusVerdict::Succeeded | StatusVerdict::Pending | StatusVerdict::Rejected(_) => {
            apply_news(payment, attempt, News::reported(report, basis, refusal_trusted), now)
        }
    }
}

fn begin(payment: &mut Payment, new: NewAttempt, now: Timestamp) -> Result<Vec<Note>, Refused> {
    if payment.is_concluded() {
        return Err(Refused::Concluded);
    }
    if payment.live_attempt().is_some() && !mutated(Mutant::FailoverOnUnknown) {
        return Err(Refused::AttemptAlive);
    }
    if now > payment.terms.pay_by
        && !mutated(Mutant::ResendAfterCrash)
        && !mutated(Mutant::PayByIgnored)
    {
        return Err(Refused::TooLate);
    }
    if payment.terms.max_total.is_some_and(|most| new.expected_total > most) {
        return Err(Refused::AboveMaxTotal);
    }
    let made = u32::try_from(payment.attempts.len()).unwrap_or(u32::MAX);
    if payment.contradicted || payment.no_further_attempt || made >= payment.terms.max_attempts {
        return Err(Refused::NoFurtherAttempt);
    }
    payment.attempts.push(Attempt {
        number: made.saturating_add(1),
        id: new.id,
        provider: new.provider,
        provider_code: new.provider_code,
        expected_cost: new.expected_cost,
        max_cost: new.max_cost,
        expected_total: new.expected_total,
        begun_at: now,
        no_negative_verdict_before: now.plus(new.late_execution_bound),
        state: AttemptState::Sending,
        basis: None,
        changed_at: now,
        observed: Observed::default(),
        answer_to_pay: None,
        checks: 0,
        checked_at: None,
        evidence: Vec::new(),
        late_charge: None,
        hint: None,
    });
    Ok(Vec::new())
}

fn checked(payment: &mut Payment, attempt: u32, now: Timestamp) -> Result<(), Refused> {
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    known.checks = known.checks.saturating_add(1);
    known.checked_at = Some(now);
    if let Some(hint) = &mut known.hint {
        hint.checks = hint.checks.saturating_add(1);
    }
    Ok(())
}

/// Only while somebody waits for what it may buy, and never beside the answer of the first request.
fn asked_by_purchase(
    payment: &mut Payment,
    attempt: u32,
    late_execution_bound: Duration,
    now: Timestamp,
) -> Result<(), Refused> {
    let known = payment.attempt(attempt).ok_or(Refused::NoSuchAttempt)?;
    let is_asked_about = match &payment.conclusion {
        None => !payment.contradicted && known.is_alive() && known.state != AttemptState::Sending,
        Some(Conclusion::Succeeded { attempt: paid, .. }) => *paid == attempt,
        Some(Conclusion::Failed { .. } | Conclusion::Reversed { .. }) => false,
    };
    if !is_asked_about {
        return Err(Refused::NotInDoubt);
    }
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    // Of what the provider has acknowledged, the same request buys no second one.
    if matches!(known.state, AttemptState::Unknown(_)) {
        let bound = now.plus(late_execution_bound);
        known.no_negative_verdict_before = known.no_negative_verdict_before.max(bound);
    }
    known.checked_at = Some(now);
    Ok(())
}

/// "Paid already", said of a bill that an attempt of ours may have paid, speaks for that attempt and
/// not against it. That the answer of the call that pays is still on its way makes it no better known.
fn is_evidence_only(payment: &Payment, attempt: u32, report: &StatusReport) -> bool {
    let unknown = payment.attempt(attempt).is_some_and(|attempt| {
        matches!(attempt.state, AttemptState::Sending | AttemptState::Unknown(_))
    });
    let paid_already = matches!(
        &report.verdict,
        StatusVerdict::Rejected(rejection) if rejection.code == RefusalCode::BillAlreadyPaid
    );
    unknown && paid_already
}

/// What an answer showed was about somebody else's payment. Only the bytes are kept, for a person.
fn disowned(payment: &mut Payment, attempt: u32, now: Timestamp) -> Result<Vec<Note>, Refused> {
    if payment.is_concluded() {
        return Err(Refused::Concluded);
    }
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    if !known.is_alive() {
        return Err(Refused::NotInDoubt);
    }
    let raw = known.observed.raw.take();
    known.observed = Observed { raw, ..Observed::default() };
    known.state = AttemptState::Unknown(UnknownCause::Mismatch);
    known.changed_at = now;
    Ok(Vec::new())
}

/// Not finding an attempt refuses nothing: it may not have arrived yet, or be filed elsewhere.
fn not_found(payment: &mut Payment, attempt: u32, now: Timestamp) -> Result<Vec<Note>, Refused> {
    let known = payment.attempt_mut(attempt).ok_or(Refused::NoSuchAttempt)?;
    known.add_evidence(EvidenceKind::NotFound, now);
    if mutated(Mutant::NotFoundIsNotExecuted) {
        let news = News::bare(AttemptState::NotExecuted, Basis::Status);
        return apply_news(payment, attempt, news, now);
    }
    Ok(Vec::new())
}

/// A new process cannot know whether the old one sent. It never sends again (P7).
fn recovered(payment: &mut Payment, now: Timestamp) -> Result<Vec<Note>, Refused> {
    let sending: Vec<u32> = payment
        .attempts
        .iter()
        .filter(|attempt| attempt.state == AttemptState::Sending)
        .map(|attempt| attempt.number)
        .collect();
    let mut notes = Vec::new();
    for number in sending {
        let state = if mutated(Mutant::ResendAfterCrash) {
            AttemptState::NotSent(NotSentCause::NoPermit)
        } else {
            AttemptState::Unknown(UnknownCause::Crashed)
        };
        notes.extend(apply_news(payment, number, News::bare(state, Basis::Engine), now)?);
    }
    Ok(notes)
}

fn give_up(
    payment: &mut Payment,
    reason: FailureReason,
    now: Timestamp,
) -> Result<Vec<Note>, Refused> {
    if payment.is_concluded() {
        return Err(Refused::Concluded);
    }
    if payment.contradicted || payment.live_attempt().is_some() {
        return Err(Refused::AttemptAlive);
    }
    fail(payment, reason, Basis::Engine, now);
    Ok(Vec::new())
}

fn abandon(payment: &mut Payment, now: Timestamp) -> Result<Vec<Note>, Refused> {
    if payment.is_concluded() {
        return Err(Refused::Concluded);
    }
    payment.no_further_attempt = true;
    let alive = payment.contradicted || payment.live_attempt().is_some();
    if alive && !mutated(Mutant::AbandonEndsLive) {
        return Ok(vec![Note::AbandonRefused]);
    }
    fail(payment, FailureReason::Abandoned, Basis::Engine, now);
    Ok(Vec::new())
}

/// Sets when the provider is to be asked next: after every news, check or change of state, and when
/// another attempt is the one to ask about.
fn reschedule(payment: &mut Payment, before: &Payment, now: Timestamp) {
    let Some(subject) = to_ask_about(payment) else {
        payment.next_check_at = None;
        return;
    };
    let is_unchanged = to_ask_about(before).is_some_and(|earlier| {
        earlier.number == subject.number
            && earlier.state == subject.state
            && earlier.checks == subject.checks
            && earlier.hint == subject.hint
    });
    payment.next_check_at = match before.next_check_at.filter(|_| is_unchanged) {
        Some(at) => Some(at),
        None => Some(now.plus(wait_before_asking(payment, subject))),
    };
}
