//! Why which provider would be asked.

use ppob_api::v1;
use ppob_types::Rupiah;
use tonic::{Request, Status};

use super::list_products::{code, find};
use crate::consumer::{Role, identity};
use crate::convert::offer;
use crate::convert::scalar::time;
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) fn explain_route(
    shared: &Shared,
    request: &Request<v1::ExplainRouteRequest>,
) -> Result<v1::ExplainRouteResponse, Status> {
    let _overhead = shared.overhead("ExplainRoute");
    let caller = identity(request, Role::Read)?;
    let code = code(&request.get_ref().product_code)?;
    let amount = request.get_ref().amount_rupiah.map(Rupiah::new);
    if amount.is_some_and(|amount| !amount.is_positive()) {
        return Err(Violations::one("amount_rupiah", "must be more than zero"));
    }
    let repeat = request.get_ref().repeat;
    if repeat < 0 {
        return Err(Violations::one("repeat", "must not be negative"));
    }
    let catalogue = shared.engine.catalogue();
    let product = find(&catalogue, &code, caller)?;
    let explained =
        shared.engine.explain_route(&code, amount, repeat > 0).map_err(errors::query)?;
    Ok(v1::ExplainRouteResponse {
        offers: offer::offers(product, &explained, amount),
        strategy: explained.route.strategy.to_string(),
        catalog_version: shared.catalogue_version(&catalogue),
        route_time: Some(time(shared.clock.now())),
    })
}
