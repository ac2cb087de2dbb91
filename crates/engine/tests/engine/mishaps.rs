//! What goes wrong around a payment: cancelled operators, panics, a journal that is down when an id
//! is asked about again, somebody else's reference.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::{CreateError, Engine, EngineConfig, Parts};
use ppob_journal::{JournalError, MemoryHooks, MemoryJournal, MemoryWrite};
use ppob_payment::{AttemptState, Conclusion, PaymentState};
use ppob_provider::RefusalTrust;
use ppob_types::{
    Clock, FailureReason, Monotonic, Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey,
    ProviderRef, RefusalCode, RefusalScope, Rejection, StatusReport, StatusVerdict, Timestamp,
    UnknownCause,
};

use crate::support::*;

fn key(id: &str) -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new(id).unwrap() }
}

fn pending(invoice: &str) -> Pay {
    let observed = Observed { provider_ref: ProviderRef::new(invoice), ..Observed::default() };
    Pay::Charged(PayAnswer { outcome: PayOutcome::Pending, observed })
}

#[tokio::test(start_paused = true)]
async fn an_operator_who_goes_away_during_a_check_loses_no_outcome() {
    let first = Scripted::new("a", 20_600, RefusalTrust::Authenticated);
    let second = Scripted::new("b", 20_700, RefusalTrust::Authenticated);
    first.will([pending("INV9")]);
    second.will([Pay::Held]);
    let world = World::of(&[&first, &second]).await;
    let ticket = world.create(token("payment-0001")).await.unwrap();
    let no = Rejection { code: RefusalCode::ProductClosed, scope: RefusalScope::Provider };
    let verdict = StatusVerdict::Rejected(no);
    first.will_report(Ok(StatusReport { verdict, observed: Observed::default() }));
    let engine = world.engine.clone();
    let check = ppob_engine::CheckNow {
        key: key("payment-0001"),
        provider_ref: None,
        who: claimed("sari"),
    };
    let check = tokio::spawn(async move { engine.check_now(check).await });
    second.held.acquire().await.unwrap().forget();
    check.abort();
    second.gate.add_permits(1);
    let paid = ticket.settled(Duration::from_mins(5)).await;
    assert_eq!((paid.payment.state(), second.charges()), (PaymentState::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_a_bill_is_read_leaves_no_payment_behind() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    provider.will_panic.store(true, Ordering::SeqCst);
    let failed = world.pay(bill_payment("payment-0001", 82_500)).await;
    assert!(matches!(
        failed.payment.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::InquiryFailed, .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_reference_is_disowned_and_not_asked_about_again() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Success, pending("INV1")]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let mut other = token("payment-0002");
    other.customer_number = "91011121315".to_owned();
    let report =
        StatusReport { verdict: StatusVerdict::Succeeded, observed: observed("INV1", 20_700) };
    provider.will_report(Ok(report));
    let doubted = world.pay(other).await;
    let attempt = &doubted.payment.attempts[0];
    assert_eq!(attempt.state, AttemptState::Unknown(UnknownCause::Mismatch));
    assert_eq!(attempt.observed.provider_ref, None);
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(provider.asked.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_operators_invoice_counts_and_not_what_a_strangers_answer_showed() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let stranger =
        Observed { charged: Some(ppob_types::Rupiah::new(501_000)), ..observed("INV77", 1) };
    provider.will([Pay::Charged(PayAnswer {
        outcome: PayOutcome::Unknown(UnknownCause::Mismatch),
        observed: stranger,
    })]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    provider.will_report(Ok(StatusReport {
        verdict: StatusVerdict::Succeeded,
        observed: observed("INV1", 20_700),
    }));
    let resolve = ppob_engine::Resolve {
        key: key("payment-0001"),
        attempt: None,
        seen: None,
        expected_version: None,
        verdict: ppob_engine::ResolveVerdict::Executed {
            provider_ref: ProviderRef::new("INV1").unwrap(),
        },
        who: claimed("sari"),
        evidence: "mutasi".into(),
    };
    let paid = settled(world.resolve(resolve).await.unwrap());
    let Some(Conclusion::Succeeded { cost, .. }) = paid.payment.conclusion else { unreachable!() };
    assert_eq!(cost.get(), 20_700);
    let known = paid.payment.attempts[0].observed.provider_ref.clone();
    assert_eq!(known, ProviderRef::new("INV1"));
}

/// A journal whose reads fail while it is down.
#[derive(Debug, Default)]
struct Down(AtomicBool);

#[async_trait]
impl MemoryHooks for Down {
    async fn before_read(&self) -> Result<(), JournalError> {
        if self.0.load(Ordering::SeqCst) {
            return Err(JournalError::Unavailable("down".to_owned()));
        }
        Ok(())
    }

    async fn before_apply(&self, _: MemoryWrite<'_>) -> Result<(), JournalError> {
        self.before_read().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_paid_id_asked_about_again_while_the_journal_is_down_is_never_called_not_accepted() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let down = Arc::new(Down::default());
    let hooks = Arc::clone(&down) as Arc<dyn MemoryHooks>;
    let world = World::on_journal(MemoryJournal::with_hooks(hooks), &[&provider]).await;
    world.pay(token("payment-0001")).await;
    down.0.store(true, Ordering::SeqCst);
    let again = world.create(token("payment-0001")).await.unwrap_err();
    assert_eq!((&again, again.may_be_accepted()), (&CreateError::Unclear, true));
}

/// A machine that is suspended for an hour while its journal writes: monotonic time stands still.
#[derive(Debug)]
struct Suspended {
    clock: PausedClock,
    hours: AtomicU64,
}

impl Clock for Suspended {
    fn now(&self) -> Timestamp {
        self.clock.now().plus(Duration::from_hours(self.hours.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Monotonic {
        self.clock.monotonic()
    }
}

#[derive(Debug)]
struct SuspendsWhileItWrites(Arc<Suspended>);

#[async_trait]
impl MemoryHooks for SuspendsWhileItWrites {
    async fn after_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        if matches!(write, MemoryWrite::Accept(_)) {
            self.0.hours.store(1, Ordering::SeqCst);
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_was_suspended_while_an_intent_was_written_does_not_send_it() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let machine = Arc::new(Suspended { clock: PausedClock::new(), hours: AtomicU64::new(0) });
    let hooks = Arc::new(SuspendsWhileItWrites(Arc::clone(&machine)));
    let clock: Arc<dyn Clock> = machine;
    let parts = Parts {
        config: EngineConfig::default(),
        journal: Arc::new(MemoryJournal::with_hooks(hooks)),
        providers: [setup(&provider, &clock)].into(),
        clock,
        seed: 7,
    };
    let engine = Engine::start(parts).await.unwrap();
    engine.first_prices().await;
    let ticket = engine.create_payment(token("payment-0001")).await.unwrap();
    let failed = ticket.settled(Duration::from_mins(5)).await;
    assert!(matches!(
        failed.payment.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::Expired, .. })
    ));
    assert_eq!(provider.charges(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_bill_that_another_provider_shows_as_approved_is_paid_there() {
    let odd = Scripted::new("a", 20_700, RefusalTrust::None);
    let fitting = Scripted::new("b", 20_700, RefusalTrust::None);
    let world = World::of(&[&odd, &fitting]).await;
    odd.will_bill(Ok(bill(81_000, "BUDI")));
    let paid = world.pay(bill_payment("payment-0001", 82_500)).await;
    assert_eq!((paid.payment.state(), fitting.charges()), (PaymentState::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn a_bill_that_costs_more_than_its_listed_price_allows_is_not_paid() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let dear =
        ppob_types::Bill { cost: Some(ppob_types::Rupiah::new(95_000)), ..bill(80_000, "BUDI") };
    provider.will_bill(Ok(dear));
    let failed = world.pay(bill_payment("payment-0001", 82_500)).await;
    assert_eq!((failed.payment.state(), provider.charges()), (PaymentState::Failed, 0));
}
