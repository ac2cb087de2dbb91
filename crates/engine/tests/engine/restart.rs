//! What a crash leaves behind, and what a new process does with it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ppob_engine::{Engine, EngineConfig, Parts, Resolve, ResolveVerdict, StartError};
use ppob_payment::{AttemptState, Conclusion, PaymentState};
use ppob_provider::RefusalTrust;
use ppob_routing::{Mapping, MappingOverride};
use ppob_types::{
    FailureReason, PayAnswer, PayOutcome, PaymentId, PaymentKey, ProductCode, ProviderRef,
    RefusalCode, RefusalScope, Rejection, StatusReport, StatusVerdict, UnknownCause,
};

use crate::support::*;

fn key(id: &str) -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new(id).unwrap() }
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_intent_and_answer_is_in_doubt_and_never_sent_again() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let _ticket = world.create(token("payment-0001")).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    let world = world.restarted().await;
    let found = world.engine.get_payment(&key("payment-0001")).await.unwrap();
    assert_eq!(found.payment.state(), PaymentState::InDoubt);
    assert_eq!(found.payment.attempts[0].state, AttemptState::Unknown(UnknownCause::Crashed));
    let again = world.pay(token("payment-0001")).await;
    assert_eq!(again.payment.state(), PaymentState::InDoubt);
    assert_eq!(provider.script.lock().unwrap().len(), 0);
    assert!(provider.charges() <= 1);
}

#[tokio::test(start_paused = true)]
async fn an_accepted_bill_is_driven_on_after_a_restart_before_pay_by_and_expires_after_it() {
    let expired = Some(FailureReason::Expired);
    for (pause, ended) in [(Duration::from_secs(10), None), (Duration::from_mins(3), expired)] {
        let provider = Scripted::new("a", 20_700, RefusalTrust::None);
        let world = World::of(&[&provider]).await;
        // A bill's acceptance is a commit alone; the crash comes while the bill is read again.
        provider.silent.store(true, Ordering::SeqCst);
        let ticket = world.create(bill_payment("payment-0001", 82_500)).await.unwrap();
        assert_eq!(ticket.payment().payment.state(), PaymentState::Accepted);
        world.engine.crash();
        provider.silent.store(false, Ordering::SeqCst);
        let world = world.restarted_after(pause).await;
        let payment = world.pay(bill_payment("payment-0001", 82_500)).await;
        let reason = match payment.payment.conclusion {
            Some(Conclusion::Failed { reason, .. }) => Some(reason),
            _ => None,
        };
        assert_eq!((reason, provider.charges()), (ended, usize::from(ended.is_none())));
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_lets_payments_on_their_way_end() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let ticket = world.create(token("payment-0001")).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    let engine = world.engine.clone();
    let stopping = tokio::spawn(async move { engine.shutdown().await });
    tokio::task::yield_now().await;
    assert!(world.create(token("payment-0002")).await.is_err());
    provider.gate.add_permits(1);
    stopping.await.unwrap().unwrap();
    assert_eq!(ticket.payment().payment.state(), PaymentState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_stopping_engine_begins_no_further_attempt_and_the_next_start_goes_on() {
    let first = Scripted::new("a", 20_600, RefusalTrust::Authenticated);
    let second = Scripted::new("b", 20_700, RefusalTrust::Authenticated);
    let no = Rejection { code: RefusalCode::ProductClosed, scope: RefusalScope::Provider };
    first.will([Pay::HeldThen(PayAnswer::bare(PayOutcome::Rejected(no)))]);
    let world = World::of(&[&first, &second]).await;
    let _ticket = world.create(token("payment-0001")).await.unwrap();
    first.held.acquire().await.unwrap().forget();
    let engine = world.engine.clone();
    let stopping = tokio::spawn(async move { engine.shutdown().await });
    tokio::task::yield_now().await;
    first.gate.add_permits(1);
    stopping.await.unwrap().unwrap();
    assert_eq!(second.charges(), 0);
    let world = world.restarted().await;
    let paid = world.pay(token("payment-0001")).await;
    assert_eq!((paid.payment.state(), second.charges()), (PaymentState::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn offers_are_not_sold_at_a_start_with_another_mapping_before_the_list_is_read() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    world.engine.crash();
    provider.no_prices.store(true, Ordering::SeqCst);
    let start = async |mapping: Option<Mapping>| {
        let mut providers = world.setups(&[&provider]);
        for setup in providers.values_mut() {
            setup.mapping = mapping.clone().unwrap_or_else(|| setup.mapping.clone());
        }
        let journal = Arc::new(world.journal.reopen());
        let (config, clock) = (EngineConfig::default(), world.shared_clock());
        Engine::start(Parts { config, journal, providers, clock, seed: 7 }).await.unwrap()
    };
    let token = ProductCode::new(TOKEN).unwrap();
    let engine = start(None).await;
    assert!(engine.is_available(&token), "a warm start");
    engine.crash();
    let ignored = [("TOKEN".to_owned(), MappingOverride::Ignore)].into();
    let engine = start(Some(Mapping::new(ignored, |_| None))).await;
    assert!(!engine.is_available(&token), "the configuration says that it is not sold");
}

#[tokio::test(start_paused = true)]
async fn another_account_takes_a_name_only_when_nothing_sent_to_the_first_is_open() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let mut other = Scripted::new("a", 20_700, RefusalTrust::None);
    Arc::get_mut(&mut other).unwrap().info.login = "another".into();
    provider.will([Pay::Charged(PayAnswer::bare(PayOutcome::Unknown(UnknownCause::Crashed)))]);
    let world = World::of(&[&provider]).await;
    let doubted = world.pay(token("payment-0001")).await;
    assert_eq!(doubted.payment.state(), PaymentState::InDoubt);
    world.engine.crash();
    let start = async |one: &Arc<Scripted>| {
        let journal = Arc::new(world.journal.reopen());
        let (config, clock) = (EngineConfig::default(), world.shared_clock());
        let providers = world.setups(&[one]);
        Engine::start(Parts { config, journal, providers, clock, seed: 7 }).await
    };
    let Err(refused) = start(&other).await else { panic!("it began with another account") };
    assert!(matches!(refused, StartError::AnotherAccount { sent: 1, .. }), "{refused}");

    let engine = start(&provider).await.unwrap();
    let verdict =
        StatusReport { verdict: StatusVerdict::Succeeded, observed: observed("INV1", 20_700) };
    provider.will_report(Ok(verdict));
    let executed = Resolve {
        key: key("payment-0001"),
        attempt: None,
        seen: None,
        expected_version: None,
        verdict: ResolveVerdict::Executed { provider_ref: ProviderRef::new("INV1").unwrap() },
        who: claimed("sari"),
        evidence: "mutasi 24 Juli".into(),
    };
    let paid = settled(engine.resolve(executed).await.unwrap());
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    engine.crash();
    start(&other).await.unwrap().crash();
}
