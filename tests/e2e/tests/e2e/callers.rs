//! A caller that goes away changes nothing about its payment.

use std::time::Duration;

use ppob_api::v1::{Payment, PaymentState, WatchPaymentRequest};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token};
use ppob_e2e::wait::soon;
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_simulator::mmbc::{Fault, FaultKind, Stage, Verb};
use tokio_stream::StreamExt as _;
use tonic::Request;

use crate::KEPT;

/// Longer than the deadline below.
const ANSWER_AFTER: FaultKind = FaultKind::Delay { milliseconds: 1_500, stage: Stage::AfterDebit };
const DEADLINE: Duration = Duration::from_millis(700);

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_dropped_is_paid_and_recorded_all_the_same() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    world.provider.add_fault(Fault::new(ANSWER_AFTER).verb(Verb::Pay))?;
    let customer = fresh_customer();
    let call = engine.start_paying(token("caller-001", &customer)).await?;
    soon("the payment arrives", world.provider.wait_for_pay_requests(1)).await?;
    call.abort();
    assert!(call.await.is_err_and(|error| error.is_cancelled()));
    let payment = watched_to_the_end(&engine, "caller-001").await?;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:?}");
    assert_eq!(world.provider.ledger().charges_for(TOKEN_AT_PROVIDER, &customer).len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_deadline_passes_is_paid_and_recorded_all_the_same() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    world.provider.add_fault(Fault::new(ANSWER_AFTER).verb(Verb::Pay))?;
    let customer = fresh_customer();
    let mut call = Request::new(token("caller-002", &customer));
    call.set_timeout(DEADLINE);
    let answer = engine.client.payments.clone().create_payment(call).await;
    // The answer comes before the deadline, with the state as it is; or is lost on a slow machine.
    if let Ok(answer) = answer {
        let state = answer.into_inner().payment.map(|payment| payment.state());
        assert_eq!(state, Some(PaymentState::Processing));
    }
    let payment = watched_to_the_end(&engine, "caller-002").await?;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:?}");
    assert_eq!(world.provider.ledger().charges_for(TOKEN_AT_PROVIDER, &customer).len(), 1);
    Ok(())
}

/// The last payment that a watch shows.
async fn watched_to_the_end(engine: &Engine, payment_id: &str) -> Result<Payment> {
    let request = WatchPaymentRequest { payment_id: payment_id.to_owned() };
    let mut news = engine.client.payments.clone().watch_payment(request).await?.into_inner();
    let mut last = None;
    soon("the watch ends", async {
        while let Some(next) = news.next().await {
            last = next?.payment;
        }
        Ok::<_, Problem>(())
    })
    .await??;
    last.ok_or_else(|| Problem::new("the watch showed no payment"))
}
