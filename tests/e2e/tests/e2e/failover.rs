//! Another provider is asked where the first was provably not reached.

use ppob_api::v1::{AttemptState, PaymentState};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token};
use ppob_e2e::world::account_table;
use ppob_e2e::{Relay, Result, World, audit};

use crate::KEPT;

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_cannot_be_reached_any_more_leads_to_the_next_one_and_one_charge()
-> Result<()> {
    let mut world = World::with_accounts(&["alpha", "beta"]).await?.kept(KEPT).await?;
    let way = Relay::plain().await?;
    way.lead(&world.provider.address().to_string())?;
    let straight = world.provider.base_url();
    let by_the_way =
        straight.replace(&world.provider.address().to_string(), &way.address().to_string());
    world.config = world
        .config
        .replace("default = \"weighted\"", "default = \"priority\"")
        .replace(
            &account_table("alpha", "alpha", &straight),
            &account_table("alpha", "alpha", &by_the_way),
        )
        .replace("\nname = \"alpha\"\n", "\nname = \"alpha\"\npriority = 1\n")
        .replace("\nname = \"beta\"\n", "\nname = \"beta\"\npriority = 2\n");
    let engine = world.serve().await?;
    let direct = engine.pay(token("failover-1", &fresh_customer())).await?;
    let providers = |payment: &ppob_api::v1::Payment| -> Vec<(String, AttemptState)> {
        let of = |one: &ppob_api::v1::Attempt| (one.provider.clone(), one.state());
        payment.attempts.iter().map(of).collect()
    };
    assert_eq!(providers(&direct), [("alpha".to_owned(), AttemptState::Succeeded)]);

    drop(way);
    let customer = fresh_customer();
    let payment = engine.pay(token("failover-2", &customer)).await?;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:?}");
    assert_eq!(
        providers(&payment),
        [("alpha".to_owned(), AttemptState::NotSent), ("beta".to_owned(), AttemptState::Succeeded)]
    );
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 1);
    let found = audit::disagreements(&world.provider.ledger(), &engine.payments().await?);
    assert_eq!(found, Vec::<String>::new());
    Ok(())
}
