//! Every payment that a world of callbacks and reversals can reach, two attempts deep.
//!
//! The oracle holds the *truth* of each attempt (what the provider did), never what was said. Every
//! message that is possible given the truth is tried in every state, also late, twice and in any
//! order.

use std::collections::BTreeSet;

use ppob_types::{NotSentCause, Observed};

use super::*;
use crate::{PaymentState, broken};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    NeverArrived,
    Paid,
    /// Paid, and given back at some moment.
    GivenBack,
    RefusedHere,
    RefusedEverywhere,
}

/// With callbacks that say anything at all, which only lead to questions.
const WITH_REVERSALS: [Truth; 4] =
    [Truth::NeverArrived, Truth::Paid, Truth::GivenBack, Truth::RefusedHere];

type World = (Payment, Vec<Truth>);

#[test]
fn no_honest_world_with_reversals_and_callbacks_leads_to_one_either() {
    let (payments, steps) = walk(&WITH_REVERSALS, 2).unwrap();
    assert!(payments > 1_000, "the walk reached only {payments} payments in {steps} steps");
}

/// The first thing that is wrong, or how many payments were reached and steps taken.
fn walk(all: &[Truth], attempts: u32) -> Result<(usize, usize), String> {
    let now = start().plus(Duration::from_mins(1));
    let mut payment = accepted(Family::Telkom);
    payment.terms.max_attempts = attempts;
    payment.terms.pay_by = now.plus(BOUND).plus(BOUND);
    // All verdicts come after the bound; that it is kept is a rule of its own.
    let late = now.plus(BOUND);
    let mut seen = BTreeSet::new();
    let mut steps = 0;
    let mut open: Vec<World> = vec![(payment, Vec::new())];
    while let Some((payment, truths)) = open.pop() {
        let number = u32::try_from(truths.len()).unwrap() + 1;
        let begins = all.iter().map(|truth| {
            let truths = [truths.clone(), vec![*truth]].concat();
            (begin_event(number), truths, now)
        });
        let rumours = all.contains(&Truth::GivenBack);
        let said = (1..number).filter(|_| rumours).flat_map(callbacks);
        let news = (1..).zip(&truths).flat_map(|(number, truth)| messages(number, *truth));
        let news = news.chain(said);
        let others = news.chain(everything_else()).map(|event| (event, truths.clone(), late));
        for (event, truths, at) in others.chain(begins) {
            steps += 1;
            let Some(after) = checked_step(&payment, &event, &truths, at)? else {
                continue;
            };
            if seen.insert(key(&after, &truths)) {
                open.push((after, truths));
            }
        }
    }
    Ok((seen.len(), steps))
}

/// One step, judged against the truth. `None` if the machine refuses the event.
fn checked_step(
    payment: &Payment,
    event: &Event,
    truths: &[Truth],
    at: Timestamp,
) -> Result<Option<Payment>, String> {
    let Ok(Step { payment: after, notes }) = step(payment, event.clone(), at) else {
        return Ok(None);
    };
    let charged = |truth: &&Truth| matches!(**truth, Truth::Paid | Truth::GivenBack);
    let given_back = truths.iter().filter(|truth| **truth == Truth::GivenBack).count();
    let paid = truths.iter().filter(charged).count();
    let told = after.state();
    let wrong = if notes.iter().any(|note| *note != Note::AbandonRefused) {
        "an alarm in an honest world"
    } else if !broken(payment, &after).is_empty() {
        "an invariant is broken"
    } else if paid > 1 {
        "paid twice"
    } else if told == PaymentState::Succeeded && paid != 1 {
        "told succeeded, not paid"
    } else if told == PaymentState::Reversed && given_back != 1 {
        "told reversed, not given back"
    } else if told == PaymentState::Failed && paid != 0 {
        "told failed, paid"
    } else {
        return Ok(Some(after));
    };
    Err(format!("{wrong}\n{truths:?}\n{event:?}\n{payment:?}\n{after:?}"))
}

/// What decides the future of a payment. Counters, evidence and times only move timers.
fn key(payment: &Payment, truths: &[Truth]) -> String {
    let attempts: Vec<_> = payment.attempts.iter().map(|attempt| &attempt.state).collect();
    let conclusion = match &payment.conclusion {
        None => "open",
        Some(Conclusion::Failed { reason, .. }) => reason.as_str(),
        Some(Conclusion::Succeeded { .. }) => "succeeded",
        Some(Conclusion::Reversed { .. }) => "reversed",
    };
    let flags = (payment.contradicted, payment.no_further_attempt, hints(payment));
    format!("{attempts:?}{truths:?}{conclusion}{flags:?}{}", payment.next_check_at.is_some())
}

fn hints(payment: &Payment) -> Vec<Option<(&'static str, u32)>> {
    let hints = payment.attempts.iter().map(|attempt| attempt.hint.as_ref());
    // How often the provider was asked about it ends it one day; once stands for any number of times.
    hints.map(|hint| hint.map(|hint| (hint.says.class(), hint.checks.min(1)))).collect()
}

/// What anybody may say in a callback. None of it counts before the provider was asked.
fn callbacks(number: u32) -> Vec<Event> {
    let no = || refusal(RefusalCode::ProductClosed, RefusalScope::Provider);
    let all = [StatusVerdict::Succeeded, StatusVerdict::Rejected(no()), StatusVerdict::Reversed];
    let says = |says| Event::Hinted { attempt: number, says, provider_ref: None };
    all.into_iter().map(says).chain([Event::HintSpent { attempt: number }]).collect()
}

/// Everything an honest provider and a bad network could say about an attempt.
fn messages(number: u32, truth: Truth) -> Vec<Event> {
    let here = || refusal(RefusalCode::ProductClosed, RefusalScope::Provider);
    let everywhere = || refusal(RefusalCode::NumberInvalid, RefusalScope::Bill);
    let resolved = |resolution| Event::Resolved { attempt: number, resolution };
    let mut events = vec![
        answered(number, PayOutcome::Unknown(UnknownCause::TimedOut), false),
        reported(number, StatusVerdict::NotFound),
        Event::Checked { attempt: number },
        Event::Gathered { attempt: number, evidence: EvidenceKind::BillGone },
        Event::Disowned { attempt: number },
    ];
    match truth {
        Truth::NeverArrived => {
            events.push(answered(number, PayOutcome::NotSent(NotSentCause::Connect), false));
            events.push(Event::NotBegun { attempt: number, cause: NotSentCause::NoPermit });
            events.push(resolved(Resolution::NotExecuted));
        }
        Truth::Paid | Truth::GivenBack => {
            let observed = Box::new(Observed::default());
            events.push(answered(number, PayOutcome::Succeeded, false));
            events.push(answered(number, PayOutcome::Pending, false));
            events.push(reported(number, StatusVerdict::Pending));
            events.push(reported(number, StatusVerdict::Succeeded));
            events.push(resolved(Resolution::Executed { observed, basis: Basis::Operator }));
            if truth == Truth::GivenBack {
                events.push(reported(number, StatusVerdict::Reversed));
            }
        }
        Truth::RefusedHere | Truth::RefusedEverywhere => {
            let no = if truth == Truth::RefusedHere { here() } else { everywhere() };
            for trusted in [false, true] {
                events.push(answered(number, PayOutcome::Rejected(no.clone()), trusted));
            }
            events.push(answered(number, PayOutcome::Pending, false));
            events.push(reported(number, StatusVerdict::Pending));
            events.push(reported(number, StatusVerdict::Rejected(no)));
            events.push(resolved(Resolution::NotExecuted));
        }
    }
    events
}

fn everything_else() -> [Event; 4] {
    [
        Event::Recovered,
        Event::Abandon,
        Event::GiveUp(FailureReason::NoRoute),
        Event::GiveUp(FailureReason::Expired),
    ]
}
