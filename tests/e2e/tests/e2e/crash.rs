//! `kill -9` of the engine while payments are on their way. The provider outlives it.

use std::collections::BTreeMap;

use ppob_api::error::{may_be_accepted, metadata_of, reason, reason_of};
use ppob_api::v1::{AttemptState, Payment, PaymentState};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token, without_waiting};
use ppob_e2e::wait::soon;
use ppob_e2e::{Result, World, audit};
use ppob_simulator::mmbc::{Fault, FaultKind, Stage, Verb};

use crate::KEPT;

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_charged_before_a_crash_is_in_doubt_after_it_and_is_not_sent_again() -> Result<()>
{
    crash_between_intent_and_answer(Stage::AfterDebit, 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_read_but_not_charged_before_a_crash_is_in_doubt_too() -> Result<()> {
    crash_between_intent_and_answer(Stage::BeforeDebit, 0).await
}

/// The provider has read the payment, and charged it or not; no answer has left it.
async fn crash_between_intent_and_answer(stage: Stage, charges: usize) -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let stall = FaultKind::Stall { stage, milliseconds: None };
    world.provider.add_fault(Fault::new(stall).verb(Verb::Pay))?;
    let customer = fresh_customer();
    let request = token("crash-0001", &customer);
    let call = engine.start_paying(request.clone()).await?;
    soon("the payment arrives", world.provider.wait_for_pay_requests(1)).await?;
    soon("it is charged", world.provider.wait_for_charges(charges.try_into()?)).await?;
    engine.kill().await?;
    let answer = call.await?;
    assert!(answer.as_ref().is_err_and(may_be_accepted), "{answer:?}");
    world.provider.clear_faults();

    let engine = world.serve().await?;
    let payment = engine.get("crash-0001").await?;
    assert_eq!(payment.state(), PaymentState::InDoubt, "{payment:?}");
    assert_eq!(payment.doubt.as_ref().map(|doubt| doubt.reason.as_str()), Some("CRASHED"));
    assert_eq!(payment.failure, None);
    let states: Vec<AttemptState> =
        payment.attempts.iter().map(ppob_api::v1::Attempt::state).collect();
    assert_eq!(states, [AttemptState::Unknown]);

    let again = engine.create(without_waiting(request)).await?;
    assert!(again.existed);
    let again = again.payment.ok_or(std::fmt::Error)?;
    assert_eq!(again.state(), PaymentState::InDoubt);
    assert_eq!(again.attempts.len(), 1);

    // The money may be spent, so nobody gets around the guard with another id.
    let other = engine.refused(token("crash-0002", &customer)).await?;
    assert_eq!(reason_of(&other).as_deref(), Some(reason::PAYMENT_OPEN), "{other:?}");
    assert!(!may_be_accepted(&other));
    assert_eq!(metadata_of(&other).get("payment_id").map(String::as_str), Some("crash-0001"));

    assert_eq!(world.provider.ledger().charges.len(), charges);
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_in_full_flight_every_charge_has_a_payment_and_no_customer_two() -> Result<()>
{
    const PAYMENTS: usize = 120;
    /// So many are charged and never answered, whenever the crash comes.
    const UNANSWERED: u32 = 5;
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let slow = FaultKind::Delay { milliseconds: 40, stage: Stage::AfterDebit };
    world.provider.add_fault(Fault::new(slow).verb(Verb::Pay))?;
    let stall = FaultKind::Stall { stage: Stage::AfterDebit, milliseconds: None };
    world.provider.add_fault(Fault::new(stall).verb(Verb::Pay).times(UNANSWERED))?;
    let mut requests = BTreeMap::new();
    let mut calls = Vec::new();
    for number in 0..PAYMENTS {
        let request = token(&format!("flight-{number:04}"), &fresh_customer());
        calls.push(engine.start_paying(request.clone()).await?);
        requests.insert(request.payment_id.clone(), request);
    }
    soon("a part is charged", world.provider.wait_for_charges(20)).await?;
    engine.kill().await?;
    let mut told = BTreeMap::new();
    for call in calls {
        if let Ok(answer) = call.await? {
            let payment = answer.payment.ok_or(std::fmt::Error)?;
            told.insert(payment.payment_id.clone(), payment);
        }
    }

    let engine = world.serve().await?;
    let payments = engine.payments().await?;
    let recorded: BTreeMap<&str, _> =
        payments.iter().map(|payment| (payment.payment_id.as_str(), payment)).collect();
    // Whatever was told before the crash still is so.
    for (id, before) in &told {
        let after = recorded.get(id.as_str());
        assert_eq!(after.map(|after| after.state()), Some(before.state()), "{id}");
    }
    // Whatever was charged is recorded as paid or as in doubt, and for one customer only once.
    let ledger = world.provider.ledger();
    for charge in &ledger.charges {
        let customer = charge.customer_number.as_str();
        assert_eq!(ledger.charges_for(&charge.product, customer).len(), 1, "{charge:?}");
        let payment = payments.iter().find(|payment| payment.customer_number == customer);
        let state = payment.map(Payment::state);
        let known = matches!(state, Some(PaymentState::Succeeded | PaymentState::InDoubt));
        assert!(known, "{charge:?} is {state:?}");
    }

    let is_in_doubt = |payment: &&Payment| payment.state() == PaymentState::InDoubt;
    assert!(payments.iter().filter(is_in_doubt).count() >= UNANSWERED.try_into()?);

    // All callers ask again with their ids: what was never accepted is paid now, nothing is twice.
    for (id, request) in requests {
        let payment = engine.pay(without_waiting(request)).await?;
        assert_eq!(payment.payment_id, id);
    }
    for payment in &payments {
        let at_provider =
            world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &payment.customer_number);
        assert!(at_provider <= 1, "{} was sent {at_provider} times", payment.payment_id);
    }
    for id in engine.payments().await?.into_iter().map(|payment| payment.payment_id) {
        ended_or_in_doubt(&engine, &id).await?;
    }
    let payments = engine.payments().await?;
    assert_eq!(payments.len(), PAYMENTS);
    let in_doubt: Vec<&str> = payments
        .iter()
        .filter(|payment| payment.state() == PaymentState::InDoubt)
        .map(|payment| payment.customer_number.as_str())
        .collect();
    let mut certain = world.provider.ledger();
    certain.charges.retain(|charge| !in_doubt.contains(&charge.customer_number.as_str()));
    let settled: Vec<_> = payments
        .iter()
        .filter(|payment| payment.state() != PaymentState::InDoubt)
        .cloned()
        .collect();
    assert_eq!(audit::disagreements(&certain, &settled), Vec::<String>::new());
    Ok(())
}

async fn ended_or_in_doubt(engine: &ppob_e2e::Engine, id: &str) -> Result<()> {
    ppob_e2e::wait::until(&format!("payment {id} stands still"), async || {
        let payment = engine.get(id).await.map_err(|status| status.to_string())?;
        let state = payment.state();
        let still = ppob_api::is_final(&payment) || state == PaymentState::InDoubt;
        if still { Ok(()) } else { Err(state.as_str_name().to_owned()) }
    })
    .await
}
