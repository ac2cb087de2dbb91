//! What is unknown is worked on until it is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::{CreateError, OperateError, Resolve, ResolveVerdict};
use ppob_journal::{JournalError, MemoryHooks, MemoryJournal};
use ppob_payment::{Conclusion, PaymentState};
use ppob_provider::RefusalTrust;
use ppob_types::{
    Basis, FailureReason, Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, ProviderRef,
    StatusReport, StatusVerdict, UnknownCause,
};

use tokio::sync::Notify;

use crate::support::*;

fn key(id: &str) -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new(id).unwrap() }
}

fn resolve(id: &str, verdict: ResolveVerdict) -> Resolve {
    Resolve {
        key: key(id),
        attempt: None,
        seen: None,
        expected_version: None,
        verdict,
        who: claimed("sari"),
        evidence: "mutasi 24 Juli".into(),
    }
}

fn executed(invoice: &str) -> ResolveVerdict {
    ResolveVerdict::Executed { provider_ref: ProviderRef::new(invoice).unwrap() }
}

fn confirmed(invoice: &str) -> StatusReport {
    StatusReport { verdict: StatusVerdict::Succeeded, observed: observed(invoice, 20_700) }
}

#[tokio::test(start_paused = true)]
async fn a_pending_payment_is_asked_about_until_it_is_confirmed() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let pending = PayAnswer {
        outcome: PayOutcome::Pending,
        observed: Observed { provider_ref: ProviderRef::new("INV9"), ..Observed::default() },
    };
    provider.will([Pay::Charged(pending)]);
    provider.will_report(Ok(StatusReport {
        verdict: StatusVerdict::Pending,
        observed: Observed::default(),
    }));
    provider.will_report(Ok(confirmed("INV9")));
    let world = World::of(&[&provider]).await;
    let paid = world.pay(token("payment-0001")).await;
    assert!(matches!(
        paid.payment.conclusion,
        Some(Conclusion::Succeeded { basis: Basis::Status, .. })
    ));
    assert_eq!(provider.asked.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_operator_names_an_invoice_and_the_engine_verifies_it() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Charged(PayAnswer::unknown(UnknownCause::ConnectionLost))]);
    let world = World::of(&[&provider]).await;
    let doubted = world.pay(token("payment-0001")).await;
    assert_eq!(doubted.payment.state(), PaymentState::InDoubt);
    assert_eq!(world.engine.reviews(10).await.unwrap().len(), 1);

    provider.will_report(Ok(StatusReport {
        verdict: StatusVerdict::NotFound,
        observed: Observed::default(),
    }));
    let wrong = world.resolve(resolve("payment-0001", executed("INV404"))).await;
    assert!(matches!(wrong, Err(OperateError::NotConfirmed { .. })), "{wrong:?}");

    provider.will_report(Ok(confirmed("INV1")));
    let right = world.resolve(resolve("payment-0001", executed("INV1"))).await.unwrap();
    let right = settled(right);
    assert_eq!(right.payment.state(), PaymentState::Succeeded);
    assert!(right.payment.receipt().is_some_and(|r| r.details.pln_token().is_some()));
}

#[tokio::test(start_paused = true)]
async fn one_invoice_settles_one_payment() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Success, Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let mut other = token("payment-0002");
    other.customer_number = "91011121315".to_owned();
    world.pay(other).await;
    provider.will_report(Ok(confirmed("INV1")));
    let taken = world.resolve(resolve("payment-0002", executed("INV1"))).await;
    assert_eq!(taken.unwrap_err(), OperateError::ReferenceTaken);
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_an_invoice_that_settled_another_payment_is_in_doubt() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Success, Pay::Free(success(1, 20_700))]);
    let world = World::of(&[&provider]).await;
    assert_eq!(world.pay(token("payment-0001")).await.payment.state(), PaymentState::Succeeded);
    let mut other = token("payment-0002");
    other.customer_number = "91011121315".to_owned();
    assert_eq!(world.pay(other).await.payment.state(), PaymentState::InDoubt);
}

#[tokio::test(start_paused = true)]
async fn not_executed_needs_two_persons_and_the_bound() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let by = |second: &str| ResolveVerdict::NotExecuted { second_actor: Some(second.to_owned()) };
    let early = world.resolve(resolve("payment-0001", by("joko"))).await;
    assert!(matches!(early, Err(OperateError::TooEarly { .. })));
    tokio::time::advance(Duration::from_mins(11)).await;
    let alone = world.resolve(resolve("payment-0001", by("sari"))).await;
    assert!(matches!(alone, Err(OperateError::SecondPersonNeeded { .. })));
    let failed = world.resolve(resolve("payment-0001", by("joko"))).await.unwrap();
    let failed = settled(failed);
    assert!(matches!(
        failed.payment.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::NotExecuted, .. })
    ));
}

/// A journal of which one read waits.
#[derive(Debug, Default)]
struct SlowRead {
    next_waits: AtomicBool,
    reached: Notify,
    go_on: Notify,
}

#[async_trait]
impl MemoryHooks for SlowRead {
    async fn before_read(&self) -> Result<(), JournalError> {
        if self.next_waits.swap(false, Ordering::SeqCst) {
            self.reached.notify_one();
            self.go_on.notified().await;
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_verdict_that_was_given_before_the_bound_is_too_early_also_if_its_turn_comes_after_it() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let hooks = Arc::new(SlowRead::default());
    let journal = MemoryJournal::with_hooks(Arc::clone(&hooks) as Arc<dyn MemoryHooks>);
    let world = World::on_journal(journal, &[&provider]).await;
    let doubted = world.pay(token("payment-0001")).await;
    let second_actor = Some("joko".to_owned());
    let verdict = resolve("payment-0001", ResolveVerdict::NotExecuted { second_actor });
    let verdict = world.shown(verdict).await;
    hooks.next_waits.store(true, Ordering::SeqCst);
    let engine = world.engine.clone();
    let given = tokio::spawn(async move { engine.resolve(verdict).await });
    hooks.reached.notified().await;
    tokio::time::advance(Duration::from_mins(11)).await;
    hooks.go_on.notify_one();
    let early = given.await.unwrap();
    assert_eq!(early.unwrap_err(), OperateError::SeenTooEarly);
    let now = world.engine.get_payment(&doubted.key).await.unwrap();
    assert_eq!(now.payment.state(), PaymentState::InDoubt);
}

#[tokio::test(start_paused = true)]
async fn a_verdict_rests_on_a_review_of_this_attempt_that_this_engine_showed_after_the_bound() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let second_actor = Some("joko".to_owned());
    let verdict = resolve("payment-0001", ResolveVerdict::NotExecuted { second_actor });
    let before_the_bound = world.shown(verdict.clone()).await;
    tokio::time::advance(Duration::from_mins(11)).await;
    let unseen = world.engine.resolve(verdict.clone()).await;
    assert!(matches!(unseen, Err(OperateError::FieldInvalid { field: "seen", .. })), "{unseen:?}");
    let seen_early = world.engine.resolve(before_the_bound).await;
    assert_eq!(seen_early.unwrap_err(), OperateError::SeenTooEarly);
    let after_the_bound = world.shown(verdict.clone()).await;
    let mark = after_the_bound.seen.unwrap().to_string();
    let other_attempt = mark.replace("-1-", "-2-").parse().unwrap();
    let other = Resolve { seen: Some(other_attempt), ..verdict.clone() };
    assert_eq!(world.engine.resolve(other).await.unwrap_err(), OperateError::Changed);
    let world = world.restarted_with_clock_ahead(0).await;
    tokio::time::advance(Duration::from_mins(11)).await;
    let of_before = world.engine.resolve(after_the_bound).await;
    assert_eq!(of_before.unwrap_err(), OperateError::Changed);
    let failed = settled(world.resolve(verdict).await.unwrap());
    assert_eq!(failed.payment.state(), PaymentState::Failed);
}

/// Of a payment in doubt, after a restart with the clock set wrong: nothing that needs the bound is done
/// before the new process has itself lived through it.
async fn the_bound_counts_from_the_start(ahead: i64) {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let world = world.restarted_with_clock_ahead(ahead).await;
    let by_two = || ResolveVerdict::NotExecuted { second_actor: Some("joko".to_owned()) };
    let mut despite = token("payment-0002");
    despite.despite_in_doubt = Some(PaymentId::new("payment-0001").unwrap());
    despite.repeat = 1;
    for minutes in [0, 9] {
        tokio::time::advance(Duration::from_mins(minutes)).await;
        let early = world.resolve(resolve("payment-0001", by_two())).await;
        assert!(matches!(early, Err(OperateError::TooEarly { .. })), "{early:?}");
        let early = world.create(despite.clone()).await.unwrap_err();
        assert!(matches!(early, CreateError::FieldInvalid { field: "despite_in_doubt", .. }));
    }
    // A clock that was set back goes on at half its pace until the machine has caught up.
    tokio::time::advance(Duration::from_mins(if ahead < 0 { 21 } else { 2 })).await;
    let failed = settled(world.resolve(resolve("payment-0001", by_two())).await.unwrap());
    assert_eq!(failed.payment.state(), PaymentState::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_start_with_the_clock_a_day_ahead_counts_the_bound_from_the_start_of_the_process() {
    the_bound_counts_from_the_start(24 * 3_600).await;
}

#[tokio::test(start_paused = true)]
async fn a_start_with_the_clock_a_day_back_counts_the_bound_from_the_start_of_the_process() {
    the_bound_counts_from_the_start(-24 * 3_600).await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_a_day_ahead_and_is_set_right_again_lets_nothing_pass_early_either() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await.restarted_with_clock_ahead(24 * 3_600).await;
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    world.pay(token("payment-0001")).await;
    let world = world.restarted_with_clock_ahead(-24 * 3_600).await;
    let by_two = || ResolveVerdict::NotExecuted { second_actor: Some("joko".to_owned()) };
    tokio::time::advance(Duration::from_mins(9)).await;
    let early = world.resolve(resolve("payment-0001", by_two())).await;
    assert!(matches!(early, Err(OperateError::TooEarly { .. })), "{early:?}");
}

#[tokio::test(start_paused = true)]
async fn a_doubt_does_not_lock_a_prepaid_customer_out_for_ever() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let mut despite = token("payment-0002");
    despite.despite_in_doubt = Some(PaymentId::new("payment-0001").unwrap());
    despite.repeat = 1;
    let early = world.create(despite.clone()).await.unwrap_err();
    assert!(matches!(early, CreateError::FieldInvalid { field: "despite_in_doubt", .. }));
    tokio::time::advance(Duration::from_mins(11)).await;
    assert_eq!(world.pay(despite).await.payment.state(), PaymentState::Succeeded);
    let doubted = world.engine.get_payment(&key("payment-0001")).await.unwrap();
    assert_eq!(doubted.payment.state(), PaymentState::InDoubt);
}
