//! Asking a provider now.

use ppob_api::v1;
use ppob_engine::CheckNow;
use ppob_types::ProviderRef;
use tonic::{Request, Status};

use super::operator::{foreign_key, who};
use crate::convert::{evidence, payment};
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) async fn check_now(
    shared: &Shared,
    request: &Request<v1::CheckNowRequest>,
) -> Result<v1::CheckNowResponse, Status> {
    let message = request.get_ref();
    let who = who(request, &message.actor)?;
    let key = foreign_key(&message.consumer, &message.payment_id)?;
    let provider_ref = reference(&message.provider_reference)?;
    let before = shared.engine.get_payment(&key).await.map_err(errors::query)?;
    tracing::info!(operator = %who.operator, payment = %key, "an operator asks a provider about a payment");
    let checked = shared
        .engine
        .check_now(CheckNow { key, provider_ref, who })
        .await
        .map_err(|error| errors::check(&error))?;
    let after = &checked.payment;
    let settled = after.payment.is_concluded() && !before.payment.is_concluded();
    let found = evidence::of_check(checked.found, checked.attempt, checked.at, settled);
    let catalogue = shared.engine.catalogue();
    Ok(v1::CheckNowResponse {
        payment: Some(payment::payment(after, &shared.view(&catalogue))),
        evidence: Some(found),
    })
}

fn reference(text: &str) -> Result<Option<ProviderRef>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    let problem = "is no number of a transaction: at most 128 characters, and not only blanks";
    let reference = ProviderRef::new(text);
    reference.map(Some).ok_or_else(|| Violations::one("provider_reference", problem))
}
