//! SIGTERM: what is on its way ends, nothing new begins, and the process goes by itself.

use ppob_api::error::may_be_accepted;
use ppob_api::v1::PaymentState;
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token};
use ppob_e2e::wait::{soon, until};
use ppob_e2e::{Result, World};
use ppob_simulator::mmbc::{Fault, FaultKind, Stage, Verb};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::KEPT;

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_on_its_way_ends_before_the_process_does() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let slow = FaultKind::Delay { milliseconds: 2_000, stage: Stage::AfterDebit };
    world.provider.add_fault(Fault::new(slow).verb(Verb::Pay))?;
    let customer = fresh_customer();
    let call = engine.start_paying(token("drain-0001", &customer)).await?;
    soon("the payment arrives", world.provider.wait_for_pay_requests(1)).await?;
    let mut health = HealthClient::new(engine.channel().await?);
    let client = engine.connection().await?;
    engine.process().terminate().await?;

    // Whoever asks meanwhile is told so, on an open connection or by a closed one.
    until("the engine says that it does not serve", async || {
        match health.check(HealthCheckRequest::default()).await {
            Ok(answer) if answer.get_ref().status() == ServingStatus::Serving => {
                Err("SERVING".to_owned())
            }
            Ok(_) | Err(_) => Ok(()),
        }
    })
    .await?;
    let late = client.payments.clone().create_payment(token("drain-0002", &fresh_customer())).await;
    assert!(late.is_err(), "a payment was taken in while the engine was going: {late:?}");

    let ended = engine.ended().await?;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let answer = call.await?;
    // It waited for the payment's end, or was told how it stood.
    if let Err(status) = &answer {
        assert!(may_be_accepted(status), "{status:?}");
    }
    assert_eq!(world.provider.ledger().charges_for(TOKEN_AT_PROVIDER, &customer).len(), 1);

    let engine = world.serve().await?;
    let payment = engine.get("drain-0001").await?;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:?}");
    assert_eq!(payment.attempts.len(), 1);
    assert_eq!(engine.payments().await?.len(), 1);
    Ok(())
}
