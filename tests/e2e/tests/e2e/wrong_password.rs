//! A provider that does not accept our password: the engine runs, says so, and pays nothing.

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::{ListProvidersRequest, PaymentState, ProviderStatus};
use ppob_e2e::request::{fresh_customer, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Problem, Result, World};

async fn provider(engine: &Engine) -> Result<ProviderStatus> {
    let request = ListProvidersRequest::default();
    let answer = engine.operators().await?.list_providers(request).await?.into_inner();
    answer.providers.into_iter().next().ok_or_else(|| Problem::new("no provider is listed"))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_prices_nothing_is_accepted_and_the_operator_sees_why() -> Result<()> {
    let mut world = World::new().await?;
    for (_, password) in &mut world.environment {
        *password = "not-the-password".to_owned();
    }
    let engine = world.serve_without_prices().await?;
    let status = until("the operator sees that prices could not be read", async || {
        let status = provider(&engine).await.map_err(|problem| problem.to_string())?;
        if status.last_error.is_empty() { Err(format!("{status:?}")) } else { Ok(status) }
    })
    .await?;
    assert_eq!(status.price_time, None, "{status:?}");
    assert_eq!(status.available_offer_count, 0);
    assert!(!status.last_error.contains("not-the-password"));
    let refused = engine.refused(token("nobody-001", &fresh_customer())).await?;
    assert_eq!(reason_of(&refused).as_deref(), Some(reason::PRODUCT_UNKNOWN), "{refused:?}");
    assert!(!may_be_accepted(&refused));

    let shown = world.run(&["providers", "--operator-address", &engine.addresses.operator]).await?;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.stdout.contains("mmbc"), "{}", shown.stdout);
    let said = format!("{}{}{}", shown.stdout, shown.stderr, engine.process().stderr());
    assert!(!said.contains("not-the-password"), "{said}");
    assert!(world.provider.ledger().pay_requests.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn with_prices_of_yesterday_a_payment_does_not_pretend_to_be_paid() -> Result<()> {
    let mut world = World::new().await?;
    let engine = world.serve().await?;
    let earlier = engine.pay(token("earlier-01", &fresh_customer())).await?;
    engine.stop().await?;
    for (_, password) in &mut world.environment {
        *password = "not-the-password".to_owned();
    }
    let engine = world.serve_without_prices().await?;
    assert_eq!(engine.get("earlier-01").await?, earlier);
    match engine.create(without_waiting(token("refused-01", &fresh_customer()))).await {
        Ok(_) => {
            let payment = until("the payment stands still", async || {
                let payment = engine.get("refused-01").await.map_err(|s| s.to_string())?;
                let open = [PaymentState::Accepted, PaymentState::Processing];
                if open.contains(&payment.state()) {
                    Err(format!("{payment:?}"))
                } else {
                    Ok(payment)
                }
            })
            .await?;
            assert_ne!(payment.state(), PaymentState::Succeeded, "{payment:?}");
            assert_eq!(payment.receipt, None);
        }
        Err(status) => assert!(!may_be_accepted(&status), "{status:?}"),
    }
    assert_eq!(world.provider.ledger().charges.len(), 1, "only the earlier payment was charged");
    Ok(())
}
