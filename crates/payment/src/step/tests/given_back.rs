//! Money that was given back while facts contradict each other, and charges that were found late.

use ppob_types::{FamilyDetails, NotSentCause, PlnPrepaidDetails, PlnToken, Receipt, TokenState};

use super::worlds::{executed, not_executed};
use super::*;
use crate::{Next, PaymentState, next};

fn no() -> PayOutcome {
    PayOutcome::Rejected(refusal(RefusalCode::ProductClosed, RefusalScope::Provider))
}

fn not_sent() -> PayOutcome {
    PayOutcome::NotSent(NotSentCause::Connect)
}

fn back(attempt: u32) -> Event {
    reported(attempt, StatusVerdict::Reversed)
}

fn late() -> Timestamp {
    start().plus(BOUND)
}

/// Refused, then found to have been charged.
fn charged(family: Family, observed: Observed) -> Payment {
    let report = StatusReport { verdict: StatusVerdict::Succeeded, observed };
    let found =
        Event::Reported { attempt: 1, report, basis: Basis::Status, refusal_trusted: false };
    after(&accepted(family), [begin_event(1), answered(1, no(), true), found])
}

#[test]
fn money_given_back_while_another_charge_is_open_ends_nothing_until_persons_have_decided() {
    let found = reported(1, StatusVerdict::Succeeded);
    let before = after(
        &accepted(Family::Telkom),
        [begin_event(1), answered(1, no(), true), begin_event(2), found],
    );
    let doubted = after(&before, [Event::Recovered]);
    for open in [before, doubted] {
        let kept = step(&open, back(2), start()).unwrap();
        assert_eq!((kept.payment.state(), kept.notes), (PaymentState::InDoubt, vec![]));
        assert_eq!(next(&kept.payment, start()), Next::Review, "the first one may have paid");
        let doubted = after(&kept.payment, [Event::Recovered]);
        let paid = after(&doubted, [executed(2)]);
        assert_eq!(next(&paid, start()), Next::Check { attempt: 2, at: start() });
        assert_eq!(after(&paid, [back(2)]).state(), PaymentState::Reversed);
        let dead = step(&doubted, not_executed(2), late()).unwrap().payment;
        let by_the_first = step(&dead, executed(1), late()).unwrap().payment;
        assert_eq!(by_the_first.state(), PaymentState::Succeeded);
        assert_eq!(next(&by_the_first, late()), Next::Nothing);
    }
}

#[test]
fn what_persons_let_a_payment_succeed_by_is_given_back_like_any_success() {
    let paid = after(&charged(Family::Telkom, Observed::default()), [executed(1)]);
    let says = Event::Hinted { attempt: 1, says: StatusVerdict::Reversed, provider_ref: None };
    let told = after(&paid, [says]);
    assert_eq!(next(&told, start()), Next::Check { attempt: 1, at: start() });
    let reversed = step(&told, back(1), start()).unwrap();
    assert_eq!((reversed.payment.state(), reversed.notes), (PaymentState::Reversed, vec![]));
    assert_eq!(next(&reversed.payment, start()), Next::Nothing);
}

#[test]
fn a_charge_that_is_given_back_before_persons_decide_is_asked_about_again_if_they_say_paid() {
    let kept = after(&charged(Family::Telkom, Observed::default()), [back(1)]);
    assert_eq!(next(&kept, start()), Next::Review);
    let paid = after(&kept, [executed(1)]);
    assert_eq!(next(&paid, start()), Next::Check { attempt: 1, at: start() });
    let unpaid = step(&kept, not_executed(1), late()).unwrap().payment;
    assert_eq!((unpaid.state(), next(&unpaid, late())), (PaymentState::Failed, Next::Nothing));
}

#[test]
fn the_money_and_the_token_of_a_charge_found_late_are_told_once_persons_let_it_succeed() {
    let dear = Observed { charged: Some(Rupiah::new(25_000)), ..Observed::default() };
    let paid = step(&charged(Family::PlnPrepaid, dear), executed(1), start()).unwrap();
    assert_eq!(paid.notes, [Note::CostUnexpected { attempt: 1 }]);
    let paid = paid.payment;
    assert!(matches!(
        paid.conclusion,
        Some(Conclusion::Succeeded { cost, .. }) if cost == Rupiah::new(25_000)
    ));
    assert_eq!(paid.token_state(), TokenState::Awaited);
    let details = PlnPrepaidDetails {
        token: Some(PlnToken::parse("12345678910111213141").unwrap()),
        ..PlnPrepaidDetails::default()
    };
    let receipt = Receipt { details: FamilyDetails::PlnPrepaid(details), ..Receipt::default() };
    let observed = Observed { receipt: Some(Box::new(receipt)), ..Observed::default() };
    let report = StatusReport { verdict: StatusVerdict::Succeeded, observed };
    let event =
        Event::Reported { attempt: 1, report, basis: Basis::Status, refusal_trusted: false };
    let complete = step(&paid, event, start()).unwrap();
    assert_eq!(complete.notes, [], "it says what is told");
    assert_eq!(complete.payment.token_state(), TokenState::Present);
    let refused = step(&paid, answered(1, no(), true), start()).unwrap();
    assert_eq!(refused.notes, [Note::ContradictingEvidence { attempt: 1 }]);
}

#[test]
fn what_never_left_and_is_said_to_be_given_back_is_decided_by_persons_whatever_comes_of_others() {
    let begun = after(&accepted(Family::Telkom), [begin_event(1), answered(1, not_sent(), false)]);
    let odd = step(&begun, back(1), start()).unwrap();
    assert_eq!(
        odd.notes,
        [Note::ContradictingEvidence { attempt: 1 }, Note::LateCharge { attempt: 1 }]
    );
    let failed = step(&odd.payment, not_executed(1), late()).unwrap().payment;
    assert_eq!(failed.state(), PaymentState::Failed);
    assert_eq!(step(&failed, back(1), late()).unwrap().notes, [], "as was decided");
    // The death of another attempt does not settle it, so nothing further begins.
    let second = after(&begun, [begin_event(2), back(1), answered(2, not_sent(), false)]);
    assert_eq!((second.state(), next(&second, start())), (PaymentState::InDoubt, Next::Review));
    assert_eq!(step(&second, begin_event(3), start()), Err(Refused::NoFurtherAttempt));
}

#[test]
fn of_what_was_given_back_refused_is_another_word_and_not_sent_is_a_contradiction() {
    let reversed = after(&accepted(Family::Telkom), [begin_event(1), back(1)]);
    assert_eq!(reversed.state(), PaymentState::Reversed);
    assert_eq!(step(&reversed, answered(1, no(), true), start()).unwrap().notes, []);
    let odd = step(&reversed, answered(1, not_sent(), false), start()).unwrap();
    assert_eq!(odd.notes, [Note::ContradictingEvidence { attempt: 1 }]);
    assert_eq!(odd.payment.conclusion, reversed.conclusion);
}
