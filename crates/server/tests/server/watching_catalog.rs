//! Changes of prices and availability, as they come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::CatalogChangeKind as Kind;
use ppob_api::v1::{
    CatalogChange, Family, GetProductRequest, Product, WatchCatalogRequest, WatchCatalogResponse,
};
use ppob_engine::{EngineConfig, OfferMode, Reload};
use ppob_journal::Who;
use ppob_routing::{Mapping, MappingOverride};
use ppob_types::{Clock, ConsumerId, ProductCode, ProviderName};
use tonic::{Code, Streaming};

use crate::support::{BILL, TOKEN, World, setups};

fn all() -> WatchCatalogRequest {
    WatchCatalogRequest { include_current: true, ..Default::default() }
}

async fn watch(world: &World, request: WatchCatalogRequest) -> Streaming<WatchCatalogResponse> {
    world.client.catalog.clone().watch_catalog(request).await.unwrap().into_inner()
}

/// The next answer in which something changed.
async fn next(stream: &mut Streaming<WatchCatalogResponse>) -> Vec<CatalogChange> {
    loop {
        let answer = stream.message().await.unwrap().unwrap();
        if !answer.changes.is_empty() {
            return answer.changes;
        }
    }
}

fn told(changes: &[CatalogChange]) -> Vec<(Kind, &str)> {
    let code = |one: &'_ CatalogChange| one.product.as_ref().unwrap().product_code.clone();
    let known = |text: String| if text == TOKEN { TOKEN } else { BILL };
    changes.iter().map(|one| (one.kind(), known(code(one)))).collect()
}

async fn get(world: &World, code: &str) -> Product {
    let request = GetProductRequest { product_code: code.to_owned() };
    let answer = world.client.catalog.clone().get_product(request).await.unwrap();
    answer.into_inner().product.unwrap()
}

fn sari() -> Who {
    let operator = ConsumerId::new("local").unwrap();
    Who { operator, proven: false, actor: "sari".to_owned() }
}

async fn switch(world: &World, on: bool) {
    let (at, what) = (ProviderName::new("scripted-a").unwrap(), ProductCode::new(TOKEN).unwrap());
    let mode = if on { OfferMode::On } else { OfferMode::Off { until: None } };
    world.engine.set_offer_mode(&at, &what, mode, &sari(), "gangguan").await.unwrap();
}

/// The engine is told that tokens are not sold, or are again.
async fn sell(world: &World, tokens: bool) {
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let mut providers = setups(&world.provider, &clock);
    if !tokens {
        for setup in providers.values_mut() {
            let mut ignored = BTreeMap::new();
            ignored.insert("TOKEN".to_owned(), MappingOverride::Ignore);
            let bill = MappingOverride::Product {
                product: ProductCode::new(BILL).unwrap(),
                family: ppob_types::Family::PlnPostpaid,
                name: Some(format!("{BILL} (test)")),
            };
            ignored.insert("BILL".to_owned(), bill);
            setup.mapping = Mapping::new(ignored, |_| None);
        }
    }
    let config = EngineConfig::default();
    let (who, changes) = (sari(), "provider.scripted-a.mapping".to_owned());
    world.engine.reload(Reload { config, providers, who, changes }).await.unwrap();
}

#[tokio::test]
async fn a_watcher_is_told_what_get_product_says_from_the_beginning_on() {
    let world = World::new().await;
    let mut stream = watch(&world, all()).await;
    let first = next(&mut stream).await;
    assert_eq!(told(&first), [(Kind::Current, BILL), (Kind::Current, TOKEN)]);
    assert_eq!(first[1].product, Some(get(&world, TOKEN).await));

    switch(&world, false).await;
    let closed = next(&mut stream).await;
    assert_eq!(told(&closed), [(Kind::Closed, TOKEN)]);
    let product = closed[0].product.clone().unwrap();
    assert_eq!((product.available, product.unavailable_reason.as_str()), (false, "SWITCHED_OFF"));
    assert_eq!(product, get(&world, TOKEN).await);
    assert!(closed[0].change_time.is_some());

    switch(&world, true).await;
    assert_eq!(told(&next(&mut stream).await), [(Kind::Opened, TOKEN)]);

    world.provider.admin.store(3_000, Ordering::SeqCst);
    world
        .engine
        .refresh_catalogue(&ProviderName::new("scripted-a").unwrap(), &sari())
        .await
        .unwrap();
    let changed = next(&mut stream).await;
    assert_eq!(told(&changed), [(Kind::Changed, TOKEN)]);
    assert_eq!(changed[0].product, Some(get(&world, TOKEN).await));
    assert_eq!(changed[0].product.as_ref().unwrap().admin_rupiah, Some(3_000));

    sell(&world, false).await;
    let removed = next(&mut stream).await;
    assert_eq!(told(&removed), [(Kind::Removed, TOKEN)]);
    assert_eq!(removed[0].product, changed[0].product, "as it was known last");
    sell(&world, true).await;
    assert_eq!(told(&next(&mut stream).await), [(Kind::Added, TOKEN)]);
    drop(stream);
    world.end().await;
}

#[tokio::test]
async fn prices_that_are_read_again_and_are_the_same_are_no_news() {
    let world =
        World::with(None, |options| options.heartbeat_every = Duration::from_millis(20)).await;
    let mut stream = watch(&world, WatchCatalogRequest::default()).await;
    world.clock.put_forward(Duration::from_secs(1));
    world
        .engine
        .refresh_catalogue(&ProviderName::new("scripted-a").unwrap(), &sari())
        .await
        .unwrap();
    switch(&world, false).await;
    assert_eq!(told(&next(&mut stream).await), [(Kind::Closed, TOKEN)], "nothing before it");
    // Nothing happens: the stream lives all the same.
    let quiet = stream.message().await.unwrap().unwrap();
    assert_eq!(quiet.changes, []);
    assert!(quiet.catalog_version > 0);
    drop(stream);
    world.end().await;
}

#[tokio::test]
async fn only_what_is_asked_for_is_told() {
    let world = World::new().await;
    let water = WatchCatalogRequest { families: vec![Family::Water.into()], ..all() };
    let nothing = watch(&world, water).await.message().await.unwrap().unwrap();
    assert_eq!(nothing.changes, [], "the beginning is told, also if it is empty");
    let postpaid = WatchCatalogRequest { families: vec![Family::PlnPostpaid.into()], ..all() };
    assert_eq!(told(&next(&mut watch(&world, postpaid).await).await), [(Kind::Current, BILL)]);
    let codes = vec![TOKEN.to_owned(), "NOT-YET".to_owned()];
    let named = WatchCatalogRequest { product_codes: codes, ..all() };
    assert_eq!(told(&next(&mut watch(&world, named).await).await), [(Kind::Current, TOKEN)]);
    let wrong = WatchCatalogRequest { product_codes: vec!["no code".to_owned()], ..all() };
    let status = world.client.catalog.clone().watch_catalog(wrong).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID));
    assert!(status.message().contains("product_codes[0]"), "{}", status.message());
    world.end().await;
}

#[tokio::test]
async fn a_reader_that_falls_behind_gets_the_newest_state() {
    let world = World::new().await;
    let mut stream = watch(&world, all()).await;
    next(&mut stream).await;
    for round in 0..201 {
        switch(&world, round % 2 == 1).await;
    }
    let mut told = 0;
    loop {
        told += 1;
        let changes = next(&mut stream).await;
        let product = changes.last().unwrap().product.clone().unwrap();
        if !product.available && product == get(&world, TOKEN).await && told > 0 {
            break;
        }
    }
    assert!(told <= 201, "{told}");
    switch(&world, true).await;
    let mut last = next(&mut stream).await;
    while !last.last().unwrap().product.as_ref().unwrap().available {
        last = next(&mut stream).await;
    }
    drop(stream);
    world.end().await;
}

#[tokio::test]
async fn a_watch_ends_with_the_server_and_says_so() {
    let world = World::new().await;
    let mut stream = watch(&world, all()).await;
    next(&mut stream).await;
    let ending = tokio::spawn(world.end());
    let status = loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => unreachable!("it ended without a word"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(reason_of(&status).as_deref(), Some(reason::SHUTTING_DOWN));
    drop(stream);
    ending.await.unwrap();
}
