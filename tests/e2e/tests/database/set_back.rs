//! The database is set back to an older copy of itself, as a restored snapshot does it, and the send journal
//! is not.

use ppob_api::v1::{
    CreatePaymentRequest, ListProvidersRequest, PaymentState, ProviderMode, SetProviderModeRequest,
};
use ppob_e2e::kept::aside;
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token, without_waiting};
use ppob_e2e::wait::soon;
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_simulator::mmbc::{Fault, FaultKind, Stage, Verb};
use ppob_test_postgres::psql;

use crate::KEPT;

/// The exit code of an engine that ends by itself with payments that may be paid.
const OPEN: Option<i32> = Some(4);

/// Does this to the database from outside, one statement after the other. `$` stands for its name.
async fn outside(world: &World, statements: &'static [&'static str]) -> Result<()> {
    let database = world.database().ok_or_else(|| Problem::new("the journal is a file"))?;
    let (name, url) = (database.name().to_owned(), database.url());
    let server = url.replace(&name, "postgres");
    aside(move || {
        statements.iter().try_for_each(|one| psql(&server, &one.replace('$', &name)).map(drop))
    })
    .await
}

/// Only while nobody is in it.
async fn copy(world: &World) -> Result<()> {
    outside(world, &["CREATE DATABASE $_copy TEMPLATE $"]).await
}

/// Whoever is in it is thrown out, and finds the copy when he comes back.
async fn put_copy_back(world: &World) -> Result<()> {
    outside(world, &["DROP DATABASE $ WITH (FORCE)", "ALTER DATABASE $_copy RENAME TO $"]).await
}

/// Every provider is frozen after the database was set back; a person has compared its statement.
async fn release(engine: &Engine) -> Result<()> {
    let mut operators = engine.operators().await?;
    let listed = operators.list_providers(ListProvidersRequest::default()).await?.into_inner();
    for provider in &listed.providers {
        assert_eq!(provider.mode(), ProviderMode::Frozen, "{provider:?}");
    }
    let request = SetProviderModeRequest {
        provider: "mmbc".to_owned(),
        mode: ProviderMode::Active.into(),
        reason: "compared with the statement".to_owned(),
        actor: "sari".to_owned(),
    };
    operators.set_provider_mode(request).await?;
    engine.wait_for_prices().await
}

/// What was sent after the copy was made is in doubt again, and asking for it again sends nothing.
async fn in_doubt_again(
    world: &World,
    engine: &Engine,
    requests: &[CreatePaymentRequest],
) -> Result<()> {
    for request in requests {
        let again = engine.create(without_waiting(request.clone())).await?;
        assert!(again.existed, "{again:?}");
        let again = again.payment.unwrap_or_default();
        assert_eq!(again.state(), PaymentState::InDoubt, "{again:?}");
        assert_eq!(again.attempts.len(), 1);
        let customer = &request.customer_number;
        assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, customer), 1);
    }
    let lost = engine.metrics().await?.sum("ppob_journal_lost_sends_total");
    assert_eq!(lost, Some(requests.len().try_into()?));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_after_the_copy_is_in_doubt_after_the_next_start_and_is_not_paid_again()
-> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let before = engine.pay(token("before-001", &fresh_customer())).await?;
    assert_eq!(engine.stop().await?.code, Some(0));
    copy(&world).await?;

    let engine = world.serve().await?;
    let answered = token("after-0001", &fresh_customer());
    assert_eq!(engine.pay(answered.clone()).await?.state(), PaymentState::Succeeded);
    let stall = FaultKind::Stall { stage: Stage::AfterDebit, milliseconds: None };
    world.provider.add_fault(Fault::new(stall).verb(Verb::Pay))?;
    let unanswered = token("after-0002", &fresh_customer());
    let call = engine.start_paying(unanswered.clone()).await?;
    soon("all are charged", world.provider.wait_for_charges(3)).await?;
    engine.kill().await?;
    assert!(call.await?.is_err());
    world.provider.clear_faults();
    put_copy_back(&world).await?;

    let engine = world.serve_without_prices().await?;
    assert_eq!(engine.get("before-001").await?, before);
    release(&engine).await?;
    in_doubt_again(&world, &engine, &[answered, unanswered]).await?;
    assert_eq!(world.provider.ledger().charges.len(), 3, "nothing was paid again");
    let paid = engine.pay(token("released-01", &fresh_customer())).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded);
    assert_eq!(engine.stop().await?.code, Some(0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_engine_whose_database_is_set_back_sends_nothing_more_and_ends_by_itself()
-> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    engine.pay(token("before-001", &fresh_customer())).await?;
    assert_eq!(engine.stop().await?.code, Some(0));
    copy(&world).await?;

    let engine = world.serve().await?;
    let forgotten = token("after-0001", &fresh_customer());
    assert_eq!(engine.pay(forgotten.clone()).await?.state(), PaymentState::Succeeded);
    put_copy_back(&world).await?;
    // A caller who does not give up, with a payment that the database has never heard of, and with one that it
    // has forgotten.
    let tried = token("tried-0001", &fresh_customer());
    let client = engine.connection().await?;
    let caller = tokio::spawn({
        let requests = [tried.clone(), forgotten.clone()].map(without_waiting);
        async move {
            for request in requests.iter().cycle() {
                let _refused = client.payments.clone().create_payment(request.clone()).await;
            }
        }
    });
    let ended = engine.ended().await?;
    caller.abort();
    assert_eq!(ended.code, OPEN, "{ended:?}");
    for words in ["ended by itself", "nothing is paid twice", "start the engine again"] {
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
    }
    let sent = |request: &CreatePaymentRequest| {
        world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &request.customer_number)
    };
    assert_eq!((sent(&tried), sent(&forgotten)), (0, 1), "nothing was sent any more");

    let engine = world.serve_without_prices().await?;
    release(&engine).await?;
    in_doubt_again(&world, &engine, &[forgotten]).await?;
    assert_eq!(engine.pay(tried.clone()).await?.state(), PaymentState::Succeeded);
    assert_eq!(world.provider.ledger().charges.len(), 3, "each was paid once");
    Ok(())
}
