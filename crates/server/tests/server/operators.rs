//! What operators see and do.

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{
    ListProvidersRequest, ListUnlistedRepliesRequest, ListUnmappedProductsRequest, OfferMode,
    ProviderMode, RefreshCatalogRequest, RefusalTrust, SetOfferModeRequest, SetProviderModeRequest,
};

use crate::support::{TOKEN, World, meter, token_for};

#[tokio::test]
async fn providers_are_listed_and_switched() {
    let mut world = World::new().await;
    world.doubt(1).await;
    let all = ListProvidersRequest::default();
    let listed = world.operator.list_providers(all).await.unwrap().into_inner().providers;
    assert_eq!(listed[0].provider, "scripted-a");
    assert_eq!((listed[0].offer_count, listed[0].unmapped_count), (2, 1));
    assert_eq!(listed[0].in_doubt, 1);
    assert!(listed[0].plaintext && !listed[0].exclusive_account);
    assert_eq!(listed[0].mode_actor, "engine");
    assert_eq!(listed[0].refusal_trust(), RefusalTrust::Authenticated);
    let paying = &listed[0].operations[0];
    assert_eq!((paying.unknown_count, paying.success_permille), (1, None));
    let off = SetProviderModeRequest {
        provider: "scripted-a".to_owned(),
        mode: ProviderMode::Off.into(),
        reason: "maintenance".to_owned(),
        actor: "sari".to_owned(),
    };
    let nobody = SetProviderModeRequest { actor: String::new(), ..off.clone() };
    let status = world.operator.set_provider_mode(nobody).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID));
    let answer = world.operator.set_provider_mode(off).await.unwrap().into_inner();
    let provider = answer.provider.unwrap();
    assert_eq!(provider.mode(), ProviderMode::Off);
    assert_eq!(
        (provider.mode_reason.as_str(), provider.mode_actor.as_str()),
        ("maintenance", "sari")
    );
    assert!(provider.mode_time.is_some());
    let unknown = ListProvidersRequest { provider: "nobody".to_owned() };
    let status = world.operator.list_providers(unknown).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PROVIDER_UNKNOWN));
    world.end().await;
}

#[tokio::test]
async fn an_offer_switched_off_is_not_bought() {
    let mut world = World::new().await;
    let off = SetOfferModeRequest {
        provider: "scripted-a".to_owned(),
        product_code: TOKEN.to_owned(),
        mode: OfferMode::Off.into(),
        reason: "gangguan".to_owned(),
        actor: "sari".to_owned(),
        until_time: None,
    };
    let past = prost_types::Timestamp { seconds: 1, nanos: 0 };
    let over = SetOfferModeRequest { until_time: Some(past), ..off.clone() };
    let status = world.operator.set_offer_mode(over).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID));
    let later = prost_types::Timestamp { seconds: 1_900_000_000, nanos: 0 };
    let off = SetOfferModeRequest { until_time: Some(later), ..off };
    world.operator.set_offer_mode(off.clone()).await.unwrap();
    let all = ListProvidersRequest::default();
    let listed = world.operator.list_providers(all).await.unwrap().into_inner().providers;
    let switch = &listed[0].offer_switches[0];
    assert_eq!((switch.product_code.as_str(), switch.until_time), (TOKEN, Some(later)));
    let payment = world.pay(token_for("payment-0001", &meter(1))).await;
    assert_eq!(payment.failure.unwrap().reason, "NO_ROUTE");
    let on = SetOfferModeRequest { mode: OfferMode::On.into(), until_time: None, ..off };
    world.operator.set_offer_mode(on).await.unwrap();
    world.pay(token_for("payment-0002", &meter(2))).await;
    assert_eq!(world.provider.charges.lock().unwrap().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn price_lists_are_read_and_strange_rows_shown() {
    let mut world = World::new().await;
    let refresh = RefreshCatalogRequest { provider: String::new(), actor: "sari".to_owned() };
    let answer = world.operator.refresh_catalog(refresh).await.unwrap().into_inner();
    assert_eq!(answer.results[0].product_count, 2);
    assert!(answer.results[0].error.is_empty() && answer.results[0].price_time.is_some());
    let list = ListUnmappedProductsRequest::default();
    let listed = world.operator.list_unmapped_products(list).await.unwrap().into_inner();
    assert_eq!(listed.products[0].provider_product_code, "PDAM SOMEWHERE/X");
    assert_eq!(listed.products[0].price_text, "bill + Rp 900");
    assert!(listed.products[0].first_seen_time.is_some());
    let list = ListUnlistedRepliesRequest::default();
    let listed = world.operator.list_unlisted_replies(list).await.unwrap().into_inner();
    assert!(listed.replies.is_empty());
    world.end().await;
}
