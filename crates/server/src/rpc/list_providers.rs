//! How the providers do.

use std::collections::BTreeMap;

use ppob_api::v1;
use ppob_journal::{Filter, Page};
use ppob_payment::{AttemptState, PaymentState};
use ppob_types::ProviderName;
use tonic::{Request, Status};

use super::operator::provider_filter;
use crate::consumer::{Role, caller};
use crate::convert::offer;
use crate::convert::provider::{Counts, provider};
use crate::errors;
use crate::shared::Shared;

/// How many open payments are looked through to count attempts.
const MOST_LOOKED_AT: usize = 10_000;

pub(crate) async fn list_providers(
    shared: &Shared,
    request: &Request<v1::ListProvidersRequest>,
) -> Result<v1::ListProvidersResponse, Status> {
    caller(request, Role::Operate)?;
    let only = provider_filter(shared, &request.get_ref().provider)?;
    let providers = shown(shared, only.as_ref()).await?;
    Ok(v1::ListProvidersResponse { providers })
}

/// One provider, or all of them by name.
pub(crate) async fn shown(
    shared: &Shared,
    only: Option<&ProviderName>,
) -> Result<Vec<v1::ProviderStatus>, Status> {
    let catalogue = shared.engine.catalogue();
    let offers = offer::counts(catalogue.products().map(AsRef::as_ref));
    let open = open_attempts(shared).await?;
    let now = shared.clock.now();
    let statuses = shared.engine.providers().into_iter();
    let wanted = statuses.filter(|status| only.is_none_or(|only| *only == status.name));
    let shown = wanted.map(|status| {
        let (offers, open_offers) = offers.get(&status.name).copied().unwrap_or_default();
        let (pending, in_doubt) = open.get(&status.name).copied().unwrap_or_default();
        let counts = Counts { offers, open_offers, pending, in_doubt };
        provider(&status, counts, now, shared.simulated)
    });
    Ok(shown.collect())
}

/// Pending and unknown attempts by provider.
async fn open_attempts(shared: &Shared) -> Result<BTreeMap<ProviderName, (i32, i32)>, Status> {
    let filter = Filter {
        states: vec![PaymentState::Processing, PaymentState::InDoubt],
        ..Filter::default()
    };
    let page = Page { before_serial: None, limit: MOST_LOOKED_AT };
    let found = shared.engine.list_payments(&filter, page).await;
    let mut counts: BTreeMap<ProviderName, (i32, i32)> = BTreeMap::new();
    for stored in found.map_err(errors::query)? {
        let Some(attempt) = stored.payment.live_attempt() else {
            continue;
        };
        let (pending, in_doubt) = counts.entry(attempt.provider.clone()).or_default();
        match attempt.state {
            AttemptState::Pending => *pending += 1,
            AttemptState::Unknown(_) => *in_doubt += 1,
            _ => {}
        }
    }
    Ok(counts)
}
