//! `ppob products` and `ppob explain`.

use std::time::Duration;

use ppob_api::v1::{
    ExplainRouteRequest, ListProductsRequest, ListProductsResponse, WatchCatalogRequest,
};
use tokio_stream::StreamExt;

use super::{answer, connect, refused};
use crate::args::{Explain, Products};
use crate::exit::Exit;
use crate::failure::Done;
use crate::show::{self, Asked};

const TIMEOUT: Duration = Duration::from_secs(10);
const PAGE: i32 = 1_000;

/// All pages, put together; or what is there now and what changes.
pub(crate) async fn products(options: &Products) -> Done {
    if options.watch {
        return watch(options).await;
    }
    let mut client = connect(&options.server).await?;
    let json = options.server.json;
    let mut all = ListProductsResponse::default();
    loop {
        let mut request = tonic::Request::new(ListProductsRequest {
            page_size: PAGE,
            page_token: all.next_page_token.clone(),
            families: options.family.map(|family| family.message().into()).into_iter().collect(),
            available_only: options.available,
            code_prefix: String::new(),
        });
        request.set_timeout(TIMEOUT);
        let answered = client.catalog.list_products(request).await;
        let page = answered.map_err(|status| refused(json, &status, &Asked::Read))?.into_inner();
        all.products.extend(page.products);
        all.catalog_version = page.catalog_version;
        all.next_page_token = page.next_page_token;
        if all.next_page_token.is_empty() {
            break;
        }
    }
    answer(json, "ListProductsResponse", &all, |all| show::products(&all.products))?;
    Ok(Exit::Ok)
}

/// Without end: whoever watches ends it, or the server when it goes down.
async fn watch(options: &Products) -> Done {
    let mut client = connect(&options.server).await?;
    let json = options.server.json;
    let request = WatchCatalogRequest {
        families: options.family.map(|family| family.message().into()).into_iter().collect(),
        product_codes: Vec::new(),
        include_current: true,
    };
    let answered = client.catalog.watch_catalog(request).await;
    let mut changes = answered.map_err(|status| refused(json, &status, &Asked::Read))?.into_inner();
    while let Some(next) = changes.next().await {
        let next = next.map_err(|status| refused(json, &status, &Asked::Read))?;
        if json || !next.changes.is_empty() {
            answer(json, "WatchCatalogResponse", &next, |next| show::changes(&next.changes))?;
        }
    }
    Ok(Exit::Ok)
}

pub(crate) async fn explain(options: &Explain) -> Done {
    let mut client = connect(&options.server).await?;
    let mut request = tonic::Request::new(ExplainRouteRequest {
        product_code: options.product.clone(),
        amount_rupiah: options.amount,
        repeat: options.repeat,
    });
    request.set_timeout(TIMEOUT);
    let json = options.server.json;
    let answered = client
        .catalog
        .explain_route(request)
        .await
        .map_err(|status| refused(json, &status, &Asked::Read))?;
    answer(json, "ExplainRouteResponse", answered.get_ref(), |route| {
        show::route(&options.product, route)
    })?;
    Ok(Exit::Ok)
}
