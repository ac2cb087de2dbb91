//! Checks and verdicts of operators.

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_api::v1::{
    CheckNowRequest, EvidenceLeaning, ListAuditRequest, ListReviewsRequest, PaymentState,
    ResolvePaymentRequest, ResolveResult, VerdictExecuted, VerdictNotExecuted,
};
use ppob_types::{Observed, StatusVerdict};

use crate::support::{World, from_desk, meter, observed, token_for};

fn resolve(verdict: Verdict) -> ResolvePaymentRequest {
    ResolvePaymentRequest {
        consumer: "local".to_owned(),
        payment_id: "payment-0000".to_owned(),
        verdict: Some(verdict),
        evidence: "statement of today".to_owned(),
        actor: "sari".to_owned(),
        ..Default::default()
    }
}

fn not_executed(actor: &str) -> ResolvePaymentRequest {
    let verdict = Verdict::NotExecuted(VerdictNotExecuted {});
    ResolvePaymentRequest { actor: actor.to_owned(), ..resolve(verdict) }
}

/// The verdict of somebody who has just looked at the review.
async fn shown(world: &mut World, verdict: ResolvePaymentRequest) -> ResolvePaymentRequest {
    ResolvePaymentRequest { seen: world.mark_of("payment-0000").await, ..verdict }
}

fn executed(actor: &str, invoice: &str) -> ResolvePaymentRequest {
    let verdict =
        VerdictExecuted { provider_reference: invoice.to_owned(), ..VerdictExecuted::default() };
    ResolvePaymentRequest { actor: actor.to_owned(), ..resolve(Verdict::Executed(verdict)) }
}

fn check(id: &str, invoice: &str) -> CheckNowRequest {
    CheckNowRequest {
        consumer: "local".to_owned(),
        payment_id: id.to_owned(),
        provider_reference: invoice.to_owned(),
        actor: "sari".to_owned(),
    }
}

#[tokio::test]
async fn a_verdict_needs_evidence_time_and_the_payment_as_it_was_seen() {
    let mut world = World::new().await;
    world.doubt(1).await;
    let ours = shown(&mut world, not_executed("sari")).await;
    let given = VerdictExecuted { cost_rupiah: Some(1), ..VerdictExecuted::default() };
    let wrong = [
        (reason::TOO_EARLY_FOR_VERDICT, ours.clone()),
        (
            reason::TOO_EARLY_FOR_VERDICT,
            ResolvePaymentRequest { second_actor: "budi".to_owned(), ..ours.clone() },
        ),
        (reason::VERSION_CHANGED, ResolvePaymentRequest { expected_version: 99, ..ours.clone() }),
        (reason::ATTEMPT_NOT_OPEN, ResolvePaymentRequest { attempt_number: 9, ..ours.clone() }),
        (reason::FIELD_INVALID, ResolvePaymentRequest { attempt_number: -1, ..ours.clone() }),
        (reason::FIELD_INVALID, ResolvePaymentRequest { evidence: String::new(), ..ours.clone() }),
        (reason::FIELD_INVALID, ResolvePaymentRequest { verdict: None, ..ours.clone() }),
        (reason::FIELD_INVALID, ResolvePaymentRequest { seen: String::new(), ..ours.clone() }),
        (reason::FIELD_INVALID, ResolvePaymentRequest { seen: "1-1".to_owned(), ..ours.clone() }),
        (reason::PAYMENT_NOT_FOUND, ResolvePaymentRequest { consumer: "other".to_owned(), ..ours }),
        (reason::FIELD_INVALID, executed("sari", "")),
        (reason::FIELD_INVALID, resolve(Verdict::Executed(given))),
    ];
    for (expected, request) in wrong {
        let status = world.operator.resolve_payment(request).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(expected), "{status}");
        // That a payment was not found promises nothing.
        let promises = expected != reason::PAYMENT_NOT_FOUND;
        assert_eq!(!may_be_accepted(&status), promises, "{status}");
    }
    world.end().await;
}

#[tokio::test]
async fn with_keys_two_persons_give_the_same_verdict_each_with_their_own() {
    let mut world = World::with_desks().await;
    world.doubt(1).await;
    world.pass_the_bound();
    let first = ResolvePaymentRequest { second_actor: "budi".to_owned(), ..not_executed("ani") };
    let first = shown(&mut world, first).await;
    let answer = world.operator.resolve_payment(from_desk("ani", first)).await.unwrap();
    let answer = answer.into_inner();
    assert_eq!(answer.result(), ResolveResult::AwaitsSecondPerson);
    assert_eq!(answer.payment.unwrap().state(), PaymentState::InDoubt);
    let all = ListReviewsRequest::default();
    let review = world.operator.list_reviews(all).await.unwrap().into_inner().reviews.remove(0);
    assert_eq!(review.reason, "VERDICT_PROPOSED");
    let proposed = review.proposed_verdict.unwrap();
    assert_eq!((proposed.actor.as_str(), proposed.executed), ("ani", false));
    assert_eq!(proposed.evidence, "statement of today");
    assert_eq!(review.suggested_actions[0].action, "CONFIRM_VERDICT");
    for (desk, name) in [("ani", "budi"), ("budi", "ani")] {
        let same = from_desk(desk, not_executed(name));
        let status = world.operator.resolve_payment(same).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(reason::SECOND_PERSON_NEEDED), "{status}");
    }
    let second = from_desk("budi", shown(&mut world, not_executed("budi")).await);
    let answer = world.operator.resolve_payment(second).await.unwrap().into_inner();
    assert_eq!(answer.result(), ResolveResult::Resolved);
    assert_eq!(answer.payment.unwrap().failure.unwrap().reason, "NOT_EXECUTED");
    let all = ListAuditRequest::default();
    let entries = world.operator.list_audit(all).await.unwrap().into_inner().entries;
    let persons = entries.iter().map(|entry| {
        (entry.operator_consumer.as_str(), entry.actor.as_str(), entry.second_actor.as_str())
    });
    let persons: Vec<_> = persons.collect();
    assert_eq!(persons, [("desk-budi", "budi", "ani"), ("desk-ani", "ani", "")]);
    world.end().await;
}

#[tokio::test]
async fn without_keys_one_call_may_name_two_persons() {
    let mut world = World::new().await;
    world.doubt(1).await;
    world.pass_the_bound();
    let same = ResolvePaymentRequest { second_actor: "ANI".to_owned(), ..not_executed("ani") };
    let status = world.operator.resolve_payment(same).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::SECOND_PERSON_NEEDED), "{status}");
    let both = ResolvePaymentRequest { second_actor: "budi".to_owned(), ..not_executed("ani") };
    let both = shown(&mut world, both).await;
    let answer = world.operator.resolve_payment(both).await.unwrap().into_inner();
    assert_eq!(answer.result(), ResolveResult::Resolved);
    world.end().await;
}

#[tokio::test]
async fn an_executed_that_is_not_confirmed_withdraws_the_verdict_that_waits() {
    let mut world = World::with_desks().await;
    world.doubt(1).await;
    world.pass_the_bound();
    let first = shown(&mut world, not_executed("ani")).await;
    world.operator.resolve_payment(from_desk("ani", first)).await.unwrap();
    world.provider.will_report(StatusVerdict::NotFound, Observed::default());
    let unfounded = from_desk("budi", executed("budi", "INV9"));
    let status = world.operator.resolve_payment(unfounded).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::REFERENCE_MISMATCH), "{status}");
    assert!(may_be_accepted(&status), "the other verdict was withdrawn: {status}");
    let again = from_desk("budi", shown(&mut world, not_executed("budi")).await);
    let answer = world.operator.resolve_payment(again).await.unwrap().into_inner();
    assert_eq!(answer.result(), ResolveResult::AwaitsSecondPerson);
    world.end().await;
}

#[tokio::test]
async fn a_check_says_what_it_found_and_a_reference_counts_only_if_it_is_confirmed() {
    let mut world = World::new().await;
    world.doubt(1).await;
    world.pay(token_for("payment-paid", &meter(9))).await;
    let paid = world.operator.check_now(check("payment-paid", "")).await.unwrap_err();
    assert_eq!(reason_of(&paid).as_deref(), Some(reason::NOTHING_TO_CHECK));
    let blind = world.operator.check_now(check("payment-0000", "")).await.unwrap_err();
    assert_eq!(reason_of(&blind).as_deref(), Some(reason::CHECK_NOT_POSSIBLE));
    world.provider.will_report(StatusVerdict::NotFound, Observed::default());
    let wrong = world.operator.check_now(check("payment-0000", "INV404")).await.unwrap_err();
    assert_eq!(reason_of(&wrong).as_deref(), Some(reason::REFERENCE_MISMATCH));
    // The invoice of the other payment.
    world.provider.will_report(StatusVerdict::Succeeded, observed(1));
    let taken = world.operator.check_now(check("payment-0000", "INV1")).await.unwrap_err();
    assert_eq!(reason_of(&taken).as_deref(), Some(reason::REFERENCE_TAKEN), "{taken}");
    world.provider.will_report(StatusVerdict::Succeeded, observed(7));
    let right = world.operator.check_now(check("payment-0000", "INV7")).await.unwrap().into_inner();
    assert_eq!(right.payment.unwrap().state(), PaymentState::Succeeded);
    let evidence = right.evidence.unwrap();
    assert_eq!((evidence.kind.as_str(), evidence.conclusive), ("STATUS_CHECK", true));
    assert_eq!(evidence.leaning(), EvidenceLeaning::Executed);
    world.end().await;
}
