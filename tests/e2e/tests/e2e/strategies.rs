//! Strategies, weights and priorities as the configuration says them.

use ppob_api::v1::{ExplainRouteRequest, Payment, PaymentState, RouteOffer};
use ppob_e2e::request::{TOKEN, fresh_customer, token};
use ppob_e2e::{Engine, Problem, Result, World};

const BEFORE: &str = "[routing]\ndefault = \"weighted\"\n";

/// Two accounts that cost the same: `alpha` has the priority, `beta` the weight.
async fn world() -> Result<World> {
    let mut world = World::with_accounts(&["alpha", "beta"]).await?;
    let routing = format!(
        "{BEFORE}[routing.families]\npln-postpaid = \"priority\"\n\
         [routing.products]\n{TOKEN} = \"best-success\"\n"
    );
    world.config = world
        .config
        .replace(BEFORE, &routing)
        .replace("\nname = \"alpha\"\n", "\nname = \"alpha\"\npriority = 1\nweight = 0\n")
        .replace("\nname = \"beta\"\n", "\nname = \"beta\"\npriority = 2\nweight = 3\n");
    Ok(world)
}

/// The strategy, and the offers in their order.
async fn explained(engine: &Engine, product: &str) -> Result<(String, Vec<RouteOffer>)> {
    let request =
        ExplainRouteRequest { product_code: product.to_owned(), amount_rupiah: None, repeat: 0 };
    let answer = engine.client.catalog.clone().explain_route(request).await?.into_inner();
    Ok((answer.strategy, answer.offers))
}

fn first(offers: &[RouteOffer]) -> Result<&RouteOffer> {
    offers.first().ok_or_else(|| Problem::new("no offer at all"))
}

fn providers(payment: &Payment) -> Vec<&str> {
    payment.attempts.iter().map(|attempt| attempt.provider.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_product_is_asked_for_by_the_strategy_that_the_configuration_names_for_it()
-> Result<()> {
    let world = world().await?;
    let engine = world.serve().await?;
    for (product, strategy, provider, says) in [
        (TOKEN, "best-success", "alpha", "(strategy best-success)"),
        ("PLN-POSTPAID", "priority", "alpha", "(strategy priority)"),
        ("PLN-PREPAID-50000", "weighted", "beta", "in 100 of 100 payments"),
    ] {
        let (told, offers) = explained(&engine, product).await?;
        assert_eq!(told, strategy, "{product}");
        let chosen = first(&offers)?;
        assert_eq!(chosen.provider, provider, "{product}: {offers:?}");
        assert!(chosen.explanation.contains(says), "{product}: {}", chosen.explanation);
    }
    for number in 0..5 {
        let mut request = token(&format!("weighted-{number}"), &fresh_customer());
        "PLN-PREPAID-50000".clone_into(&mut request.product_code);
        assert_eq!(providers(&engine.pay(request).await?), ["beta"]);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn best_success_leaves_the_account_whose_answer_was_lost() -> Result<()> {
    let world = world().await?;
    let engine = world.serve().await?;
    let paid = engine.pay(token("success-01", &fresh_customer())).await?;
    assert_eq!(providers(&paid), ["alpha"]);
    // Its answer is lost, and nothing is known of it.
    let lost = engine.pay(token("success-02", "530000000202")).await?;
    assert_eq!((lost.state(), providers(&lost)), (PaymentState::InDoubt, vec!["alpha"]));
    let next = engine.pay(token("success-03", &fresh_customer())).await?;
    assert_eq!(providers(&next), ["beta"]);
    let (_, offers) = explained(&engine, TOKEN).await?;
    let why = offers.get(1).map(|offer| offer.explanation.as_str()).unwrap_or_default();
    assert!(why.contains("of 100 of its payments went well lately, at beta 100"), "{offers:?}");
    Ok(())
}
