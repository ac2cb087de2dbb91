//! What persons decide, and what is kept of it.

use std::time::Duration;

use ppob_engine::{
    AboutCustomer, CheckNow, Erasure, Found, NewDeposit, NewNote, OfferMode, OperateError, Resolve,
    ResolveVerdict, Resolved, ReviewReason,
};
use ppob_journal::{AuditFilter, AuditRecord, Change, Committed, EventKind, Journal, Who};
use ppob_payment::{Conclusion, Event, PaymentState, step};
use ppob_provider::{ProviderError, ProviderErrorKind, RefusalTrust};
use ppob_routing::Mode;
use ppob_types::{
    Basis, FailureReason, Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, ProductCode,
    ProviderName, ProviderRef, RefusalCode, RefusalScope, Rejection, Rupiah, Sensitive,
    StatusReport, StatusVerdict, UnknownCause,
};

use crate::support::*;

const ID: &str = "payment-0001";

fn key() -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new(ID).unwrap() }
}

fn not_executed(who: Who, second: Option<&str>) -> Resolve {
    let verdict = ResolveVerdict::NotExecuted { second_actor: second.map(str::to_owned) };
    Resolve {
        key: key(),
        attempt: None,
        seen: None,
        expected_version: None,
        verdict,
        who,
        evidence: "ticket 8841".into(),
    }
}

fn executed(who: Who, invoice: &str) -> Resolve {
    let provider_ref = ProviderRef::new(invoice).unwrap();
    Resolve { verdict: ResolveVerdict::Executed { provider_ref }, ..not_executed(who, None) }
}

fn report(verdict: StatusVerdict, observed: Observed) -> StatusReport {
    StatusReport { verdict, observed }
}

/// A payment whose answer never came, past its late-execution bound.
async fn old_doubt(provider: &std::sync::Arc<Scripted>) -> World {
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let world = World::of(&[provider]).await;
    assert_eq!(world.pay(token(ID)).await.payment.state(), PaymentState::InDoubt);
    tokio::time::sleep(Duration::from_mins(11)).await;
    world
}

async fn audit(world: &World) -> Vec<AuditRecord> {
    world.engine.audit(&AuditFilter::default(), 100).await.unwrap()
}

fn in_words(record: &AuditRecord) -> (String, String, String, String) {
    let entry = &record.entry;
    let second = entry.second_actor.clone().unwrap_or_default();
    (entry.operator.to_string(), entry.actor.clone(), second, entry.subject.clone())
}

fn is_proposed(resolved: &Result<Resolved, OperateError>) -> bool {
    matches!(resolved, Ok(Resolved::AwaitsSecondPerson(_)))
}

#[tokio::test(start_paused = true)]
async fn with_credentials_a_verdict_waits_for_another_persons_own_call() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let engine = &world.engine;
    // Naming the second person proves nothing.
    let first = world.resolve(not_executed(proven("ani"), Some("budi"))).await;
    assert!(is_proposed(&first), "{first:?}");
    assert_eq!(engine.get_payment(&key()).await.unwrap().payment.state(), PaymentState::InDoubt);
    let reviews = engine.reviews(10).await.unwrap();
    let details = engine.review_details(&reviews[0]).await.unwrap();
    assert_eq!(details.proposed.unwrap().proposed.who, proven("ani"));
    let ani_as_budi = Who { actor: "budi".to_owned(), ..proven("ani") };
    let budi_as_ani = Who { actor: "Ani ".to_owned(), ..proven("budi") };
    for same in [ani_as_budi, budi_as_ani, claimed("budi")] {
        let refused = world.resolve(not_executed(same, None)).await;
        let needed = matches!(refused, Err(OperateError::SecondPersonNeeded { .. }));
        assert!(needed, "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_persons_verdict_settles_it_and_both_stand_in_the_audit() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    assert!(is_proposed(&world.resolve(not_executed(proven("ani"), None)).await));
    let done = settled(world.resolve(not_executed(proven("budi"), None)).await.unwrap());
    assert!(matches!(
        done.payment.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::NotExecuted, .. })
    ));
    let subject = format!("payment/{}", key());
    let expected = [("desk-budi", "budi", "ani"), ("desk-ani", "ani", "")]
        .map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned(), subject.clone()));
    let trail = audit(&world).await;
    assert_eq!(trail.iter().map(in_words).collect::<Vec<_>>(), expected);
    let confirmed = &trail[0].entry;
    assert!(confirmed.before.contains("ani (desk-ani) proposed"), "{}", confirmed.before);
    assert!(confirmed.after.starts_with("FAILED"), "{}", confirmed.after);
    let again = world.resolve(not_executed(proven("joko"), None)).await;
    assert_eq!(again.unwrap_err(), OperateError::NotInDoubt);
}

#[tokio::test(start_paused = true)]
async fn of_two_persons_at_once_one_proposes_and_one_confirms() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let (one, other) = tokio::join!(
        world.resolve(not_executed(proven("ani"), None)),
        world.resolve(not_executed(proven("budi"), None))
    );
    let settled = [&one, &other].map(|answer| matches!(answer, Ok(Resolved::Settled(_))));
    assert_eq!(settled.iter().filter(|settled| **settled).count(), 1, "{one:?} {other:?}");
    assert!(is_proposed(&one) || is_proposed(&other));
}

#[tokio::test(start_paused = true)]
async fn news_that_came_after_a_proposal_outdates_it() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let world = World::of(&[&provider]).await;
    world.pay(bill_payment(ID, 82_500)).await;
    tokio::time::sleep(Duration::from_mins(11)).await;
    assert!(is_proposed(&world.resolve(not_executed(proven("ani"), None)).await));
    let check = || CheckNow { key: key(), provider_ref: None, who: proven("budi") };
    let checked = world.engine.check_now(check()).await.unwrap();
    assert_eq!(checked.found, Found::BillStillThere);
    let reviews = world.engine.reviews(10).await.unwrap();
    assert!(world.engine.review_details(&reviews[0]).await.unwrap().proposed.is_some());
    // The bill is gone: what Ani said was said without knowing that.
    let paid = Rejection { code: RefusalCode::BillAlreadyPaid, scope: RefusalScope::Bill };
    let gone = ProviderError::new(ProviderErrorKind::Refused(paid), "paid already");
    provider.will_bill(Err(gone));
    assert_eq!(world.engine.check_now(check()).await.unwrap().found, Found::BillGone);
    assert!(world.engine.review_details(&reviews[0]).await.unwrap().proposed.is_some());
    let reviews = world.engine.reviews(10).await.unwrap();
    assert!(world.engine.review_details(&reviews[0]).await.unwrap().proposed.is_none());
    let second = world.resolve(not_executed(proven("budi"), None)).await;
    assert!(is_proposed(&second), "{second:?}");
    let third = world.resolve(not_executed(proven("ani"), None)).await.unwrap();
    assert_eq!(settled(third).payment.state(), PaymentState::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_person_who_says_paid_withdraws_the_others_not_executed() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    assert!(is_proposed(&world.resolve(not_executed(proven("ani"), None)).await));
    provider.will_report(Ok(report(StatusVerdict::NotFound, Observed::default())));
    let wrong = world.resolve(executed(proven("budi"), "INV404")).await.unwrap_err();
    assert!(matches!(wrong, OperateError::NotConfirmed { withdrawn: true, .. }), "{wrong:?}");
    assert!(wrong.to_string().contains("withdrawn"), "{wrong}");
    // Nobody can complete the first verdict any more.
    let next = world.resolve(not_executed(proven("joko"), None)).await;
    assert!(is_proposed(&next), "{next:?}");
    provider.will_report(Ok(report(StatusVerdict::Succeeded, observed("INV1", 20_700))));
    let paid = settled(world.resolve(executed(proven("budi"), "INV1")).await.unwrap());
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    let late = world.resolve(not_executed(proven("sari"), None)).await;
    assert_eq!(late.unwrap_err(), OperateError::NotInDoubt);
}

#[tokio::test(start_paused = true)]
async fn a_verdict_about_another_version_or_attempt_than_the_one_looked_at_is_refused() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let version = world.engine.get_payment(&key()).await.unwrap().version;
    let of = |expected_version, attempt| Resolve {
        expected_version,
        attempt,
        ..not_executed(proven("ani"), None)
    };
    let old = world.resolve(of(Some(version - 1), None)).await.unwrap_err();
    assert_eq!(old, OperateError::Changed);
    let other = world.resolve(of(Some(version), Some(2))).await.unwrap_err();
    assert_eq!(other, OperateError::NotInDoubt);
    assert!(is_proposed(&world.resolve(of(Some(version), Some(1))).await));
}

#[tokio::test(start_paused = true)]
async fn a_reference_given_to_a_check_counts_only_if_the_provider_confirms_it() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let check = |invoice: Option<&str>| CheckNow {
        key: key(),
        provider_ref: invoice.and_then(ProviderRef::new),
        who: claimed("sari"),
    };
    let blind = world.engine.check_now(check(None)).await.unwrap_err();
    assert_eq!(blind, OperateError::CheckNotPossible);
    let others = Observed { total: Some(Rupiah::new(99)), ..observed("INV7", 20_700) };
    provider.will_report(Ok(report(StatusVerdict::Succeeded, others)));
    let wrong = world.engine.check_now(check(Some("INV7"))).await.unwrap_err();
    assert!(matches!(wrong, OperateError::NotConfirmed { withdrawn: false, .. }), "{wrong:?}");
    provider.will_report(Ok(report(StatusVerdict::Succeeded, observed("INV1", 20_700))));
    let right = world.engine.check_now(check(Some("INV1"))).await.unwrap();
    assert_eq!((right.found, right.attempt), (Found::Paid, 1));
    assert_eq!(right.payment.payment.state(), PaymentState::Succeeded);
    let entry = &audit(&world).await[0].entry;
    assert_eq!((entry.action.as_str(), entry.actor.as_str()), ("CheckNow", "sari"));
}

#[tokio::test(start_paused = true)]
async fn a_freeze_is_the_engines_own_deed_and_its_release_a_persons() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    // Two payments claim one invoice.
    provider.will([Pay::Success, Pay::Free(success(1, 20_700))]);
    let world = World::of(&[&provider]).await;
    world.pay(token(ID)).await;
    let mut other = token("payment-0002");
    other.customer_number = "91011121315".to_owned();
    world.pay(other).await;
    let name = ProviderName::new("a").unwrap();
    let status = || world.engine.providers().remove(0);
    assert!(matches!(status().mode, Mode::Frozen { .. }));
    let switched = status().switched.unwrap();
    assert_eq!((switched.actor.as_str(), switched.reason.contains("reference")), ("engine", true));
    let entry = audit(&world).await.remove(0).entry;
    assert_eq!(entry.operator.as_str(), "engine");
    assert_eq!((entry.action.as_str(), entry.before.as_str()), ("SetProviderMode", "ACTIVE"));
    let sari = claimed("sari");
    world.engine.set_provider_mode(&name, Mode::Active, &sari, "clarified").await.unwrap();
    assert_eq!(status().switched.unwrap().reason, "clarified");
    let entry = audit(&world).await.remove(0).entry;
    assert!(entry.before.starts_with("FROZEN: one reference"), "{}", entry.before);
    let restarted = world.restarted().await;
    let status = restarted.engine.providers().remove(0);
    assert_eq!((status.mode, status.switched.unwrap().actor), (Mode::Active, "sari".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_customer_of_a_late_charge_stays_known_until_somebody_has_written_about_it() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let no = Rejection { code: RefusalCode::ProductClosed, scope: RefusalScope::Provider };
    provider.will([Pay::Free(PayAnswer::bare(PayOutcome::Rejected(no)))]);
    let world = World::of(&[&provider]).await;
    let failed = world.pay(token(ID)).await;
    assert!(world.engine.reviews(10).await.unwrap().is_empty());
    let report = report(StatusVerdict::Succeeded, observed("INV1", 20_700));
    let event =
        Event::Reported { attempt: 1, report, basis: Basis::Status, refusal_trusted: false };
    let payment = step(&failed.payment, event, world.now()).unwrap().payment;
    let change = Change {
        key: key(),
        expected_version: failed.version,
        payment,
        kind: EventKind::Reported,
        now: world.now(),
        unlisted: Vec::new(),
        audit: None,
        agreement: None,
    };
    assert!(matches!(world.journal.commit(change).await, Ok(Committed::Done(_))));
    let reviews = world.engine.reviews(10).await.unwrap();
    assert_eq!((reviews.len(), reviews[0].reason), (1, ReviewReason::LateCharge));
    tokio::time::sleep(Duration::from_mins(11)).await;
    let about = AboutCustomer {
        customer_number: METER.into(),
        who: claimed("dewi"),
        reason: "request 17 of the customer".to_owned(),
    };
    let erased = async || world.engine.erase_customer(&about, true).await.unwrap();
    assert_eq!(erased().await, Erasure { erased: 0, kept: 1 }, "who is to get the money back?");
    let note = |text: &str| NewNote { key: key(), text: text.into(), who: claimed("sari") };
    let empty = world.engine.add_note(note(" ")).await.unwrap_err();
    assert!(matches!(empty, OperateError::FieldInvalid { field: "text", .. }));
    world.engine.add_note(note("refunded, see ticket 9")).await.unwrap();
    assert!(world.engine.reviews(10).await.unwrap().is_empty());
    assert_eq!(erased().await, Erasure { erased: 1, kept: 0 });
}

#[tokio::test(start_paused = true)]
async fn an_offer_that_is_off_until_a_moment_is_on_again_by_itself() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let (name, product) = (ProviderName::new("a").unwrap(), ProductCode::new(TOKEN).unwrap());
    let until = world.now().plus(Duration::from_mins(30));
    let off = |until| OfferMode::Off { until: Some(until) };
    let sari = claimed("sari");
    let past = world.engine.set_offer_mode(&name, &product, off(world.now()), &sari, "why").await;
    assert!(matches!(past, Err(OperateError::FieldInvalid { field: "until_time", .. })));
    let done = world.engine.set_offer_mode(&name, &product, off(until), &sari, "gangguan").await;
    done.unwrap();
    assert!(!world.engine.is_available(&product));
    let (_, switch) = world.engine.providers().remove(0).offers_off.remove(0);
    assert_eq!((switch.actor.as_str(), switch.until), ("sari", Some(until)));
    tokio::time::sleep(Duration::from_mins(30)).await;
    assert!(world.engine.is_available(&product));
    assert!(world.engine.providers().remove(0).offers_off.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_deposit_is_recorded_once_and_shown_with_the_doubts_it_came_after() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let deposit = || NewDeposit {
        id: "BCA-1".to_owned(),
        provider: ProviderName::new("a").unwrap(),
        amount: Rupiah::new(5_000_000),
        credited_at: world.now(),
        reference: Sensitive::default(),
        who: claimed("sari"),
    };
    let invalid = [
        ("amount_rupiah", NewDeposit { amount: Rupiah::ZERO, ..deposit() }),
        ("deposit_id", NewDeposit { id: " ".to_owned(), ..deposit() }),
        ("actor", NewDeposit { who: claimed(""), ..deposit() }),
        (
            "deposit_time",
            NewDeposit { credited_at: world.now().plus(Duration::from_mins(1)), ..deposit() },
        ),
    ];
    for (name, wrong) in invalid {
        let error = world.engine.record_deposit(wrong).await.unwrap_err();
        assert!(
            matches!(error, OperateError::FieldInvalid { field, .. } if field == name),
            "{name}"
        );
    }
    let first = world.engine.record_deposit(deposit()).await.unwrap();
    let again = world.engine.record_deposit(deposit()).await.unwrap();
    assert_eq!(first, again);
    let other = NewDeposit { amount: Rupiah::new(1), ..deposit() };
    let reused = world.engine.record_deposit(other).await.unwrap_err();
    assert_eq!(reused, OperateError::DepositIdReused);
    let reviews = world.engine.reviews(10).await.unwrap();
    let details = world.engine.review_details(&reviews[0]).await.unwrap();
    assert_eq!(details.deposits, [first]);
    assert_eq!(audit(&world).await.len(), 1);
}
