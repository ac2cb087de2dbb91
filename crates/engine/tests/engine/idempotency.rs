//! One id is one payment, whatever callers do.

use futures::future::join_all;
use ppob_engine::CreateError;
use ppob_payment::PaymentState;
use ppob_provider::RefusalTrust;
use ppob_types::{
    Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, RefusalCode, RefusalScope, Rejection,
};

use crate::support::*;

#[tokio::test(start_paused = true)]
async fn two_hundred_calls_with_one_id_are_one_charge_and_two_hundred_equal_answers() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let answers = join_all((0..200).map(|_| world.pay(token("payment-0001")))).await;
    assert_eq!(provider.charges(), 1);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].payment.state(), PaymentState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn the_same_id_with_another_request_is_refused_now_and_after_a_restart() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let mut other = token("payment-0001");
    other.customer_number = "91011121315".to_owned();
    assert_eq!(world.create(other.clone()).await.unwrap_err(), CreateError::IdReused);
    let world = world.restarted().await;
    assert_eq!(world.create(other).await.unwrap_err(), CreateError::IdReused);
    let again = world.pay(token("payment-0001")).await;
    assert_eq!(again.payment.state(), PaymentState::Succeeded);
    assert_eq!(provider.charges(), 1);
}

#[tokio::test(start_paused = true)]
async fn fact_55_a_repeated_id_after_a_failure_is_answered_with_the_old_failure() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    let no = Rejection { code: RefusalCode::NumberInvalid, scope: RefusalScope::Bill };
    let answer = PayAnswer { outcome: PayOutcome::Rejected(no), observed: Observed::default() };
    // Asked again, it would sell.
    provider.will([Pay::Free(answer)]);
    let world = World::of(&[&provider]).await;
    let failed = world.pay(token("payment-0001")).await;
    assert_eq!(failed.payment.state(), PaymentState::Failed);
    assert_eq!(world.pay(token("payment-0001")).await, failed);
    tokio::time::sleep(std::time::Duration::from_hours(72)).await;
    let world = world.restarted().await;
    let again = world.pay(token("payment-0001")).await;
    assert_eq!(again.payment, failed.payment);
    assert_eq!(provider.charges(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_changes_nothing() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let engine = world.engine.clone();
    let caller = tokio::spawn(async move { engine.create_payment(token("payment-0001")).await });
    provider.held.acquire().await.unwrap().forget();
    caller.abort();
    provider.gate.add_permits(1);
    let again = world.pay(token("payment-0001")).await;
    assert_eq!(again.payment.state(), PaymentState::Succeeded);
    assert_eq!(provider.charges(), 1);
}

#[tokio::test(start_paused = true)]
async fn fact_56_an_open_payment_guards_its_customer_and_a_success_asks_for_a_repeat() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let first = world.create(token("payment-0001")).await.unwrap();
    let second = world.create(token("payment-0002")).await.unwrap_err();
    let holder = Some(PaymentId::new("payment-0001").unwrap());
    assert_eq!(second, CreateError::DuplicateInProgress { holder });
    provider.held.acquire().await.unwrap().forget();
    provider.gate.add_permits(1);
    first.settled(std::time::Duration::from_mins(1)).await;
    let refused = world.create(token("payment-0002")).await.unwrap_err();
    assert!(matches!(refused, CreateError::RepeatNeeded { repeat: 1, .. }), "{refused:?}");
    let mut repeated = token("payment-0002");
    repeated.repeat = 1;
    assert_eq!(world.pay(repeated).await.payment.state(), PaymentState::Succeeded);
    assert_eq!(provider.charges(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_id_never_becomes_a_payment() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let key = PaymentKey { consumer: consumer(), id: PaymentId::new("payment-0001").unwrap() };
    world.engine.abandon(&key).await.unwrap();
    assert_eq!(world.create(token("payment-0001")).await.unwrap_err(), CreateError::Abandoned);
    assert_eq!(provider.charges(), 0);
}

#[tokio::test(start_paused = true)]
async fn bad_requests_are_refused_before_anything_is_recorded() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let mut number = token("payment-0001");
    number.customer_number = "123".to_owned();
    assert!(matches!(world.create(number).await, Err(CreateError::NumberInvalid(_))));
    let mut product = token("payment-0001");
    product.product = ppob_types::ProductCode::new("NO-SUCH-THING").unwrap();
    assert!(matches!(world.create(product).await, Err(CreateError::UnknownProduct(_))));
    let mut amount = token("payment-0001");
    amount.amount = Some(ppob_types::Rupiah::new(-5));
    assert!(matches!(world.create(amount).await, Err(CreateError::FieldInvalid { .. })));
    let mut cheap = token("payment-0001");
    cheap.approval = ppob_engine::RequestedApproval::Total(ppob_types::Rupiah::new(20_000));
    assert!(matches!(world.create(cheap).await, Err(CreateError::TotalAboveApproved { .. })));
    assert_eq!(world.pay(token("payment-0001")).await.payment.state(), PaymentState::Succeeded);
}
