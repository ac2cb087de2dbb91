//! Every payment that a dishonest world can reach, four attempts deep: anything is said about any
//! attempt, at any time, in any order.
//!
//! Nobody can keep such a world from charging twice. But the engine never makes a second attempt while
//! one is alive, takes back nothing it told, and is never silent about a contradiction.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::decisions::{Part, Whole, part, whole};
use super::table::Table;
use super::worlds::{
    bad_begins, besides, early, everywhere, here, late, noise, not_sent, paid, paid_already,
    pending, refused, with_attempts,
};
use super::{walk as honest, *};
use crate::broken;

const DEPTH: u32 = 4;

#[test]
fn contradictions_make_no_second_attempt_flip_no_end_and_are_alarmed_and_every_pair_is_decided() {
    let mut table = Table::read();
    let (payments, steps) = walk(&mut table).unwrap();
    assert!(payments.len() > 500, "only {} payments in {steps} steps", payments.len());
    honest::walk(&mut table).unwrap();
    let (_, _, unmet) = table.unmet();
    assert_eq!(unmet, [], "pairs that the table says can be met, and no walk met");
}

/// The first thing that is wrong, or the payments that were reached and how many steps were taken.
pub(super) fn walk(table: &mut Table) -> Result<(Vec<Payment>, usize), String> {
    walk_judged(|before, event, at, after| table.meet(before, event, at, after))
}

fn walk_judged(
    mut meet: impl FnMut(&Payment, &Event, Timestamp, &Result<Step, Refused>) -> Result<(), String>,
) -> Result<(Vec<Payment>, usize), String> {
    let start = with_attempts(DEPTH);
    let mut seen = BTreeMap::from([(key(&start), start.clone())]);
    let mut steps = 0;
    let mut open = vec![start];
    while let Some(payment) = open.pop() {
        for (event, at) in everything(&payment) {
            steps += 1;
            let after = step(&payment, event.clone(), at);
            meet(&payment, &event, at, &after)
                .and_then(|()| judge(&payment, &event, &after).map_err(str::to_owned))
                .map_err(|wrong| format!("{wrong}\n{event:?}\n{payment:?}\n{after:?}"))?;
            let Ok(Step { payment: after, .. }) = after else { continue };
            let key = key(&after);
            if let Entry::Vacant(unseen) = seen.entry(key) {
                open.push(unseen.insert(after).clone());
            }
        }
    }
    Ok((seen.into_values().collect(), steps))
}

/// What decides the future of a payment, by words.
fn key(payment: &Payment) -> (Vec<Part>, Whole, bool) {
    let parts = payment.attempts.iter().map(|attempt| part(payment, attempt.number));
    (parts.collect(), whole(payment), payment.no_further_attempt)
}

/// Everything, about every attempt and about one that does not exist.
fn everything(payment: &Payment) -> Vec<(Event, Timestamp)> {
    let next = u32::try_from(payment.attempts.len()).unwrap() + 1;
    let mut events = bad_begins(next, payment);
    events.push((begin_event(next), early()));
    for number in 1..=next {
        let mut news = [noise(number), pending(number), paid(number), not_sent(number)].concat();
        for no in [here(), everywhere(), paid_already()] {
            news.extend(refused(number, &no));
        }
        events
            .extend(news.into_iter().flat_map(|event| [(event.clone(), early()), (event, late())]));
    }
    let besides = besides().into_iter().chain([Event::Reversed { basis: Basis::Callback }]);
    events.extend(besides.map(|event| (event, late())));
    events
}

fn judge(
    before: &Payment,
    event: &Event,
    after: &Result<Step, Refused>,
) -> Result<(), &'static str> {
    let Ok(Step { payment: after, notes }) = after else { return Ok(()) };
    let alive = after.attempts.iter().filter(|attempt| attempt.is_alive());
    let paid_by = after.paid_attempt().map(|paid| paid.number);
    let ends = after.is_concluded() && !before.is_concluded();
    let failed = matches!(after.conclusion, Some(Conclusion::Failed { .. }));
    let alarmed = notes.iter().any(|note| matches!(note, Note::ContradictingEvidence { .. }));
    if alive.clone().count() > 1 {
        Err("two attempts are alive")
    } else if !broken(before, after).is_empty() {
        Err("an invariant is broken")
    } else if after.is_concluded() && alive.clone().any(|one| Some(one.number) != paid_by) {
        Err("the payment has ended, and an attempt of it could still be paid")
    } else if ends && failed && after.attempts.iter().any(Attempt::has_open_charge) {
        Err("told failed, while a charge that was found is open")
    } else if contradicts(before, event) && !alarmed {
        Err("a contradiction without an alarm")
    } else {
        Ok(())
    }
}

/// Whether the event says the opposite of what is taken as final. Persons decide between the two.
fn contradicts(before: &Payment, event: &Event) -> bool {
    let said = match event {
        Event::Answered { attempt, answer, .. } => match &answer.outcome {
            PayOutcome::Succeeded => Some((attempt, true)),
            PayOutcome::Rejected(_) | PayOutcome::NotSent(_) => Some((attempt, false)),
            PayOutcome::Pending | PayOutcome::Unknown(_) => None,
        },
        Event::Reported { attempt, report, .. } => match &report.verdict {
            StatusVerdict::Succeeded => Some((attempt, true)),
            StatusVerdict::Rejected(_) => Some((attempt, false)),
            StatusVerdict::Pending | StatusVerdict::NotFound | StatusVerdict::Reversed => None,
        },
        Event::NotBegun { attempt, .. } => Some((attempt, false)),
        Event::Resolved {
            resolution: Resolution::Executed { .. } | Resolution::NotExecuted,
            ..
        }
        | Event::Begin(_)
        | Event::Checked { .. }
        | Event::Gathered { .. }
        | Event::Hinted { .. }
        | Event::HintSpent { .. }
        | Event::Disowned { .. }
        | Event::Recovered
        | Event::GiveUp(_)
        | Event::Abandon
        | Event::Reversed { .. } => None,
    };
    let known = |number: u32| match before.attempt(number)?.state {
        AttemptState::Succeeded => Some(true),
        AttemptState::NotSent(_) | AttemptState::Rejected(_) | AttemptState::NotExecuted => {
            Some(false)
        }
        AttemptState::Sending | AttemptState::Pending | AttemptState::Unknown(_) => None,
    };
    said.is_some_and(|(attempt, paid)| known(*attempt).is_some_and(|known| known != paid))
}
