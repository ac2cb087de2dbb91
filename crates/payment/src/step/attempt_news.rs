//! Merging news about one attempt.
//!
//! The states of an attempt form a lattice: sending < unknown < pending < the four final ones. Late,
//! duplicate and reordered news is harmless; news of a second, different final state is a
//! contradiction, which is alarmed and never written over the first.

use ppob_types::{
    Basis, FailureReason, Observed, PayAnswer, PayOutcome, RefusalScope, Rejection, StatusReport,
    StatusVerdict, Timestamp, UnknownCause,
};

use super::conclude::{fail, paid_by};
use super::{Note, Refused};
use crate::{AttemptState, LateCharge, Mutant, Payment, PaymentState, mutated};

/// News about one attempt, wherever it came from.
#[derive(Debug)]
pub(super) struct News {
    pub(super) state: AttemptState,
    pub(super) observed: Observed,
    pub(super) basis: Basis,
    pub(super) refusal_trusted: bool,
}

impl News {
    pub(super) fn bare(state: AttemptState, basis: Basis) -> Self {
        Self { state, observed: Observed::default(), basis, refusal_trusted: false }
    }

    pub(super) fn answered(answer: PayAnswer, refusal_trusted: bool) -> Self {
        let state = match answer.outcome {
            PayOutcome::Succeeded => AttemptState::Succeeded,
            PayOutcome::Pending => AttemptState::Pending,
            PayOutcome::Rejected(rejection) => AttemptState::Rejected(rejection),
            PayOutcome::NotSent(cause) => AttemptState::NotSent(cause),
            PayOutcome::Unknown(_) if mutated(Mutant::FailoverOnUnknown) => {
                AttemptState::NotSent(ppob_types::NotSentCause::Connect)
            }
            PayOutcome::Unknown(UnknownCause::TimedOut) if mutated(Mutant::TimeoutIsFailed) => {
                AttemptState::NotExecuted
            }
            PayOutcome::Unknown(UnknownCause::ConnectionLost)
                if mutated(Mutant::ResetIsNotSent) =>
            {
                AttemptState::NotSent(ppob_types::NotSentCause::Connect)
            }
            PayOutcome::Unknown(cause) => AttemptState::Unknown(cause),
        };
        // An answer about somebody else's payment shows nothing of ours: its reference and its money
        // must never stick to this attempt. The bytes are kept for a person.
        let observed = if state == AttemptState::Unknown(UnknownCause::Mismatch) {
            Observed { raw: answer.observed.raw, ..Observed::default() }
        } else {
            answer.observed
        };
        Self { state, observed, basis: Basis::ProviderAnswer, refusal_trusted }
    }

    /// `NotFound` and `Reversed` are no news about the attempt's own state and are handled before.
    pub(super) fn reported(report: StatusReport, basis: Basis, refusal_trusted: bool) -> Self {
        let state = match report.verdict {
            StatusVerdict::Succeeded | StatusVerdict::Reversed => AttemptState::Succeeded,
            StatusVerdict::Pending | StatusVerdict::NotFound => AttemptState::Pending,
            StatusVerdict::Rejected(rejection) => AttemptState::Rejected(rejection),
        };
        Self { state, observed: report.observed, basis, refusal_trusted }
    }
}

/// Applies `news` about attempt `number`, and concludes the payment where the news does.
pub(super) fn apply_news(
    payment: &mut Payment,
    number: u32,
    news: News,
    now: Timestamp,
) -> Result<Vec<Note>, Refused> {
    let mut news = news;
    if news.basis != Basis::ProviderAnswer {
        // What is learnt later states the balance of its own moment, not that after the charge.
        news.observed.balance_after = None;
    }
    let concluded = payment.is_concluded();
    let given_back = payment.state() == PaymentState::Reversed;
    let told_paid = payment.is_paid_by(number);
    let attempt = payment.attempt_mut(number).ok_or(Refused::NoSuchAttempt)?;
    // What the payment succeeded by is paid, also where persons decided so against a first refusal.
    let known = if told_paid { &AttemptState::Succeeded } else { &attempt.state };
    match merge(known, &news.state) {
        // Some providers call refused what they gave back: nothing stays paid, as is known.
        Merge::Contradiction
            if told_paid && given_back && matches!(news.state, AttemptState::Rejected(_)) =>
        {
            Ok(Vec::new())
        }
        // The mistaken engine believes a callback more than what it has told.
        Merge::Contradiction
            if mutated(Mutant::CallbackFlipsFailure)
                && news.basis == Basis::Callback
                && news.state == AttemptState::Succeeded =>
        {
            attempt.state = AttemptState::Succeeded;
            paid_by(payment, number, news.observed, news.basis, now)
        }
        Merge::Keep => {
            attempt.keep_answer_to_pay(&news.observed, news.basis);
            attempt.observed.merge(news.observed);
            Ok(Vec::new())
        }
        Merge::Take => {
            attempt.keep_answer_to_pay(&news.observed, news.basis);
            attempt.state = news.state;
            attempt.changed_at = now;
            attempt.basis = Some(news.basis);
            if attempt.state == AttemptState::Succeeded && !concluded {
                return paid_by(payment, number, news.observed, news.basis, now);
            }
            attempt.observed.merge(news.observed);
            conclude_if_dead(payment, number, news.basis, news.refusal_trusted, now);
            Ok(Vec::new())
        }
        Merge::Contradiction => Ok(contradiction(payment, number, news, now)),
    }
}

enum Merge {
    /// The news adds nothing to the state; what it showed is kept.
    Keep,
    /// The news is further up the lattice.
    Take,
    /// Both are final, and they differ.
    Contradiction,
}

fn merge(known: &AttemptState, news: &AttemptState) -> Merge {
    use AttemptState::{NotExecuted, NotSent, Pending, Rejected, Sending, Succeeded, Unknown};
    match (known, news) {
        (Sending, Unknown(_) | Pending | Succeeded | Rejected(_) | NotSent(_) | NotExecuted)
        | (Unknown(_), Pending | Succeeded | Rejected(_) | NotSent(_) | NotExecuted)
        | (Pending, Succeeded | Rejected(_) | NotExecuted) => Merge::Take,
        // Pending then not sent: the provider said that it works on something that never left.
        (Pending, NotSent(_))
        | (Succeeded, Rejected(_) | NotSent(_) | NotExecuted)
        | (Rejected(_) | NotSent(_) | NotExecuted, Succeeded) => Merge::Contradiction,
        (_, Sending)
        | (Unknown(_), Unknown(_))
        | (Pending | Succeeded | Rejected(_) | NotSent(_) | NotExecuted, Unknown(_) | Pending)
        | (Succeeded, Succeeded)
        | (Rejected(_) | NotSent(_) | NotExecuted, Rejected(_) | NotSent(_) | NotExecuted) => {
            Merge::Keep
        }
    }
}

/// A dead attempt ends the payment where its news is final everywhere, or where the refusal is not
/// worth enough to ask another provider. While a charge of an earlier attempt is open, it ends nothing:
/// only a person does.
fn conclude_if_dead(
    payment: &mut Payment,
    number: u32,
    basis: Basis,
    refusal_trusted: bool,
    now: Timestamp,
) {
    let Some(attempt) = payment.attempt(number).filter(|attempt| !attempt.is_alive()) else {
        return;
    };
    if payment.is_concluded() || payment.has_open_charge_besides(number) {
        return;
    }
    // Who contradicted itself about this attempt before is not worth asking another provider.
    let trusted = refusal_trusted && !payment.contradicted;
    let reason = match &attempt.state {
        AttemptState::Rejected(Rejection { code, scope: RefusalScope::Bill }) => {
            Some(FailureReason::from(*code))
        }
        AttemptState::Rejected(Rejection { code, scope: RefusalScope::Provider }) => {
            (!trusted).then(|| FailureReason::from(*code))
        }
        AttemptState::NotExecuted => Some(FailureReason::NotExecuted),
        AttemptState::Sending
        | AttemptState::NotSent(_)
        | AttemptState::Pending
        | AttemptState::Succeeded
        | AttemptState::Unknown(_) => None,
    };
    payment.contradicted = false;
    if let Some(reason) = reason {
        fail(payment, reason, basis, now);
    }
}

/// The first fact stays. A charge that contradicts it is kept apart; while nothing is concluded and
/// nothing is alive, the payment goes in doubt and waits for a person.
pub(super) fn contradiction(
    payment: &mut Payment,
    number: u32,
    news: News,
    now: Timestamp,
) -> Vec<Note> {
    let mut notes = vec![Note::ContradictingEvidence { attempt: number }];
    let undecided = !payment.is_concluded();
    if let Some(attempt) = payment.attempt_mut(number)
        && news.state == AttemptState::Succeeded
        && !attempt.has_open_charge()
    {
        let charge = LateCharge {
            observed: news.observed,
            basis: news.basis,
            found_at: now,
            cleared_at: None,
        };
        attempt.late_charge = Some(charge);
        notes.push(Note::LateCharge { attempt: number });
    }
    if undecided {
        payment.contradicted = true;
    }
    notes
}
