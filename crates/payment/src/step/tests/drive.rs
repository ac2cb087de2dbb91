//! From every payment that can be reached and has not ended, what [`next`] says leads to an end in a few
//! steps (P9); and so is everything that callbacks said asked about, or forgotten.

use super::table::Table;
use super::walk::World;
use super::worlds::{TRUTHS, Truth, everywhere, executed, here, late, not_executed};
use super::{dishonest, walk, *};
use crate::schedule::LOOKS_FOR_A_HINT;
use crate::{Next, next};

/// No more steps than these for each attempt, and as many at the end: begun, answered, asked about,
/// decided about.
const STEPS_OF_AN_ATTEMPT: usize = 4;

/// So many looks at what a callback said are enough.
const LOOKS: usize = LOOKS_FOR_A_HINT as usize;

#[test]
fn from_every_open_payment_of_an_honest_world_the_end_is_a_few_steps_away() {
    let (worlds, _) = walk::walk(&mut Table::read()).unwrap();
    let mut longest = 0;
    for (payment, truths) in worlds.into_iter().filter(|(payment, _)| !payment.is_concluded()) {
        for further in TRUTHS {
            let steps = drive((payment.clone(), truths.clone()), further).unwrap();
            longest = longest.max(steps);
        }
    }
    let most = STEPS_OF_AN_ATTEMPT * (usize::try_from(walk::DEPTH).unwrap() + 1);
    assert!((2..=most).contains(&longest), "{longest} steps");
}

#[test]
fn from_every_payment_whatever_callbacks_say_is_asked_about_or_forgotten_in_a_few_steps() {
    let (worlds, _) = walk::walk_with_callbacks(&mut Table::read()).unwrap();
    let (mut longest, mut hinted) = (0, 0);
    for (payment, truths) in worlds {
        hinted += usize::from(payment.hinted_attempt().is_some());
        for further in TRUTHS {
            let steps = drive((payment.clone(), truths.clone()), further).unwrap();
            longest = longest.max(steps);
        }
    }
    assert!(hinted > 500, "only {hinted} payments with a callback to ask about");
    let attempts = usize::try_from(walk::DEPTH_WITH_CALLBACKS).unwrap();
    let most = STEPS_OF_AN_ATTEMPT * (attempts + 1) + LOOKS * attempts;
    assert!((LOOKS..=most).contains(&longest), "{longest} steps");
}

#[test]
fn past_its_time_every_payment_without_a_living_attempt_expires_or_is_over() {
    let (worlds, _) = walk::walk(&mut Table::read()).unwrap();
    let mut expired = 0;
    for (payment, _) in worlds {
        let too_late = payment.terms.pay_by.plus(Duration::from_micros(1));
        if payment.is_concluded() || payment.live_attempt().is_some() {
            assert!(!matches!(next(&payment, too_late), Next::Route | Next::GiveUp(_)));
            continue;
        }
        let Next::GiveUp(reason) = next(&payment, too_late) else {
            panic!("{payment:?} waits for nothing");
        };
        assert!(step(&payment, Event::GiveUp(reason), too_late).unwrap().payment.is_concluded());
        expired += 1;
    }
    assert!(expired > 10, "only {expired} payments expired");
}

#[test]
fn persons_can_end_every_payment_that_contradictions_left_to_them() {
    let (mut payments, _) = dishonest::walk(&mut Table::read()).unwrap();
    payments.extend(dishonest::walk_with_callbacks(&mut Table::read()).unwrap().0);
    let mut ended = 0;
    for payment in payments.into_iter().filter(|payment| payment.contradicted) {
        for verdict in [executed as fn(u32) -> Event, not_executed] {
            let mut payment = payment.clone();
            for _ in 0..=payment.attempts.len() {
                if payment.is_concluded() {
                    break;
                }
                assert_eq!(next(&payment, late()), Next::Review, "{payment:?}");
                // What is on its way comes, or its process has died.
                payment = step(&payment, Event::Recovered, late()).unwrap().payment;
                let number = to_be_decided(&payment).expect("something to be decided");
                payment = step(&payment, verdict(number), late()).unwrap().payment;
            }
            assert!(payment.is_concluded(), "{payment:?} cannot be ended");
            ended += 1;
        }
    }
    assert!(ended > 100, "only {ended} contradictions were decided");
}

/// The attempt that a person decides about: as `attempt_in_doubt` of the engine finds it.
fn to_be_decided(payment: &Payment) -> Option<u32> {
    let open = |attempt: &&Attempt| {
        matches!(attempt.state, AttemptState::Unknown(_) | AttemptState::Pending)
            || (payment.contradicted && attempt.has_open_charge())
    };
    payment.attempts.iter().rev().find(open).map(|attempt| attempt.number)
}

/// How many steps it takes until nothing is left to do if everybody does what `next` says, the provider tells the truth,
/// and all further attempts fare like `further`.
fn drive((mut payment, mut truths): World, further: Truth) -> Result<usize, String> {
    for steps in 0..100 {
        let now = late();
        if payment.is_concluded() && next(&payment, now) == Next::Nothing {
            assert_eq!(payment.hinted_attempt(), None);
            return Ok(steps);
        }
        let event = match next(&payment, now) {
            Next::Route => {
                truths.push(further);
                begin_event(u32::try_from(truths.len()).unwrap())
            }
            Next::GiveUp(reason) => Event::GiveUp(reason),
            // The answer is lost: the longest way.
            Next::AwaitAnswer => Event::Recovered,
            Next::Check { attempt, at } => {
                assert!(at > now || payment.next_check_at == Some(at));
                asked(&payment, attempt, truths[usize::try_from(attempt).unwrap() - 1])
            }
            Next::Review | Next::Nothing => return Err(format!("nobody acts on {payment:?}")),
        };
        let at = if matches!(event, Event::Resolved { .. }) { now.plus(BOUND) } else { now };
        payment = step(&payment, event.clone(), at)
            .map_err(|refused| format!("{event:?} {refused} {payment:?}"))?
            .payment;
    }
    Err(format!("no end is near for {payment:?}"))
}

/// What the provider says when it is asked; where it does not find the attempt, persons decide, once
/// it has been asked again.
fn asked(payment: &Payment, number: u32, truth: Truth) -> Event {
    let in_vain = payment
        .attempt(number)
        .is_some_and(|attempt| attempt.is_alive() && !attempt.evidence.is_empty());
    match truth {
        Truth::Paid => reported(number, StatusVerdict::Succeeded),
        Truth::GivenBack => reported(number, StatusVerdict::Reversed),
        Truth::RefusedHere => reported(number, StatusVerdict::Rejected(here())),
        Truth::RefusedEverywhere => reported(number, StatusVerdict::Rejected(everywhere())),
        Truth::NeverArrived if in_vain => not_executed(number),
        Truth::NeverArrived => reported(number, StatusVerdict::NotFound),
    }
}
