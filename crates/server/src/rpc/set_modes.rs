//! Switching providers and offers.

use ppob_api::v1;
use ppob_engine::OfferMode;
use ppob_routing::Mode;
use ppob_types::Timestamp;
use tonic::{Request, Status};

use super::list_products::code;
use super::list_providers;
use super::operator::{provider, reason, who};
use crate::convert::scalar::{moment, time};
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) async fn set_provider_mode(
    shared: &Shared,
    request: &Request<v1::SetProviderModeRequest>,
) -> Result<v1::SetProviderModeResponse, Status> {
    let who = who(request, &request.get_ref().actor)?;
    let request = request.get_ref();
    reason(&request.reason)?;
    let provider = provider(shared, &request.provider)?;
    let mode = match v1::ProviderMode::try_from(request.mode) {
        Ok(v1::ProviderMode::Active) => Mode::Active,
        Ok(v1::ProviderMode::Drain) => Mode::Drain,
        Ok(v1::ProviderMode::Off) => Mode::Off,
        Ok(v1::ProviderMode::Frozen) => Mode::Frozen { reason: request.reason.clone() },
        Ok(v1::ProviderMode::Unspecified) | Err(_) => {
            return Err(Violations::one("mode", "say ACTIVE, DRAIN, OFF or FROZEN"));
        }
    };
    tracing::info!(operator = %who.operator, %provider, mode = mode.as_str(), "an operator switches a provider");
    shared
        .engine
        .set_provider_mode(&provider, mode, &who, &request.reason)
        .await
        .map_err(|error| errors::operate(&error))?;
    let shown = list_providers::shown(shared, Some(&provider)).await?;
    Ok(v1::SetProviderModeResponse { provider: shown.into_iter().next() })
}

pub(crate) async fn set_offer_mode(
    shared: &Shared,
    request: &Request<v1::SetOfferModeRequest>,
) -> Result<v1::SetOfferModeResponse, Status> {
    let who = who(request, &request.get_ref().actor)?;
    let request = request.get_ref();
    reason(&request.reason)?;
    let provider = provider(shared, &request.provider)?;
    let product = code(&request.product_code)?;
    let mode = v1::OfferMode::try_from(request.mode).unwrap_or_default();
    if mode == v1::OfferMode::Unspecified {
        return Err(Violations::one("mode", "say ON or OFF"));
    }
    let on = mode == v1::OfferMode::On;
    let until = until(request.until_time.as_ref(), on)?;
    // What was never offered can still be switched back on: its list may come back.
    if !on && shared.engine.catalogue().get(&product).is_none() {
        return Err(errors::unknown_product(product.as_str()));
    }
    let switch = if on { OfferMode::On } else { OfferMode::Off { until } };
    tracing::info!(operator = %who.operator, %provider, %product, on, "an operator switches an offer");
    shared
        .engine
        .set_offer_mode(&provider, &product, switch, &who, &request.reason)
        .await
        .map_err(|error| errors::operate(&error))?;
    Ok(v1::SetOfferModeResponse {
        offer_switch: Some(v1::OfferSwitch {
            provider: provider.to_string(),
            product_code: product.to_string(),
            mode: mode.into(),
            reason: request.reason.clone(),
            actor: who.actor,
            switch_time: Some(time(shared.clock.now())),
            until_time: until.map(time),
        }),
    })
}

/// When it is on again by itself; only what is off can be.
fn until(time: Option<&prost_types::Timestamp>, on: bool) -> Result<Option<Timestamp>, Status> {
    let Some(time) = time else { return Ok(None) };
    if on {
        return Err(Violations::one("until_time", "is for switching off; leave it out"));
    }
    let until = moment(time).ok_or_else(|| Violations::one("until_time", "is no moment"))?;
    Ok(Some(until))
}
