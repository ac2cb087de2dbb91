//! One `payment_id` is one payment, however often and by whomever it is asked for.

use ppob_api::error::{may_be_accepted, metadata_of, reason, reason_of};
use ppob_api::v1::{CreatePaymentRequest, PaymentState};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token, without_waiting};
use ppob_e2e::wait::soon;
use ppob_e2e::{Result, World, audit};
use ppob_simulator::mmbc::{Fault, FaultKind, Stage, Verb};
use tonic::Code;

use crate::KEPT;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_calls_with_one_id_pay_once_and_get_one_answer() -> Result<()> {
    const CALLS: usize = 200;
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    // Slow enough that most of the calls come while the first one is on its way.
    let slow = FaultKind::Delay { milliseconds: 300, stage: Stage::AfterDebit };
    world.provider.add_fault(Fault::new(slow).verb(Verb::Pay))?;
    let customer = fresh_customer();
    let connections =
        [engine.connection().await?, engine.connection().await?, engine.connection().await?];
    let calls: Vec<_> = connections
        .iter()
        .cycle()
        .take(CALLS)
        .map(|client| {
            let (client, request) = (client.clone(), token("once-00001", &customer));
            tokio::spawn(async move { client.payments.clone().create_payment(request).await })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await??.into_inner());
    }
    let first = answers.iter().filter(|answer| !answer.existed).count();
    assert_eq!(first, 1, "one call made it, the others found it");
    let payment = answers.first().and_then(|answer| answer.payment.clone());
    assert_eq!(
        payment.as_ref().map(ppob_api::v1::Payment::state),
        Some(PaymentState::Succeeded),
        "{payment:?}"
    );
    for answer in &answers {
        assert_eq!(answer.payment, payment);
    }
    assert_eq!(world.provider.ledger().charges.len(), 1);
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 1);
    assert_eq!(
        audit::disagreements(&world.provider.ledger(), &engine.payments().await?),
        Vec::<String>::new()
    );
    let metrics = engine.metrics().await?;
    assert_eq!(metrics.sum_with("ppob_duplicate_requests_total", "result=\"same\""), Some(199));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_with_another_request_is_refused_and_does_nothing() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let request = token("once-00002", &fresh_customer());
    let first = engine.pay(request.clone()).await?;
    assert_eq!(first.state(), PaymentState::Succeeded);
    let others = [
        CreatePaymentRequest { customer_number: fresh_customer(), ..request.clone() },
        CreatePaymentRequest { product_code: "PLN-PREPAID-50000".to_owned(), ..request.clone() },
        CreatePaymentRequest { repeat: 1, ..request.clone() },
    ];
    for other in others {
        let status = engine.refused(other).await?;
        assert_eq!(status.code(), Code::AlreadyExists, "{status:?}");
        assert_eq!(reason_of(&status).as_deref(), Some(reason::PAYMENT_ID_REUSED));
        assert_eq!(metadata_of(&status).get("accepted").map(String::as_str), Some("no"));
    }
    assert_eq!(engine.get("once-00002").await?, first);
    assert_eq!(world.provider.ledger().charges.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_ids_for_one_customer_do_not_pay_at_the_same_time() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let stall = FaultKind::Stall { stage: Stage::BeforeDebit, milliseconds: None };
    world.provider.add_fault(Fault::new(stall).verb(Verb::Pay))?;
    let customer = fresh_customer();
    let first = engine.pay(without_waiting(token("guard-0001", &customer))).await?;
    assert!(matches!(first.state(), PaymentState::Accepted | PaymentState::Processing));
    soon("the payment arrives", world.provider.wait_for_pay_requests(1)).await?;
    // Another spelling of the same number is the same customer.
    let (head, tail) = customer.split_at(4);
    let spelt = format!("{head}-{tail}");
    for customer in [customer.clone(), spelt] {
        let status = engine.refused(token("guard-0002", &customer)).await?;
        assert_eq!(reason_of(&status).as_deref(), Some(reason::PAYMENT_OPEN), "{status:?}");
        assert!(!may_be_accepted(&status));
    }
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equal_payment_after_a_success_has_to_be_meant() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let customer = fresh_customer();
    engine.pay(token("repeat-001", &customer)).await?;
    let status = engine.refused(token("repeat-002", &customer)).await?;
    assert_eq!(reason_of(&status).as_deref(), Some(reason::REPEAT_NEEDED), "{status:?}");
    assert_eq!(metadata_of(&status).get("next_repeat").map(String::as_str), Some("1"));
    let meant = CreatePaymentRequest { repeat: 1, ..token("repeat-002", &customer) };
    assert_eq!(engine.pay(meant).await?.state(), PaymentState::Succeeded);
    assert_eq!(world.provider.ledger().charges_for(TOKEN_AT_PROVIDER, &customer).len(), 2);
    Ok(())
}
