//! Reading price lists now.

use ppob_api::v1;
use ppob_journal::Who;
use ppob_types::ProviderName;
use tonic::{Request, Status};

use super::operator::{provider_filter, who};
use crate::convert::offer;
use crate::convert::scalar::{count, time};
use crate::shared::Shared;

pub(crate) async fn refresh_catalog(
    shared: &Shared,
    request: &Request<v1::RefreshCatalogRequest>,
) -> Result<v1::RefreshCatalogResponse, Status> {
    let who = who(request, &request.get_ref().actor)?;
    let request = request.get_ref();
    let only = provider_filter(shared, &request.provider)?;
    tracing::info!(operator = %who.operator, "an operator refreshes prices");
    let mut results = Vec::new();
    for status in shared.engine.providers() {
        if only.as_ref().is_none_or(|only| *only == status.name) {
            results.push(refresh(shared, &status.name, &who).await);
        }
    }
    let catalogue = shared.engine.catalogue();
    Ok(v1::RefreshCatalogResponse {
        results,
        catalog_version: shared.catalogue_version(&catalogue),
    })
}

async fn refresh(shared: &Shared, name: &ProviderName, who: &Who) -> v1::RefreshResult {
    let refreshed = shared.engine.refresh_catalogue(name, who).await;
    let catalogue = shared.engine.catalogue();
    let status = shared.engine.catalogue_status(name);
    let offers = offer::counts(catalogue.products().map(AsRef::as_ref));
    let (listed, _) = offers.get(name).copied().unwrap_or_default();
    let unmapped = count(status.unmapped.len());
    match refreshed {
        Ok(report) => v1::RefreshResult {
            provider: name.to_string(),
            product_count: listed,
            changed_count: count(report.changes),
            unmapped_count: unmapped,
            price_time: status.fetched_at.map(time),
            error: match report.unreadable {
                0 => String::new(),
                rows => format!("{rows} rows of the list could not be read and are left out"),
            },
        },
        Err(error) => v1::RefreshResult {
            provider: name.to_string(),
            product_count: listed,
            changed_count: 0,
            unmapped_count: unmapped,
            price_time: None,
            error: error.to_string(),
        },
    }
}
