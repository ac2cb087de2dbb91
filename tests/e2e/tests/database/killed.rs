//! The server of the database dies while payments are on their way, and comes back.

use std::sync::{Arc, Mutex, PoisonError};

use ppob_api::v1::{CreatePaymentRequest, PaymentState};
use ppob_e2e::kept::aside;
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token, without_waiting};
use ppob_e2e::wait::{soon, until};
use ppob_e2e::{Engine, Result, World, audit};
use ppob_simulator::mmbc::{Fault, FaultKind, Stage, Verb};
use ppob_test_postgres::Cluster;

const PAYMENTS: usize = 120;

/// Asks again with the same id until it is taken, as callers do.
async fn ask_again(engine: &Engine, request: &CreatePaymentRequest) -> Result<()> {
    until(&format!("{} is taken", request.payment_id), async || {
        let answer = engine.create(without_waiting(request.clone())).await;
        answer.map(drop).map_err(|status| status.to_string())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_under_load_and_comes_back_loses_nothing_and_nothing_is_paid_twice()
-> Result<()> {
    let cluster = Arc::new(Mutex::new(aside(Cluster::start).await?));
    let lock = |cluster: &Mutex<Cluster>| -> String {
        cluster.lock().unwrap_or_else(PoisonError::into_inner).url()
    };
    let mut world = World::new().await?;
    world.keep_in(&lock(&cluster));
    let engine = world.serve().await?;
    let slow = FaultKind::Delay { milliseconds: 40, stage: Stage::AfterDebit };
    world.provider.add_fault(Fault::new(slow).verb(Verb::Pay))?;
    let requests: Vec<_> = (0..PAYMENTS)
        .map(|number| token(&format!("flight-{number:04}"), &fresh_customer()))
        .collect();
    let mut calls = Vec::new();
    for request in &requests {
        calls.push(engine.start_paying(request.clone()).await?);
    }
    soon("a part is charged", world.provider.wait_for_charges(20)).await?;
    let server = Arc::clone(&cluster);
    aside(move || {
        let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
        server.kill()?;
        server.restart()
    })
    .await?;

    // Whatever was told stays so; whoever was told nothing asks again.
    let mut told = Vec::new();
    for call in calls {
        if let Ok(answer) = call.await? {
            told.extend(answer.payment);
        }
    }
    for request in &requests {
        ask_again(&engine, request).await?;
    }
    for request in &requests {
        engine.wait_for(&request.payment_id, PaymentState::Succeeded).await?;
    }
    for before in told.iter().filter(|payment| payment.state() == PaymentState::Succeeded) {
        assert_eq!(&engine.get(&before.payment_id).await?, before);
    }
    let payments = engine.payments().await?;
    assert_eq!(payments.len(), PAYMENTS);
    let ledger = world.provider.ledger();
    assert_eq!(audit::disagreements(&ledger, &payments), Vec::<String>::new());
    for request in &requests {
        let sent = world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &request.customer_number);
        assert_eq!(sent, 1, "{} was sent {sent} times", request.payment_id);
    }

    // Nothing of it hangs on the process that lived through it.
    engine.kill().await?;
    let engine = world.serve().await?;
    let after = engine.payments().await?;
    assert_eq!(audit::disagreements(&ledger, &after), Vec::<String>::new());
    Ok(())
}
