//! Step 1: what can be bought.

use std::collections::BTreeSet;

use ppob_api::v1::{Family, ListProductsRequest};

use super::TOKEN;
use crate::demo::walk::{Walk, must, tell};
use crate::failure::Failure;
use crate::output;
use crate::show::{self, Asked};

const STEP: &str = "Prices";

/// Shows the price list and whom a purchase would go to.
pub(in crate::demo) async fn prices(walk: &mut Walk) -> Result<(), Failure> {
    tell(
        "1. Prices",
        "The engine keeps the price lists of all providers in memory and answers at once; no provider is\n\
         asked. Five accounts at four kinds of provider sell here, and several of them the same product:\n\
         OFFERS says how many. Their codes for it differ, yours is always the same.",
    )?;
    let families = [Family::PlnPrepaid, Family::PlnPostpaid, Family::MobileTopUp];
    let request = ListProductsRequest {
        families: families.map(Into::into).into(),
        ..ListProductsRequest::default()
    };
    let listed = walk.client.catalog.list_products(request).await;
    let listed = listed.map_err(|status| show::failure(&status, &Asked::Read))?;
    let products = listed.into_inner().products;
    output::print(&show::products(&products))?;
    let token = products.iter().find(|product| product.product_code == TOKEN);
    must(STEP, token.is_some(), "the electricity token of Rp 20.000 is not in the list")?;
    output::print("\nWho would be asked for a token of Rp 20.000 now, who next, and why:\n\n")?;
    let route = walk.until_first(STEP, TOKEN, "mmbc-a").await?;
    output::print(&show::route(TOKEN, &route))?;
    let offered: BTreeSet<&str> = route
        .offers
        .iter()
        .filter(|offer| offer.rank > 0)
        .filter_map(|offer| walk.controls.of_provider(&offer.provider))
        .collect();
    let everywhere = walk.controls.names().all(|name| offered.contains(name));
    must(STEP, everywhere, "not every kind of provider offers the token")
}
