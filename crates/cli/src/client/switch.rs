//! The commands that switch providers, and that look at what they list and say.

use std::time::Duration;

use ppob_api::v1::{
    ListUnlistedRepliesRequest, ListUnmappedProductsRequest, OfferMode, ProviderMode,
    SetOfferModeRequest, SetProviderModeRequest,
};
use ppob_types::Timestamp;

use super::{answer, connect_operator, refused, time};
use crate::args::{Mode, Offer, OfferOff, SetMode, Unlisted, Unmapped};
use crate::exit::Exit;
use crate::failure::Done;
use crate::show::{self, Asked};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Stored answers are read on the way.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) async fn set_mode(options: &SetMode) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mode = match options.mode {
        Mode::Active => ProviderMode::Active,
        Mode::Drain => ProviderMode::Drain,
        Mode::Off => ProviderMode::Off,
        Mode::Frozen => ProviderMode::Frozen,
    };
    let mut request = tonic::Request::new(SetProviderModeRequest {
        provider: options.provider.clone(),
        mode: mode.into(),
        reason: options.why.reason.clone(),
        actor: options.why.actor.actor.clone(),
    });
    request.set_timeout(TIMEOUT);
    let answered = client
        .set_provider_mode(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    answer(server.json, "SetProviderModeResponse", answered.get_ref(), |found| {
        show::providers(found.provider.as_slice())
    })?;
    Ok(Exit::Ok)
}

pub(crate) async fn offer_off(options: &OfferOff) -> Done {
    set_offer(&options.offer, OfferMode::Off, options.until).await
}

pub(crate) async fn offer_on(options: &Offer) -> Done {
    set_offer(options, OfferMode::On, None).await
}

async fn set_offer(options: &Offer, mode: OfferMode, until: Option<Timestamp>) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(SetOfferModeRequest {
        provider: options.provider.clone(),
        product_code: options.product.clone(),
        mode: mode.into(),
        reason: options.why.reason.clone(),
        actor: options.why.actor.actor.clone(),
        until_time: until.map(time),
    });
    request.set_timeout(TIMEOUT);
    let answered = client
        .set_offer_mode(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    answer(server.json, "SetOfferModeResponse", answered.get_ref(), |found| {
        show::switched(found.offer_switch.as_ref())
    })?;
    Ok(Exit::Ok)
}

pub(crate) async fn unmapped(options: &Unmapped) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(ListUnmappedProductsRequest {
        page_size: options.limit.into(),
        page_token: String::new(),
        provider: options.provider.clone().unwrap_or_default(),
    });
    request.set_timeout(TIMEOUT);
    let answered = client
        .list_unmapped_products(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Read))?;
    answer(server.json, "ListUnmappedProductsResponse", answered.get_ref(), show::unmapped)?;
    Ok(Exit::Ok)
}

pub(crate) async fn unlisted(options: &Unlisted) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(ListUnlistedRepliesRequest {
        page_size: options.limit.into(),
        page_token: String::new(),
        provider: options.provider.clone().unwrap_or_default(),
        pattern: options.pattern.clone().unwrap_or_default(),
    });
    request.set_timeout(PATIENCE);
    let answered = client
        .list_unlisted_replies(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Read))?;
    answer(server.json, "ListUnlistedRepliesResponse", answered.get_ref(), show::unlisted)?;
    Ok(Exit::Ok)
}
