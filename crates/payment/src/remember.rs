//! What is to be made of a send that the record of its payment has forgotten.
//!
//! A record that was set back to an older copy does not know what was sent after it. Whatever it does not
//! know may have been paid: it is in doubt again, and never sent again.

use ppob_types::{AttemptId, Timestamp};

use crate::{Attempt, AttemptState, Event, Payment, step};

/// What came of holding a send against the record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Remembered {
    /// The record knows the attempt: nothing is to be done.
    Known,
    /// The payment as it must stand now: the attempt is in doubt.
    InDoubt(Box<Payment>),
    /// Another attempt is alive, so this one cannot stand beside it (P1): the payment as it must stand
    /// now, contradicted. Its provider must be frozen until a person has looked.
    AnotherAlive(Box<Payment>),
    /// The payment has ended, and what was told stays (P4). The attempt may have paid besides: its
    /// provider must be frozen until a person has looked.
    Ended,
}

/// Holds an attempt that was about to be sent against what the record knows of its payment. `sent` is the
/// payment as it was when the attempt's intent was made durable.
pub fn remember(
    known: Option<&Payment>,
    sent: &Payment,
    attempt: &AttemptId,
    now: Timestamp,
) -> Remembered {
    let Some(known) = known else {
        return recovered(sent.clone(), now);
    };
    if known.attempts.iter().any(|one| one.id == *attempt) {
        return Remembered::Known;
    }
    if known.is_concluded() {
        return Remembered::Ended;
    }
    let mut payment = known.clone();
    for earlier in &sent.attempts {
        if let Some(one) = payment.attempts.iter_mut().find(|one| one.id == earlier.id) {
            learn_of_its_death(one, earlier);
        } else if payment.live_attempt().is_some() {
            // Also once the living one is dead: the forgotten one is not.
            let contradicted = Payment {
                contradicted: true,
                no_further_attempt: true,
                next_check_at: None,
                ..payment
            };
            return Remembered::AnotherAlive(Box::new(contradicted));
        } else {
            let number = u32::try_from(payment.attempts.len()).unwrap_or(u32::MAX);
            let number = number.saturating_add(1);
            payment.attempts.push(Attempt { number, ..earlier.clone() });
        }
    }
    recovered(payment, now)
}

/// What was sent later was only sent because the earlier attempt was known to be dead by then.
fn learn_of_its_death(known: &mut Attempt, later: &Attempt) {
    let open = matches!(
        known.state,
        AttemptState::Sending | AttemptState::Unknown(_) | AttemptState::Pending
    );
    let refused = matches!(later.state, AttemptState::NotSent(_) | AttemptState::Rejected(_));
    if open && refused {
        *known = Attempt { number: known.number, ..later.clone() };
    }
}

fn recovered(payment: Payment, now: Timestamp) -> Remembered {
    let after = step(&payment, Event::Recovered, now).map(|step| step.payment);
    Remembered::InDoubt(Box::new(after.unwrap_or(payment)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ppob_types::{
        Family, NotSentCause, PayAnswer, PayOutcome, ProviderName, Rupiah, UnknownCause,
    };

    use super::*;
    use crate::{NewAttempt, Next, PaymentState, Terms, broken, next};

    fn start() -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }

    fn accepted() -> Payment {
        Payment::accepted(Terms {
            family: Family::PlnPrepaid,
            accepted_at: start(),
            pay_by: start().plus(Duration::from_mins(2)),
            max_attempts: 3,
            max_total: None,
        })
    }

    fn id(number: u32) -> AttemptId {
        AttemptId::new(7, number)
    }

    fn begun(payment: &Payment, number: u32) -> Payment {
        let event = Event::Begin(NewAttempt {
            id: id(number),
            provider: ProviderName::new("mmbc-a").unwrap(),
            provider_code: "PLNS20".to_owned(),
            expected_cost: Rupiah::new(20_700),
            max_cost: Rupiah::new(20_800),
            expected_total: Rupiah::new(22_500),
            late_execution_bound: Duration::from_mins(10),
        });
        step(payment, event, start()).unwrap().payment
    }

    fn answered(payment: &Payment, outcome: PayOutcome) -> Payment {
        let attempt = payment.attempts.last().unwrap().number;
        let answer = PayAnswer::bare(outcome);
        let event = Event::Answered { attempt, answer, refusal_trusted: true };
        step(payment, event, start()).unwrap().payment
    }

    fn in_doubt(remembered: Remembered, before: &Payment) -> Payment {
        let Remembered::InDoubt(payment) = remembered else { panic!("{remembered:?}") };
        assert_eq!(payment.state(), PaymentState::InDoubt);
        assert_eq!(broken(before, &payment), []);
        *payment
    }

    #[test]
    fn a_send_of_a_payment_that_nobody_knows_is_in_doubt() {
        let sent = begun(&accepted(), 1);
        let payment = in_doubt(remember(None, &sent, &id(1), start()), &sent);
        let unknown = AttemptState::Unknown(UnknownCause::Crashed);
        assert_eq!(payment.attempt(1).unwrap().state, unknown);
        assert!(payment.next_check_at.is_some(), "it is asked about");
        let again = remember(Some(&payment), &sent, &id(1), start());
        assert_eq!(again, Remembered::Known);
    }

    #[test]
    fn a_forgotten_attempt_comes_back_behind_those_that_were_known_dead_before_it() {
        let first = begun(&accepted(), 1);
        let dead = answered(&first, PayOutcome::NotSent(NotSentCause::Connect));
        let second = begun(&dead, 2);
        for known in [accepted(), first, dead] {
            let payment = in_doubt(remember(Some(&known), &second, &id(2), start()), &known);
            assert_eq!(payment.attempts.len(), 2);
            assert!(!payment.attempt(1).unwrap().is_alive());
            assert!(payment.attempt(2).unwrap().is_alive());
        }
    }

    #[test]
    fn a_send_beside_another_living_attempt_is_a_contradiction_and_no_second_live_attempt() {
        let known = answered(&begun(&accepted(), 1), PayOutcome::Pending);
        let sent = begun(&accepted(), 9);
        let remembered = remember(Some(&known), &sent, &id(9), start());
        let Remembered::AnotherAlive(payment) = remembered else { panic!("{remembered:?}") };
        assert_eq!(payment.state(), PaymentState::InDoubt);
        assert_eq!(payment.attempts, known.attempts);
        assert_eq!(broken(&known, &payment), []);
        let dead = answered(&payment, PayOutcome::NotSent(NotSentCause::Connect));
        assert_ne!(next(&dead, start()), Next::Route, "the forgotten one may have been paid");
    }

    #[test]
    fn what_was_told_stays_also_when_a_forgotten_send_comes_to_light() {
        let sent = begun(&accepted(), 9);
        let paid = answered(&begun(&accepted(), 1), PayOutcome::Succeeded);
        let failed = step(&accepted(), Event::Abandon, start()).unwrap().payment;
        for known in [paid, failed] {
            assert_eq!(remember(Some(&known), &sent, &id(9), start()), Remembered::Ended);
        }
    }
}
