//! What must become of every payment at everything that can happen to it: the table `decisions.md`.
//!
//! Rows and columns are read off values by exhaustive matches, so that a new state or event does not
//! compile until it has a word here, and the table is refused until it has decided every pair.

use ppob_types::{PayOutcome, RefusalScope, UnknownCause};

use super::*;

/// An enum whose variants have the words of the table, all of them listed.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum $name { $($variant,)* }

        impl $name {
            pub(super) const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(super) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// What happens to the payment as a whole.
    ToPayment {
        Begin = "begin",
        BeginTooLate = "begin, too late",
        BeginAboveMost = "begin, above the most",
        BeginUsedUp = "begin, attempts used up",
        Recovered = "recovered",
        GiveUp = "give up",
        Abandon = "abandon",
        Reversed = "reversed",
    }
}

words! {
    /// What happens to one attempt.
    ToAttempt {
        AnsweredUnknown = "answered: unknown",
        AnsweredMismatch = "answered: of another payment",
        AnsweredPending = "answered: pending",
        AnsweredSucceeded = "answered: succeeded",
        AnsweredTooDear = "answered: succeeded, too dear",
        AnsweredRefusedBill = "answered: refused, bill",
        AnsweredRefusedTrusted = "answered: refused, trusted",
        AnsweredRefusedUntrusted = "answered: refused, untrusted",
        AnsweredNotSent = "answered: not sent",
        NotBegun = "not begun",
        ReportedPending = "reported: pending",
        ReportedSucceeded = "reported: succeeded",
        ReportedTooDear = "reported: succeeded, too dear",
        ReportedPaidAlready = "reported: refused, paid already",
        ReportedRefusedBill = "reported: refused, bill",
        ReportedRefusedTrusted = "reported: refused, trusted",
        ReportedRefusedUntrusted = "reported: refused, untrusted",
        ReportedNotFound = "reported: not found",
        ReportedReversed = "reported: reversed",
        Hinted = "hinted",
        HintSpent = "hint spent",
        Checked = "checked",
        AskedByPurchase = "asked by purchase",
        Gathered = "gathered",
        Disowned = "disowned",
        ResolvedExecuted = "resolved: executed",
        ResolvedTooEarly = "resolved: not executed, too early",
        ResolvedNotExecuted = "resolved: not executed",
    }
}

words! {
    /// Where the payment stands.
    Whole {
        Accepted = "accepted",
        Routing = "routing",
        Stopped = "stopped",
        Sending = "sending",
        Pending = "pending",
        Unknown = "unknown",
        Contradicted = "contradicted",
        ContradictedAlive = "contradicted, alive",
        Succeeded = "succeeded",
        Failed = "failed",
        Reversed = "reversed",
    }
}

words! {
    /// Where the payment stands, seen from one attempt.
    Around {
        Open = "open",
        Contradicted = "contradicted",
        ContradictedElsewhere = "contradicted elsewhere",
        Succeeded = "succeeded",
        Failed = "failed",
        Reversed = "reversed",
    }
}

words! {
    /// Where the attempt stands that something happens to.
    Part {
        Missing = "missing",
        Sending = "sending",
        Pending = "pending",
        Unknown = "unknown",
        Paid = "paid",
        NotSent = "not sent",
        Dead = "dead",
        Charged = "charged",
        ChargedBesidesAlive = "charged, another alive",
        Cleared = "cleared",
    }
}

/// A row of the table, and the attempt it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    ToPayment(ToPayment),
    ToAttempt(ToAttempt, u32),
}

pub(super) fn happening(payment: &Payment, event: &Event, now: Timestamp) -> Happening {
    use Happening as H;
    use ToAttempt as A;
    use ToPayment as P;
    match event {
        Event::Begin(new) => H::ToPayment(begun(payment, new, now)),
        Event::Answered { attempt, answer, refusal_trusted } => {
            let row = match &answer.outcome {
                PayOutcome::Unknown(UnknownCause::Mismatch) => A::AnsweredMismatch,
                PayOutcome::Unknown(_) => A::AnsweredUnknown,
                PayOutcome::Pending => A::AnsweredPending,
                PayOutcome::Succeeded if is_too_dear(&answer.observed) => A::AnsweredTooDear,
                PayOutcome::Succeeded => A::AnsweredSucceeded,
                PayOutcome::Rejected(no) => match (no.scope, refusal_trusted) {
                    (RefusalScope::Bill, _) => A::AnsweredRefusedBill,
                    (RefusalScope::Provider, true) => A::AnsweredRefusedTrusted,
                    (RefusalScope::Provider, false) => A::AnsweredRefusedUntrusted,
                },
                PayOutcome::NotSent(_) => A::AnsweredNotSent,
            };
            H::ToAttempt(row, *attempt)
        }
        Event::NotBegun { attempt, cause: _ } => H::ToAttempt(A::NotBegun, *attempt),
        Event::Reported { attempt, report, basis: _, refusal_trusted } => {
            let row = match &report.verdict {
                StatusVerdict::Succeeded if is_too_dear(&report.observed) => A::ReportedTooDear,
                StatusVerdict::Succeeded => A::ReportedSucceeded,
                StatusVerdict::Pending => A::ReportedPending,
                StatusVerdict::NotFound => A::ReportedNotFound,
                StatusVerdict::Reversed => A::ReportedReversed,
                StatusVerdict::Rejected(no) if no.code == RefusalCode::BillAlreadyPaid => {
                    A::ReportedPaidAlready
                }
                StatusVerdict::Rejected(no) => match (no.scope, refusal_trusted) {
                    (RefusalScope::Bill, _) => A::ReportedRefusedBill,
                    (RefusalScope::Provider, true) => A::ReportedRefusedTrusted,
                    (RefusalScope::Provider, false) => A::ReportedRefusedUntrusted,
                },
            };
            H::ToAttempt(row, *attempt)
        }
        Event::Hinted { attempt, .. } => H::ToAttempt(A::Hinted, *attempt),
        Event::HintSpent { attempt } => H::ToAttempt(A::HintSpent, *attempt),
        Event::Checked { attempt } => H::ToAttempt(A::Checked, *attempt),
        Event::AskedByPurchase { attempt, .. } => H::ToAttempt(A::AskedByPurchase, *attempt),
        Event::Gathered { attempt, evidence: _ } => H::ToAttempt(A::Gathered, *attempt),
        Event::Disowned { attempt } => H::ToAttempt(A::Disowned, *attempt),
        Event::Recovered => H::ToPayment(P::Recovered),
        Event::GiveUp(_) => H::ToPayment(P::GiveUp),
        Event::Abandon => H::ToPayment(P::Abandon),
        Event::Resolved { attempt, resolution } => {
            let early = payment
                .attempt(*attempt)
                .is_some_and(|known| now < known.no_negative_verdict_before);
            let row = match resolution {
                Resolution::Executed { .. } => A::ResolvedExecuted,
                Resolution::NotExecuted if early => A::ResolvedTooEarly,
                Resolution::NotExecuted => A::ResolvedNotExecuted,
            };
            H::ToAttempt(row, *attempt)
        }
        Event::Reversed { basis: _ } => H::ToPayment(P::Reversed),
    }
}

fn begun(payment: &Payment, new: &NewAttempt, now: Timestamp) -> ToPayment {
    let used_up = payment.attempts.len() >= usize::try_from(payment.terms.max_attempts).unwrap();
    if now > payment.terms.pay_by {
        ToPayment::BeginTooLate
    } else if payment.terms.max_total.is_some_and(|most| new.expected_total > most) {
        ToPayment::BeginAboveMost
    } else if used_up {
        ToPayment::BeginUsedUp
    } else {
        ToPayment::Begin
    }
}

fn is_too_dear(observed: &Observed) -> bool {
    observed.charged.is_some_and(|charged| charged > MAX_COST)
}

pub(super) fn whole(payment: &Payment) -> Whole {
    match &payment.conclusion {
        Some(Conclusion::Succeeded { .. }) => return Whole::Succeeded,
        Some(Conclusion::Failed { .. }) => return Whole::Failed,
        Some(Conclusion::Reversed { .. }) => return Whole::Reversed,
        None => {}
    }
    let live = payment.live_attempt().map(|attempt| &attempt.state);
    match (payment.contradicted, live) {
        (true, None) => Whole::Contradicted,
        (true, Some(_)) => Whole::ContradictedAlive,
        (false, None) if payment.no_further_attempt => Whole::Stopped,
        (false, None) if payment.attempts.is_empty() => Whole::Accepted,
        (false, None) => Whole::Routing,
        (false, Some(AttemptState::Sending)) => Whole::Sending,
        (false, Some(AttemptState::Pending)) => Whole::Pending,
        (false, Some(AttemptState::Unknown(_))) => Whole::Unknown,
        (false, Some(other)) => panic!("an attempt {other:?} ends its payment or is dead"),
    }
}

pub(super) fn around(payment: &Payment, attempt: u32) -> Around {
    match &payment.conclusion {
        Some(Conclusion::Succeeded { .. }) => Around::Succeeded,
        Some(Conclusion::Failed { .. }) => Around::Failed,
        Some(Conclusion::Reversed { .. }) => Around::Reversed,
        None if !payment.contradicted => Around::Open,
        None if payment.has_open_charge_besides(attempt) => Around::ContradictedElsewhere,
        None => Around::Contradicted,
    }
}

pub(super) fn part(payment: &Payment, attempt: u32) -> Part {
    let Some(attempt) = payment.attempt(attempt) else { return Part::Missing };
    if payment.is_paid_by(attempt.number) {
        return Part::Paid;
    }
    let other_may_be_paid = !payment.is_concluded() && payment.live_attempt().is_some();
    match attempt.state {
        AttemptState::Sending => Part::Sending,
        AttemptState::Pending => Part::Pending,
        AttemptState::Unknown(_) => Part::Unknown,
        AttemptState::Succeeded => Part::Paid,
        AttemptState::NotSent(_) | AttemptState::Rejected(_) | AttemptState::NotExecuted => {
            match &attempt.late_charge {
                None if matches!(attempt.state, AttemptState::NotSent(_)) => Part::NotSent,
                None => Part::Dead,
                Some(charge) if charge.cleared_at.is_some() => Part::Cleared,
                Some(_) if other_may_be_paid => Part::ChargedBesidesAlive,
                Some(_) => Part::Charged,
            }
        }
    }
}
