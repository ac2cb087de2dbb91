//! What can be said about an attempt, by whom, and when.

use ppob_types::{NotSentCause, Observed};

use super::*;

/// What the provider did with an attempt, whatever anybody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    NeverArrived,
    Paid,
    /// Paid, and given back at some moment.
    GivenBack,
    RefusedHere,
    RefusedEverywhere,
}

pub(super) const TRUTHS: [Truth; 5] = [
    Truth::NeverArrived,
    Truth::Paid,
    Truth::GivenBack,
    Truth::RefusedHere,
    Truth::RefusedEverywhere,
];

/// When attempts begin: before any bound, and in time.
pub(super) fn early() -> Timestamp {
    start().plus(Duration::from_mins(1))
}

/// After the late-execution bound of every attempt, and still in time for another one.
pub(super) fn late() -> Timestamp {
    early().plus(BOUND)
}

/// A payment that may be tried so many times.
pub(super) fn with_attempts(most: u32) -> Payment {
    let mut payment = accepted(Family::Telkom);
    payment.terms.max_attempts = most;
    payment.terms.max_total = Some(TOTAL);
    payment.terms.pay_by = late().plus(BOUND);
    payment
}

pub(super) fn here() -> Rejection {
    refusal(RefusalCode::ProductClosed, RefusalScope::Provider)
}

pub(super) fn everywhere() -> Rejection {
    refusal(RefusalCode::NumberInvalid, RefusalScope::Bill)
}

pub(super) fn paid_already() -> Rejection {
    refusal(RefusalCode::BillAlreadyPaid, RefusalScope::Bill)
}

fn too_dear() -> Observed {
    Observed { charged: Some(Rupiah::new(25_000)), ..Observed::default() }
}

fn told(number: u32, verdict: StatusVerdict, refusal_trusted: bool) -> Event {
    let report = StatusReport { verdict, observed: Observed::default() };
    Event::Reported { attempt: number, report, basis: Basis::Callback, refusal_trusted }
}

pub(super) fn executed(number: u32) -> Event {
    let resolution = Resolution::Executed { observed: Box::default(), basis: Basis::Operator };
    Event::Resolved { attempt: number, resolution }
}

pub(super) fn not_executed(number: u32) -> Event {
    Event::Resolved { attempt: number, resolution: Resolution::NotExecuted }
}

/// What a bad network and an ignorant provider say about any attempt, and what is done about it.
pub(super) fn noise(number: u32) -> Vec<Event> {
    vec![
        answered(number, PayOutcome::Unknown(UnknownCause::TimedOut), false),
        answered(number, PayOutcome::Unknown(UnknownCause::Mismatch), false),
        reported(number, StatusVerdict::NotFound),
        Event::Checked { attempt: number },
        Event::AskedByPurchase { attempt: number, late_execution_bound: Duration::ZERO },
        Event::Gathered { attempt: number, evidence: EvidenceKind::BillGone },
        Event::Disowned { attempt: number },
    ]
}

pub(super) fn pending(number: u32) -> Vec<Event> {
    vec![
        answered(number, PayOutcome::Pending, false),
        reported(number, StatusVerdict::Pending),
        told(number, StatusVerdict::Pending, false),
    ]
}

pub(super) fn paid(number: u32) -> Vec<Event> {
    let dear = PayAnswer { outcome: PayOutcome::Succeeded, observed: too_dear() };
    let report = StatusReport { verdict: StatusVerdict::Succeeded, observed: too_dear() };
    vec![
        answered(number, PayOutcome::Succeeded, false),
        Event::Answered { attempt: number, answer: dear, refusal_trusted: false },
        reported(number, StatusVerdict::Succeeded),
        Event::Reported { attempt: number, report, basis: Basis::Status, refusal_trusted: false },
        executed(number),
    ]
}

pub(super) fn given_back(number: u32) -> Vec<Event> {
    vec![
        reported(number, StatusVerdict::Reversed),
        told(number, StatusVerdict::Reversed, false),
        Event::Reversed { basis: Basis::Callback },
    ]
}

pub(super) fn refused(number: u32, no: &Rejection) -> Vec<Event> {
    let mut events = vec![not_executed(number)];
    for trusted in [false, true] {
        events.push(answered(number, PayOutcome::Rejected(no.clone()), trusted));
        events.push(told(number, StatusVerdict::Rejected(no.clone()), trusted));
    }
    events
}

pub(super) fn not_sent(number: u32) -> Vec<Event> {
    vec![
        answered(number, PayOutcome::NotSent(NotSentCause::Connect), false),
        Event::NotBegun { attempt: number, cause: NotSentCause::NoPermit },
        not_executed(number),
    ]
}

/// What happens to payments besides.
pub(super) fn besides() -> Vec<Event> {
    vec![
        Event::Recovered,
        Event::Abandon,
        Event::GiveUp(FailureReason::NoRoute),
        Event::GiveUp(FailureReason::Expired),
    ]
}

/// Beginning what must not begin: too late, and above the most.
pub(super) fn bad_begins(number: u32, payment: &Payment) -> Vec<(Event, Timestamp)> {
    let Event::Begin(new) = begin_event(number) else { unreachable!() };
    let dearer = NewAttempt { expected_total: TOTAL.saturating_plus(Rupiah::new(1)), ..new };
    let too_late = payment.terms.pay_by.plus(Duration::from_micros(1));
    vec![(begin_event(number), too_late), (Event::Begin(dearer), early())]
}
