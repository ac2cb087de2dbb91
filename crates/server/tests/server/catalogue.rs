//! What can be bought, and why from whom.

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{ExplainRouteRequest, Family, GetProductRequest, ListProductsRequest};

use crate::support::{BILL, TOKEN, World};

#[tokio::test]
async fn products_come_in_order_and_by_page() {
    let world = World::new().await;
    let mut catalog = world.client.catalog.clone();
    let mut request = ListProductsRequest { page_size: 1, ..Default::default() };
    let first = catalog.list_products(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.products[0].product_code, BILL);
    assert!(first.catalog_version > 0);
    request.page_token = first.next_page_token;
    let second = catalog.list_products(request.clone()).await.unwrap().into_inner();
    assert_eq!(second.products[0].product_code, TOKEN);
    assert!(second.next_page_token.is_empty());
    request.families = vec![Family::Water.into()];
    let status = catalog.list_products(request).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PAGE_TOKEN_INVALID));
    world.end().await;
}

#[tokio::test]
async fn a_product_tells_its_price_and_what_it_needs() {
    let world = World::new().await;
    let mut catalog = world.client.catalog.clone();
    let get = GetProductRequest { product_code: TOKEN.to_owned() };
    let product = catalog.get_product(get).await.unwrap().into_inner().product.unwrap();
    assert!(product.available && product.has_token && !product.has_bill);
    assert_eq!(product.lowest_total_rupiah, Some(22_500));
    assert_eq!(product.admin_rupiah, Some(2_500));
    assert_eq!(product.name, "PLN-PREPAID-20000 (test)");
    assert!(product.customer_number_hint.contains("meter") && product.price_time.is_some());
    let get = GetProductRequest { product_code: "PLN-X".to_owned() };
    let status = catalog.get_product(get).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PRODUCT_UNKNOWN));
    world.end().await;
}

#[tokio::test]
async fn a_route_explains_itself() {
    let world = World::new().await;
    let mut catalog = world.client.catalog.clone();
    let bill =
        ExplainRouteRequest { product_code: BILL.to_owned(), amount_rupiah: None, repeat: 0 };
    let route = catalog.explain_route(bill.clone()).await.unwrap().into_inner();
    let offer = &route.offers[0];
    assert_eq!((offer.rank, offer.reason.as_str()), (1, "CHOSEN"));
    assert_eq!((offer.cost_rupiah, offer.cost_over_bill_rupiah), (None, Some(700)));
    assert_eq!(route.strategy, "cheapest");
    let known = ExplainRouteRequest { amount_rupiah: Some(80_000), ..bill };
    let route = catalog.explain_route(known).await.unwrap().into_inner();
    assert_eq!(route.offers[0].cost_rupiah, Some(80_700));
    assert_eq!(route.offers[0].total_rupiah, Some(82_500));
    world.end().await;
}
