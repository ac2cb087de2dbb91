//! What a consumer may do at once and in a day.

use std::num::NonZeroU32;

use futures::future::join_all;
use ppob_engine::{ConsumerLimits, CreateError, CreatePayment, RequestedApproval};
use ppob_payment::PaymentState;
use ppob_provider::RefusalTrust;
use ppob_types::{Family, Rupiah, UnknownCause};

use crate::support::*;

/// Token payment `number`, of a customer of its own.
fn numbered(number: u64, limits: &ConsumerLimits) -> CreatePayment {
    CreatePayment {
        customer_number: format!("9101{number:07}"),
        limits: limits.clone(),
        ..token(&format!("payment-{number:04}"))
    }
}

fn day_of(rupiah: i64) -> ConsumerLimits {
    ConsumerLimits { day_max: Some(Rupiah::new(rupiah)), ..ConsumerLimits::default() }
}

#[tokio::test(start_paused = true)]
async fn fifty_payments_at_once_do_not_pass_the_limit_of_a_day_by_one_rupiah() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let first = world.pay(token("payment-9999")).await;
    let total = first.payment.counted().get();
    let limits = day_of(total * 21 - 1);
    let answers = join_all((0..50).map(|n| world.create(numbered(n, &limits)))).await;
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert_eq!(answers.len() - refused.len(), 19, "{refused:?}");
    for error in refused {
        assert!(matches!(error, CreateError::AboveDayLimit { .. }), "{error}");
        assert!(!error.may_be_accepted());
    }
    for ticket in answers.into_iter().flatten() {
        let ended = ticket.settled(std::time::Duration::from_mins(5)).await;
        assert_eq!(ended.payment.state(), PaymentState::Succeeded);
    }
    assert_eq!(provider.charges(), 20, "nothing more was charged than the day allows");
}

#[tokio::test(start_paused = true)]
async fn a_known_id_is_answered_whatever_the_limits_say_now() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let nothing = ConsumerLimits {
        families: Some([Family::Bpjs].into()),
        payment_max: Some(Rupiah::new(1)),
        day_max: Some(Rupiah::new(1)),
        ..ConsumerLimits::default()
    };
    let again = CreatePayment { limits: nothing.clone(), ..token("payment-0001") };
    assert!(world.create(again).await.unwrap().existed());
    let refused = world.create(numbered(2, &nothing)).await.unwrap_err();
    assert_eq!(refused, CreateError::FamilyNotAllowed(Family::PlnPrepaid));
    let all = ConsumerLimits { families: None, ..nothing };
    let refused = world.create(numbered(2, &all)).await.unwrap_err();
    assert!(matches!(refused, CreateError::AbovePaymentLimit { .. }), "{refused}");
    assert_eq!(provider.charges(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_more_payments_are_worked_on_than_may_be_and_a_refusal_uses_up_no_id() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let one =
        ConsumerLimits { payments_in_flight: NonZeroU32::new(1), ..ConsumerLimits::default() };
    let first = world.create(numbered(1, &one)).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    let refused = world.create(numbered(2, &one)).await.unwrap_err();
    assert_eq!(refused, CreateError::TooManyInFlight { limit: 1 });
    assert!(world.create(numbered(1, &one)).await.unwrap().existed(), "a known id is answered");
    provider.gate.add_permits(1);
    let ended = first.settled(std::time::Duration::from_mins(5)).await;
    assert_eq!(ended.payment.state(), PaymentState::Succeeded);
    // The driver lets go of the payment right after it was told.
    let second = loop {
        match world.create(numbered(2, &one)).await {
            Err(CreateError::TooManyInFlight { .. }) => tokio::task::yield_now().await,
            answer => break answer.unwrap(),
        }
    };
    assert!(!second.existed());
}

#[tokio::test(start_paused = true)]
async fn what_is_in_doubt_is_set_aside_until_it_is_known() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Charged(ppob_types::PayAnswer::bare(ppob_types::PayOutcome::Unknown(
        UnknownCause::TimedOut,
    )))]);
    let world = World::of(&[&provider]).await;
    let limits = day_of(30_000);
    let first = world.pay(numbered(1, &limits)).await;
    assert_eq!(first.payment.state(), PaymentState::InDoubt);
    let refused = world.create(numbered(2, &limits)).await.unwrap_err();
    let counted = first.payment.counted();
    assert!(
        matches!(refused, CreateError::AboveDayLimit { counted: told, .. } if told == counted),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn payments_approved_at_any_price_do_not_make_a_day_forget_what_was_paid() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held, Pay::Held]);
    let world = World::of(&[&provider]).await;
    let unlimited = ConsumerLimits::default();
    let at_any_price = |number| CreatePayment {
        approval: RequestedApproval::Total(Rupiah::new(i64::MAX)),
        ..numbered(number, &unlimited)
    };
    let first = world.create(at_any_price(1)).await.unwrap();
    let second = world.create(at_any_price(2)).await.unwrap();
    provider.gate.add_permits(2);
    let mut paid = 0;
    for ticket in [first, second] {
        let ended = ticket.settled(std::time::Duration::from_mins(5)).await;
        assert_eq!(ended.payment.state(), PaymentState::Succeeded);
        paid += ended.payment.counted().get();
    }
    // The consumer gets a limit in the middle of its day.
    let refused = world.create(numbered(3, &day_of(paid))).await.unwrap_err();
    assert!(matches!(refused, CreateError::AboveDayLimit { .. }), "{refused}");
}
