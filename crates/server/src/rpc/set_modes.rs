//! Switching providers and offers.

use ppob_api::v1;
use ppob_routing::Mode;
use ppob_types::ProviderName;
use tonic::{Request, Status};

use super::list_products::code;
use super::list_providers;
use super::operator::{actor, provider_filter, reason};
use crate::consumer::{Role, caller};
use crate::convert::scalar::time;
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) async fn set_provider_mode(
    shared: &Shared,
    request: &Request<v1::SetProviderModeRequest>,
) -> Result<v1::SetProviderModeResponse, Status> {
    let operator = caller(request, Role::Operate)?;
    let request = request.get_ref();
    actor(&request.actor)?;
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
    tracing::info!(%operator, %provider, mode = mode.as_str(), "an operator switches a provider");
    shared
        .engine
        .set_provider_mode(&provider, mode, &request.actor, &request.reason)
        .await
        .map_err(|error| errors::operate(&error))?;
    let shown = list_providers::shown(shared, Some(&provider)).await?;
    Ok(v1::SetProviderModeResponse { provider: shown.into_iter().next() })
}

pub(crate) async fn set_offer_mode(
    shared: &Shared,
    request: &Request<v1::SetOfferModeRequest>,
) -> Result<v1::SetOfferModeResponse, Status> {
    let operator = caller(request, Role::Operate)?;
    let request = request.get_ref();
    actor(&request.actor)?;
    reason(&request.reason)?;
    let provider = provider(shared, &request.provider)?;
    let product = code(&request.product_code)?;
    let mode = v1::OfferMode::try_from(request.mode).unwrap_or_default();
    if mode == v1::OfferMode::Unspecified {
        return Err(Violations::one("mode", "say ON or OFF"));
    }
    if request.until_time.is_some() {
        return Err(Violations::one(
            "until_time",
            "is not possible yet; leave it out and switch the offer back on by hand",
        ));
    }
    let on = mode == v1::OfferMode::On;
    // What was never offered can still be switched back on: its list may come back.
    if !on && shared.engine.catalogue().get(&product).is_none() {
        return Err(errors::unknown_product(product.as_str()));
    }
    tracing::info!(%operator, %provider, %product, on, "an operator switches an offer");
    shared
        .engine
        .set_offer_mode(&provider, &product, on, &request.actor, &request.reason)
        .await
        .map_err(|error| errors::operate(&error))?;
    Ok(v1::SetOfferModeResponse {
        offer_switch: Some(v1::OfferSwitch {
            provider: provider.to_string(),
            product_code: product.to_string(),
            mode: mode.into(),
            reason: request.reason.clone(),
            actor: request.actor.clone(),
            switch_time: Some(time(shared.clock.now())),
            until_time: None,
        }),
    })
}

/// A provider's name; required.
fn provider(shared: &Shared, name: &str) -> Result<ProviderName, Status> {
    provider_filter(shared, name)?.ok_or_else(|| Violations::one("provider", "is missing"))
}
