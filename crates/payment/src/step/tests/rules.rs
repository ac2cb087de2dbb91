//! One test per rule that the walk does not see, because it costs time or honesty and not money.

use ppob_types::{NotSentCause, PlnPrepaidDetails, PlnToken, Receipt, TokenState};

use super::*;
use crate::{Next, PaymentState, next};

fn unknown() -> PayOutcome {
    PayOutcome::Unknown(UnknownCause::TimedOut)
}

#[test]
fn an_unknown_outcome_is_in_doubt_and_begins_nothing_new() {
    let payment =
        after(&accepted(Family::PlnPrepaid), [begin_event(1), answered(1, unknown(), false)]);
    assert_eq!(payment.state(), PaymentState::InDoubt);
    assert_eq!(step(&payment, begin_event(2), start()), Err(Refused::AttemptAlive));
    assert!(matches!(next(&payment, start()), Next::Check { attempt: 1, .. }));
    let give_up = Event::GiveUp(FailureReason::Expired);
    assert_eq!(step(&payment, give_up, start()), Err(Refused::AttemptAlive));
}

#[test]
fn a_refusal_of_the_bill_ends_the_payment_and_names_the_reason() {
    let no = refusal(RefusalCode::BillAlreadyPaid, RefusalScope::Bill);
    let payment = after(
        &accepted(Family::PlnPostpaid),
        [begin_event(1), answered(1, PayOutcome::Rejected(no), true)],
    );
    assert!(matches!(
        payment.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::BillAlreadyPaid, .. })
    ));
}

#[test]
fn a_trusted_refusal_of_the_provider_lets_another_be_asked_and_an_untrusted_one_does_not() {
    let no =
        || PayOutcome::Rejected(refusal(RefusalCode::InsufficientBalance, RefusalScope::Provider));
    let begun = after(&accepted(Family::PlnPrepaid), [begin_event(1)]);
    let trusted = after(&begun, [answered(1, no(), true)]);
    assert_eq!(next(&trusted, start()), Next::Route);
    assert!(step(&trusted, begin_event(2), start()).is_ok());
    let untrusted = after(&begun, [answered(1, no(), false)]);
    assert_eq!(untrusted.state(), PaymentState::Failed);
}

#[test]
fn no_attempt_begins_that_may_come_to_more_than_was_accepted() {
    let mut payment = accepted(Family::PlnPrepaid);
    payment.terms.max_total = Some(Rupiah::new(22_499));
    assert_eq!(step(&payment, begin_event(1), start()), Err(Refused::AboveMaxTotal));
    payment.terms.max_total = Some(Rupiah::new(22_500));
    let open = after(&payment, [begin_event(1)]);
    assert_eq!(open.counted(), Rupiah::new(22_500));
    let paid = after(&open, [answered(1, PayOutcome::Succeeded, false)]);
    assert_eq!(paid.counted(), Rupiah::new(22_500));
    let failed = after(&payment, [Event::GiveUp(FailureReason::NoRoute)]);
    assert_eq!(failed.counted(), Rupiah::ZERO);
}

#[test]
fn nothing_begins_after_pay_by_or_past_the_most_attempts() {
    let payment = accepted(Family::PlnPrepaid);
    let late = payment.terms.pay_by.plus(Duration::from_micros(1));
    assert_eq!(step(&payment, begin_event(1), late), Err(Refused::TooLate));
    assert_eq!(next(&payment, late), Next::GiveUp(FailureReason::Expired));
    let not_sent = || PayOutcome::NotSent(NotSentCause::Connect);
    let used_up =
        after(&payment, (1..=3).flat_map(|n| [begin_event(n), answered(n, not_sent(), false)]));
    assert_eq!(next(&used_up, start()), Next::GiveUp(FailureReason::NoRoute));
    assert_eq!(step(&used_up, begin_event(4), start()), Err(Refused::NoFurtherAttempt));
}

#[test]
fn abandoning_with_an_attempt_alive_is_refused_but_stops_failover() {
    let begun = after(&accepted(Family::PlnPrepaid), [begin_event(1)]);
    let refused = step(&begun, Event::Abandon, start()).unwrap();
    assert_eq!(refused.notes, [Note::AbandonRefused]);
    assert_eq!(refused.payment.state(), PaymentState::Processing);
    let not_sent = PayOutcome::NotSent(NotSentCause::Connect);
    let dead = after(&refused.payment, [answered(1, not_sent, false)]);
    assert_eq!(next(&dead, start()), Next::GiveUp(FailureReason::Abandoned));
    assert_eq!(step(&dead, begin_event(2), start()), Err(Refused::NoFurtherAttempt));
}

#[test]
fn not_found_refuses_nothing_and_is_kept_as_evidence() {
    let payment = after(
        &accepted(Family::PlnPrepaid),
        [begin_event(1), answered(1, unknown(), false), reported(1, StatusVerdict::NotFound)],
    );
    assert_eq!(payment.state(), PaymentState::InDoubt);
    assert_eq!(payment.attempts[0].evidence[0].kind, EvidenceKind::NotFound);
    assert_eq!(payment.attempts[0].checks, 1);
}

#[test]
fn a_person_cannot_say_not_executed_before_the_late_execution_bound() {
    let payment =
        after(&accepted(Family::PlnPrepaid), [begin_event(1), answered(1, unknown(), false)]);
    let verdict = || Event::Resolved { attempt: 1, resolution: Resolution::NotExecuted };
    assert_eq!(step(&payment, verdict(), start()), Err(Refused::TooEarly));
    let failed = step(&payment, verdict(), start().plus(BOUND)).unwrap().payment;
    assert!(matches!(
        failed.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::NotExecuted, basis: Basis::Operator, .. })
    ));
}

#[test]
fn a_charge_found_after_a_failure_is_recorded_and_alarmed_and_the_state_stays() {
    let no = refusal(RefusalCode::NumberInvalid, RefusalScope::Bill);
    let failed = after(
        &accepted(Family::PlnPrepaid),
        [begin_event(1), answered(1, PayOutcome::Rejected(no), true)],
    );
    let late = step(&failed, reported(1, StatusVerdict::Succeeded), start()).unwrap();
    assert_eq!(
        late.notes,
        [Note::ContradictingEvidence { attempt: 1 }, Note::LateCharge { attempt: 1 }]
    );
    assert_eq!(late.payment.conclusion, failed.conclusion);
    assert!(late.payment.attempts[0].late_charge.is_some());
}

#[test]
fn a_contradiction_before_the_end_goes_in_doubt_and_only_a_person_ends_it() {
    let no = refusal(RefusalCode::ProductClosed, RefusalScope::Provider);
    let routing = after(
        &accepted(Family::PlnPrepaid),
        [begin_event(1), answered(1, PayOutcome::Rejected(no), true)],
    );
    let late = step(&routing, reported(1, StatusVerdict::Succeeded), start()).unwrap().payment;
    assert_eq!(late.state(), PaymentState::InDoubt);
    assert_eq!(next(&late, start()), Next::Review);
    assert_eq!(step(&late, begin_event(2), start()), Err(Refused::NoFurtherAttempt));
    let executed = Resolution::Executed { observed: Box::default(), basis: Basis::Operator };
    let ended = after(&late, [Event::Resolved { attempt: 1, resolution: executed }]);
    assert_eq!(ended.state(), PaymentState::Succeeded);
}

#[test]
fn a_success_that_cost_more_than_allowed_is_a_success_with_the_real_amount_and_a_flag() {
    let begun = after(&accepted(Family::PlnPrepaid), [begin_event(1)]);
    let mut answer = PayAnswer::bare(PayOutcome::Succeeded);
    answer.observed.charged = Some(Rupiah::new(25_000));
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: false };
    let paid = step(&begun, event, start()).unwrap();
    assert_eq!(paid.notes, [Note::CostUnexpected { attempt: 1 }]);
    assert!(matches!(
        paid.payment.conclusion,
        Some(Conclusion::Succeeded { cost, .. }) if cost == Rupiah::new(25_000)
    ));
}

#[test]
fn a_success_without_a_token_is_asked_about_until_the_token_comes() {
    let paid = after(
        &accepted(Family::PlnPrepaid),
        [begin_event(1), answered(1, PayOutcome::Succeeded, false)],
    );
    assert_eq!(paid.token_state(), TokenState::Awaited);
    assert!(matches!(next(&paid, start()), Next::Check { attempt: 1, .. }));
    let details = PlnPrepaidDetails {
        token: Some(PlnToken::parse("12345678910111213141").unwrap()),
        ..PlnPrepaidDetails::default()
    };
    let receipt =
        Receipt { details: ppob_types::FamilyDetails::PlnPrepaid(details), ..Receipt::default() };
    let report = StatusReport {
        verdict: StatusVerdict::Succeeded,
        observed: Observed { receipt: Some(Box::new(receipt)), ..Observed::default() },
    };
    let event =
        Event::Reported { attempt: 1, report, basis: Basis::Status, refusal_trusted: false };
    let complete = after(&paid, [event]);
    assert_eq!(complete.token_state(), TokenState::Present);
    assert_eq!(next(&complete, start()), Next::Nothing);
    assert_eq!(complete.conclusion, paid.conclusion);
}

#[test]
fn only_a_success_can_be_reversed_and_its_money_stays_as_told() {
    let payment = after(&accepted(Family::Telkom), [begin_event(1)]);
    let back = || Event::Reversed { basis: Basis::Callback };
    assert_eq!(step(&payment, back(), start()), Err(Refused::NotSucceeded));
    let paid = after(&payment, [answered(1, PayOutcome::Succeeded, false)]);
    let reversed = after(&paid, [back()]);
    assert_eq!(reversed.state(), PaymentState::Reversed);
    assert!(crate::broken(&paid, &reversed).is_empty());
}

#[test]
fn money_that_is_given_back_reverses_a_success_and_ends_a_doubt() {
    let begun = after(&accepted(Family::Telkom), [begin_event(1)]);
    let back = || reported(1, StatusVerdict::Reversed);
    let paid = after(&begun, [answered(1, PayOutcome::Succeeded, false)]);
    for before in [paid.clone(), after(&begun, [answered(1, unknown(), false)])] {
        let reversed = step(&before, back(), start()).unwrap();
        assert_eq!((reversed.payment.state(), reversed.notes), (PaymentState::Reversed, vec![]));
        assert!(crate::broken(&before, &reversed.payment).is_empty());
        // Late news of what was before, and the word some providers have for it, change nothing.
        let no = refusal(RefusalCode::Other, RefusalScope::Provider);
        for late in [StatusVerdict::Succeeded, StatusVerdict::Rejected(no), StatusVerdict::Reversed]
        {
            let later = step(&reversed.payment, reported(1, late), start()).unwrap();
            assert_eq!(later.payment.conclusion, reversed.payment.conclusion);
            assert_eq!(later.notes, []);
        }
    }
}

#[test]
fn money_given_back_agrees_with_a_refusal() {
    let begun = after(&accepted(Family::Telkom), [begin_event(1)]);
    let no = refusal(RefusalCode::NumberInvalid, RefusalScope::Bill);
    let failed = after(&begun, [answered(1, PayOutcome::Rejected(no), true)]);
    let back = step(&failed, reported(1, StatusVerdict::Reversed), start()).unwrap();
    assert_eq!((back.payment.conclusion.clone(), back.notes), (failed.conclusion, vec![]));
}

#[test]
fn a_reversed_payment_awaits_no_token() {
    let paid = after(
        &accepted(Family::PlnPrepaid),
        [begin_event(1), answered(1, PayOutcome::Succeeded, false)],
    );
    let reversed = after(&paid, [Event::Reversed { basis: Basis::Callback }]);
    assert_eq!(reversed.token_state(), TokenState::None);
    assert_eq!((next(&reversed, start()), reversed.next_check_at), (Next::Nothing, None));
}

#[test]
fn what_a_callback_says_changes_nothing_but_when_the_provider_is_asked() {
    let says = |verdict| Event::Hinted {
        attempt: 1,
        says: verdict,
        provider_ref: ppob_types::ProviderRef::new("1234567"),
    };
    let no = || StatusVerdict::Rejected(refusal(RefusalCode::Other, RefusalScope::Bill));
    let begun = after(&accepted(Family::Telkom), [begin_event(1)]);
    let early = after(&begun, [says(StatusVerdict::Succeeded)]);
    assert_eq!(next(&early, start()), Next::AwaitAnswer);
    let doubted = after(&early, [answered(1, unknown(), false)]);
    assert_eq!(doubted.next_check_at, Some(start()), "at once, and not in half a minute");
    assert_eq!(doubted.attempts[0].reference_to_ask_by().unwrap().as_str(), "1234567");
    assert_eq!(doubted.attempts[0].observed.provider_ref, None, "not taken for ours yet");
    let failed = after(
        &begun,
        [answered(1, PayOutcome::Rejected(refusal(RefusalCode::Other, RefusalScope::Bill)), true)],
    );
    let hinted = after(&failed, [says(StatusVerdict::Succeeded)]);
    assert_eq!(hinted.conclusion, failed.conclusion);
    assert_eq!(next(&hinted, start()), Next::Check { attempt: 1, at: start() });
    assert!(!hinted.may_be_stripped());
    let answer = after(&hinted, [reported(1, no())]);
    let asked_again = after(&answer, (0..4).map(|_| reported(1, no())));
    assert_eq!(
        (next(&answer, start()) == Next::Nothing, next(&asked_again, start())),
        (false, Next::Nothing)
    );
    // What is known already is no news.
    assert_eq!(after(&failed, [says(no())]), failed);
}

#[test]
fn older_news_that_comes_later_does_not_take_the_place_of_a_reversal_not_asked_about() {
    let says = |says| Event::Hinted { attempt: 1, says, provider_ref: None };
    let begun = after(&accepted(Family::Telkom), [begin_event(1)]);
    let paid = after(&begun, [answered(1, PayOutcome::Succeeded, false)]);
    let told = after(&paid, [says(StatusVerdict::Reversed)]);
    for older in [StatusVerdict::Pending, StatusVerdict::Succeeded, StatusVerdict::NotFound] {
        assert_eq!(after(&told, [says(older)]), told);
    }
}

#[test]
fn paid_already_said_of_an_unknown_attempt_moves_the_schedule_on() {
    let doubted = after(&accepted(Family::Telkom), [begin_event(1), answered(1, unknown(), false)]);
    let due = doubted.next_check_at.unwrap();
    let paid = StatusVerdict::Rejected(refusal(RefusalCode::BillAlreadyPaid, RefusalScope::Bill));
    let later = step(&doubted, reported(1, paid), due).unwrap().payment;
    assert_eq!(later.attempts[0].evidence[0].kind, EvidenceKind::BillGone);
    assert!(later.next_check_at.unwrap() > due, "or the provider is asked again without a pause");
}

#[test]
fn status_checks_slow_down_and_are_spread() {
    let mut payment =
        after(&accepted(Family::Telkom), [begin_event(1), answered(1, unknown(), false)]);
    let mut waits = Vec::new();
    for _ in 0..8 {
        waits.push(payment.next_check_at.unwrap().since(start()).as_secs());
        payment = after(&payment, [Event::Checked { attempt: 1 }]);
    }
    let steps = [30, 120, 300, 900, 3_600, 21_600, 86_400, 86_400];
    for (wait, step) in waits.iter().zip(steps) {
        assert!((step * 8 / 10..=step * 12 / 10).contains(wait), "{wait} is not about {step}");
    }
}

/// The first attempt was refused, the second one is being sent, and then the first one turns out to
/// have been charged.
fn charged_besides_a_living_attempt() -> Payment {
    let no = refusal(RefusalCode::ProductClosed, RefusalScope::Provider);
    after(
        &accepted(Family::PlnPostpaid),
        [
            begin_event(1),
            answered(1, PayOutcome::Rejected(no), true),
            begin_event(2),
            reported(1, StatusVerdict::Succeeded),
        ],
    )
}

#[test]
fn while_a_charge_is_open_no_refusal_of_another_attempt_ends_the_payment() {
    let no = refusal(RefusalCode::BillAlreadyPaid, RefusalScope::Bill);
    let dead =
        after(&charged_besides_a_living_attempt(), [answered(2, PayOutcome::Rejected(no), true)]);
    assert_eq!(dead.state(), PaymentState::InDoubt);
    assert_eq!(next(&dead, start()), Next::Review);
}

#[test]
fn a_verdict_about_a_charge_waits_while_another_attempt_is_alive_and_settles_only_its_own() {
    let late = start().plus(BOUND);
    let verdict = |attempt| Event::Resolved { attempt, resolution: Resolution::NotExecuted };
    let payment = charged_besides_a_living_attempt();
    assert_eq!(step(&payment, verdict(1), late), Err(Refused::AttemptAlive));
    let unknown = after(&payment, [answered(2, unknown(), false)]);
    assert_eq!(step(&unknown, verdict(1), late), Err(Refused::AttemptAlive));
    let second = step(&unknown, verdict(2), late).unwrap().payment;
    assert_eq!(second.state(), PaymentState::InDoubt, "the charge of the first is still open");
    let both = step(&second, verdict(1), late).unwrap().payment;
    assert_eq!(both.state(), PaymentState::Failed);
    assert!(both.attempts[0].late_charge.as_ref().unwrap().cleared_at.is_some());
}

#[test]
fn paid_already_about_an_attempt_that_is_being_sent_is_no_refusal() {
    let begun = after(&accepted(Family::PlnPostpaid), [begin_event(1)]);
    let no = refusal(RefusalCode::BillAlreadyPaid, RefusalScope::Bill);
    let told = after(&begun, [reported(1, StatusVerdict::Rejected(no))]);
    assert_eq!(told.state(), PaymentState::Processing);
    assert_eq!(told.attempts[0].evidence[0].kind, EvidenceKind::BillGone);
}
