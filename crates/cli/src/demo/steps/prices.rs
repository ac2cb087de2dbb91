//! Step 1: what can be bought.

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
        "The engine keeps the price lists of all providers in memory and answers at once;\n\
         no provider is asked. Two accounts sell the same things here.",
    )?;
    let request = ListProductsRequest {
        families: vec![Family::PlnPrepaid.into(), Family::PlnPostpaid.into()],
        ..ListProductsRequest::default()
    };
    let listed = walk.client.catalog.list_products(request).await;
    let listed = listed.map_err(|status| show::failure(&status, &Asked::Read))?;
    let products = listed.into_inner().products;
    output::print(&show::products(&products))?;
    let token = products.iter().find(|product| product.product_code == TOKEN);
    must(STEP, token.is_some(), "the electricity token of Rp 20.000 is not in the list")?;
    output::print("\nWho would be asked for it now, and why:\n\n")?;
    let route = walk.until_first(STEP, TOKEN, "mmbc-a").await?;
    output::print(&show::route(TOKEN, &route))
}
