//! Every payment that a dishonest world can reach, four attempts deep: anything is said about any
//! attempt, at any time, in any order. With everything that callbacks say, two deep.
//!
//! Nobody can keep such a world from charging twice. But the engine never makes a second attempt while
//! one is alive, takes back nothing it told, and is never silent about a contradiction.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::decisions::{Part, Whole, part, whole};
use super::table::Table;
use super::worlds::{
    bad_begins, besides, early, everywhere, given_back, here, late, noise, not_sent, paid,
    paid_already, pending, refused, with_attempts,
};
use super::{walk as honest, *};
use crate::{PaymentState, broken};

const DEPTH: u32 = 4;
const DEPTH_WITH_CALLBACKS: u32 = 2;

#[test]
fn contradictions_make_no_second_attempt_flip_no_end_and_are_alarmed_and_every_pair_is_decided() {
    let mut table = Table::read();
    let (payments, steps) = walk(&mut table).unwrap();
    assert!(payments.len() > 500, "only {} payments in {steps} steps", payments.len());
    walk_with_callbacks(&mut table).unwrap();
    honest::walk(&mut table).unwrap();
    let (_, _, unmet) = table.unmet();
    assert_eq!(unmet, [], "pairs that the table says can be met, and no walk met");
}

/// The first thing that is wrong, or the payments that were reached and how many steps were taken.
pub(super) fn walk(table: &mut Table) -> Result<(Vec<Payment>, usize), String> {
    walk_judged(DEPTH, false, |before, event, at, after| table.meet(before, event, at, after))
}

/// The same, with everything that callbacks can say.
pub(super) fn walk_with_callbacks(table: &mut Table) -> Result<(Vec<Payment>, usize), String> {
    walk_judged(DEPTH_WITH_CALLBACKS, true, |before, event, at, after| {
        table.meet(before, event, at, after)
    })
}

/// What callbacks say is judged in any case; only with `callbacks` the walk goes on from where the provider
/// is to be asked about it.
pub(super) fn walk_judged(
    attempts: u32,
    callbacks: bool,
    mut meet: impl FnMut(&Payment, &Event, Timestamp, &Result<Step, Refused>) -> Result<(), String>,
) -> Result<(Vec<Payment>, usize), String> {
    let start = with_attempts(attempts);
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
            if after.hinted_attempt().is_some() && !callbacks {
                continue;
            }
            let key = key(&after);
            if let Entry::Vacant(unseen) = seen.entry(key) {
                open.push(unseen.insert(after).clone());
            }
        }
    }
    Ok((seen.into_values().collect(), steps))
}

type Key = (Vec<Part>, Whole, bool, Vec<Option<&'static str>>);

/// What decides the future of a payment, by words.
fn key(payment: &Payment) -> Key {
    let parts = payment.attempts.iter().map(|attempt| part(payment, attempt.number));
    (parts.collect(), whole(payment), payment.no_further_attempt, hints::kept(payment))
}

/// Everything, about every attempt and about one that does not exist.
fn everything(payment: &Payment) -> Vec<(Event, Timestamp)> {
    let next = u32::try_from(payment.attempts.len()).unwrap() + 1;
    let mut events = bad_begins(next, payment);
    events.push((begin_event(next), early()));
    for number in 1..=next {
        let mut news = [noise(number), pending(number), paid(number), not_sent(number)].concat();
        news.extend(given_back(number));
        events.extend(hints::callbacks(number).into_iter().map(|event| (event, late())));
        for no in [here(), everywhere(), paid_already()] {
            news.extend(refused(number, &no));
        }
        events
            .extend(news.into_iter().flat_map(|event| [(event.clone(), early()), (event, late())]));
    }
    events.extend(besides().into_iter().map(|event| (event, late())));
    events
}

fn judge(
    before: &Payment,
    event: &Event,
    after: &Result<Step, Refused>,
) -> Result<(), &'static str> {
    let Ok(step) = after else { return Ok(()) };
    hints::judge(before, event, step)?;
    let Step { payment: after, notes } = step;
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
    } else if ends && after.state() == PaymentState::Reversed && charged_besides(after) {
        Err("told given back, while another charge that was found is open")
    } else if ends && failed && after.attempts.iter().any(Attempt::has_open_charge) {
        Err("told failed, while a charge that was found is open")
    } else if contradicts(before, event) && !alarmed {
        Err("a contradiction without an alarm")
    } else {
        Ok(())
    }
}

fn charged_besides(payment: &Payment) -> bool {
    payment.paid_attempt().is_some_and(|paid| payment.has_open_charge_besides(paid.number))
}

/// Whether the event says the opposite of what is taken as final. Persons decide between the two.
///
/// Of what was given back, "refused" is no opposite: some providers call it so. That it was given back is
/// one for what was never sent, unless it is known already that a charge is in question.
fn contradicts(before: &Payment, event: &Event) -> bool {
    let (number, said) = match event {
        Event::Answered { attempt, answer, .. } => match &answer.outcome {
            PayOutcome::Succeeded => (*attempt, Said::Paid),
            PayOutcome::Rejected(_) => (*attempt, Said::Refused),
            PayOutcome::NotSent(_) => (*attempt, Said::NotSent),
            PayOutcome::Pending | PayOutcome::Unknown(_) => return false,
        },
        Event::Reported { attempt, report, .. } => match &report.verdict {
            StatusVerdict::Succeeded => (*attempt, Said::Paid),
            StatusVerdict::Rejected(_) => (*attempt, Said::Refused),
            StatusVerdict::Reversed => (*attempt, Said::GivenBack),
            StatusVerdict::Pending | StatusVerdict::NotFound => return false,
        },
        Event::NotBegun { attempt, .. } => (*attempt, Said::NotSent),
        Event::Resolved {
            resolution: Resolution::Executed { .. } | Resolution::NotExecuted,
            ..
        }
        | Event::Begin(_)
        | Event::Checked { .. }
        | Event::AskedByPurchase { .. }
        | Event::Gathered { .. }
        | Event::Hinted { .. }
        | Event::HintSpent { .. }
        | Event::Disowned { .. }
        | Event::Recovered
        | Event::GiveUp(_)
        | Event::Abandon
        | Event::Reversed { .. } => return false,
    };
    let reversed = before.state() == PaymentState::Reversed;
    match (part(before, number), said) {
        (Part::Paid, Said::Refused) => !reversed,
        (Part::Paid, Said::NotSent)
        | (
            Part::NotSent | Part::Dead | Part::Charged | Part::ChargedBesidesAlive | Part::Cleared,
            Said::Paid,
        )
        | (Part::NotSent, Said::GivenBack) => true,
        (Part::Paid, Said::Paid | Said::GivenBack)
        | (Part::NotSent, Said::Refused | Said::NotSent)
        | (
            Part::Dead | Part::Charged | Part::ChargedBesidesAlive | Part::Cleared,
            Said::Refused | Said::NotSent | Said::GivenBack,
        )
        | (Part::Missing | Part::Sending | Part::Pending | Part::Unknown, _) => false,
    }
}

/// What is said of an attempt that is final.
#[derive(Clone, Copy)]
enum Said {
    Paid,
    Refused,
    NotSent,
    GivenBack,
}
