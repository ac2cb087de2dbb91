//! Every payment that an honest world can reach, five attempts deep; with everything that callbacks say,
//! two deep.
//!
//! The oracle holds the *truth* of each attempt (what the provider did), never what was said. Every
//! message that is possible given the truth is tried in every state, also late, twice and in any
//! order, and each step is held against the table of decisions.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::decisions::{Whole, whole};
use super::table::Table;
use super::worlds::{
    TRUTHS, Truth, besides, early, everywhere, given_back, here, late, noise, not_sent, paid,
    paid_already, pending, refused, with_attempts,
};
use super::*;
use crate::{Mutant, PaymentState, broken, mutated};

pub(super) type World = (Payment, Vec<Truth>);

pub(super) const DEPTH: u32 = 5;
pub(super) const DEPTH_WITH_CALLBACKS: u32 = 2;

#[test]
fn no_honest_world_leads_to_a_second_payment_a_lost_one_or_a_lie() {
    let (worlds, steps) = walk(&mut Table::read()).unwrap();
    assert!(worlds.len() > 1_000, "only {} payments in {steps} steps", worlds.len());
}

#[test]
fn whatever_callbacks_say_in_an_honest_world_leads_to_neither_and_is_asked_about() {
    let (worlds, steps) = walk_with_callbacks(&mut Table::read()).unwrap();
    assert!(worlds.len() > 1_000, "only {} payments in {steps} steps", worlds.len());
    let hinted = worlds.iter().filter(|(payment, _)| payment.hinted_attempt().is_some()).count();
    assert!(hinted > 500, "only {hinted} payments with a callback to ask about");
}

#[cfg(feature = "mutants")]
#[test]
fn the_walk_catches_the_mistakes_that_are_made_in_the_machine() {
    for mutant in [
        Mutant::FailoverOnUnknown,
        Mutant::TimeoutIsFailed,
        Mutant::ResendAfterCrash,
        Mutant::NotFoundIsNotExecuted,
        Mutant::AbandonEndsLive,
    ] {
        crate::set_mutant(mutant);
        assert!(mutated(mutant));
        let found = walk_without_table();
        crate::clear_mutant();
        assert!(found.is_err(), "{mutant:?} survived the walk");
    }
}

#[cfg(not(feature = "mutants"))]
#[test]
fn without_the_feature_no_mistake_can_be_switched_on() {
    assert!(Mutant::ALL.iter().all(|mutant| !mutated(*mutant)));
}

#[cfg(feature = "mutants")]
fn walk_without_table() -> Result<(Vec<World>, usize), String> {
    walk_judged(DEPTH, false, |_, _, _, _| Ok(()))
}

/// The first thing that is wrong, or the payments that were reached and how many steps were taken.
pub(super) fn walk(table: &mut Table) -> Result<(Vec<World>, usize), String> {
    walk_judged(DEPTH, false, |before, event, at, after| table.meet(before, event, at, after))
}

/// The same, with everything that callbacks can say.
pub(super) fn walk_with_callbacks(table: &mut Table) -> Result<(Vec<World>, usize), String> {
    walk_judged(DEPTH_WITH_CALLBACKS, true, |before, event, at, after| {
        table.meet(before, event, at, after)
    })
}

/// What callbacks say is judged in any case; only with `callbacks` the walk goes on from where the provider
/// is to be asked about it.
pub(super) fn walk_judged(
    attempts: u32,
    callbacks: bool,
    mut judge: impl FnMut(&Payment, &Event, Timestamp, &Result<Step, Refused>) -> Result<(), String>,
) -> Result<(Vec<World>, usize), String> {
    let start: World = (with_attempts(attempts), Vec::new());
    let mut seen = BTreeMap::from([(key(&start), start.clone())]);
    let mut steps = 0;
    let mut open = vec![start];
    while let Some((payment, truths)) = open.pop() {
        let number = u32::try_from(truths.len()).unwrap() + 1;
        let begins = TRUTHS
            .map(|truth| (begin_event(number), [truths.clone(), vec![truth]].concat(), early()));
        let news = (1..).zip(&truths).flat_map(|(n, truth)| messages(&payment, n, *truth));
        let news: Vec<Event> = news.chain(besides()).collect();
        let others = news.into_iter().map(|event| (event, truths.clone(), late()));
        for (event, truths, at) in others.chain(begins) {
            steps += 1;
            let after = step(&payment, event.clone(), at);
            judge(&payment, &event, at, &after)
                .and_then(|()| honest(&payment, &event, &after, &truths).map_err(str::to_owned))
                .map_err(|wrong| format!("{wrong}\n{truths:?}\n{event:?}\n{payment:?}"))?;
            let Ok(Step { payment: after, .. }) = after else { continue };
            if after.hinted_attempt().is_some() && !callbacks {
                continue;
            }
            let world = (after, truths);
            let key = key(&world);
            if let Entry::Vacant(unseen) = seen.entry(key) {
                open.push(unseen.insert(world).clone());
            }
        }
    }
    Ok((seen.into_values().collect(), steps))
}

/// Judges a step against the truth.
fn honest(
    before: &Payment,
    event: &Event,
    after: &Result<Step, Refused>,
    truths: &[Truth],
) -> Result<(), &'static str> {
    let Ok(step) = after else { return Ok(()) };
    hints::judge(before, event, step)?;
    let Step { payment: after, notes } = step;
    let given_back = truths.iter().filter(|truth| **truth == Truth::GivenBack).count();
    let paid = truths.iter().filter(|truth| **truth == Truth::Paid).count() + given_back;
    let told = after.state();
    let harmless = |note: &Note| matches!(note, Note::AbandonRefused | Note::CostUnexpected { .. });
    if !notes.iter().all(harmless) {
        Err("an alarm in an honest world")
    } else if !broken(before, after).is_empty() {
        Err("an invariant is broken")
    } else if paid > 1 {
        Err("paid twice")
    } else if told == PaymentState::Succeeded && paid != 1 {
        Err("told succeeded, not paid")
    } else if told == PaymentState::Reversed && given_back != 1 {
        Err("told reversed, not given back")
    } else if told == PaymentState::Failed && paid != 0 {
        Err("told failed, paid")
    } else {
        Ok(())
    }
}

/// What decides the future of a payment, by words: neither counters nor evidence, times, causes or
/// amounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    attempts: Vec<&'static str>,
    truths: Vec<Truth>,
    whole: Whole,
    reason: &'static str,
    no_further: bool,
    callbacks: Vec<Option<&'static str>>,
    asked_again: bool,
}

fn key((payment, truths): &World) -> Key {
    let reason = match &payment.conclusion {
        Some(Conclusion::Failed { reason, .. }) => reason.as_str(),
        Some(Conclusion::Succeeded { .. } | Conclusion::Reversed { .. }) | None => "",
    };
    Key {
        attempts: payment.attempts.iter().map(|attempt| attempt.state.as_str()).collect(),
        truths: truths.clone(),
        whole: whole(payment),
        reason,
        no_further: payment.no_further_attempt,
        callbacks: hints::kept(payment),
        asked_again: payment.next_check_at.is_some(),
    }
}

/// Everything an honest provider, a bad network and honest persons could say about an attempt.
fn messages(payment: &Payment, number: u32, truth: Truth) -> Vec<Event> {
    let mut events = [noise(number), hints::callbacks(number)].concat();
    // A request that reached the provider twice is paid by the one and "paid already" to the other.
    let unanswered = payment.attempt(number).is_some_and(|attempt| {
        matches!(attempt.state, AttemptState::Sending | AttemptState::Unknown(_))
    });
    match truth {
        Truth::NeverArrived => events.extend(not_sent(number)),
        Truth::Paid | Truth::GivenBack => {
            events.extend(paid(number));
            events.extend(pending(number));
            if unanswered {
                events.push(reported(number, StatusVerdict::Rejected(paid_already())));
            }
            if truth == Truth::GivenBack {
                events.extend(given_back(number));
                // Some providers call refused what they gave back, once all of it is over.
                if payment.state() == PaymentState::Reversed {
                    events.push(reported(number, StatusVerdict::Rejected(here())));
                }
            }
        }
        Truth::RefusedHere => {
            events.extend(refused(number, &here()));
            events.extend(pending(number));
        }
        Truth::RefusedEverywhere => {
            events.extend(refused(number, &everywhere()));
            events.extend(refused(number, &paid_already()));
            events.extend(pending(number));
        }
    }
    events
}
