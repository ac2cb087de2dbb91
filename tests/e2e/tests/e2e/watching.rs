//! What changes while somebody looks: prices and availability, and who may call.

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{
    GetProductRequest, OfferMode, PaymentState, ReloadConfigRequest, SetOfferModeRequest,
};
use ppob_e2e::request::{TOKEN, fresh_customer, token};
use ppob_e2e::wait::until;
use ppob_e2e::{Problem, Result, World};

#[tokio::test(flavor = "multi_thread")]
async fn products_are_watched_from_the_shell() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let address = engine.addresses.api.clone();
    let watch = world.start(&["products", "--watch", "--address", &address])?;
    let told = async |kind: &str, words: &str| {
        until(&format!("{kind} is told"), async || {
            let said = watch.stdout();
            let line = said.lines().find(|line| line.contains(kind) && line.contains(TOKEN));
            line.filter(|line| line.contains(words)).map(drop).ok_or(said.clone())
        })
        .await
    };
    told("CURRENT", "  available").await?;
    let off = SetOfferModeRequest {
        provider: "mmbc".to_owned(),
        product_code: TOKEN.to_owned(),
        mode: OfferMode::Off.into(),
        reason: "gangguan".to_owned(),
        actor: "sari".to_owned(),
        until_time: None,
    };
    let mut operators = engine.operators().await?;
    operators.set_offer_mode(off.clone()).await?;
    told("CLOSED", "not available: SWITCHED_OFF").await?;
    operators.set_offer_mode(SetOfferModeRequest { mode: OfferMode::On.into(), ..off }).await?;
    told("OPENED", "  available").await?;
    engine.stop().await?;
    let ended = watch.ended().await?;
    assert!(ended.stderr.contains("going down"), "{ended:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_consumer_is_added_without_a_restart_and_nobody_else_may_call_then() -> Result<()>
{
    let mut world = World::new().await?;
    let engine = world.serve().await?;
    engine.pay(token("before-001", &fresh_customer())).await?;
    let made = world.run(&["key", "new", "shop"]).await?.stdout;
    let key = made.lines().map(str::trim).find(|line| line.starts_with("ppob_"));
    let key = key.ok_or_else(|| Problem::new(format!("no key in {made}")))?.to_owned();
    let table = made.split_once("[[consumer]]").map(|(_, table)| table);
    let table = table.ok_or_else(|| Problem::new(format!("no table in {made}")))?;
    world.config.push_str("\n[[consumer]]");
    world.config.push_str(table);
    world.write_config()?;
    let request = ReloadConfigRequest { actor: "sari".to_owned(), validate_only: false };
    let answer = engine.operators().await?.reload_config(request).await?.into_inner();
    assert!(answer.changed_keys.iter().any(|key| key == "consumer.shop.keys"), "{answer:?}");
    assert_eq!(answer.restart_keys, Vec::<String>::new());
    assert!(!format!("{answer:?}").contains(&key));

    let request = GetProductRequest { product_code: TOKEN.to_owned() };
    let nobody = engine
        .client
        .catalog
        .clone()
        .get_product(request)
        .await
        .map_err(|status| reason_of(&status));
    assert_eq!(nobody.map(drop), Err(Some(reason::CREDENTIALS_MISSING.to_owned())));
    let address = engine.addresses.api.clone();
    let customer = fresh_customer();
    let pay = ["pay", TOKEN, &customer, "--address", &address, "--api-key", &key, "--json"];
    let paid = world.run(&pay).await?;
    assert_eq!(paid.code, Some(0), "{paid:?}");
    assert!(paid.stdout.contains(PaymentState::Succeeded.as_str_name()), "{paid:?}");
    Ok(())
}
