//! The catalogue as it is kept for a warm restart.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use ppob_journal::JournalError;
use ppob_routing::Catalogue;
use ppob_types::ProviderName;
use serde::{Deserialize, Serialize};

use super::Prices;
use crate::engine::Inner;

const DOCUMENT: &str = "catalogue";

/// Offers are worth nothing without what their codes were taken for.
#[derive(Debug, Serialize, Deserialize)]
struct Saved<C> {
    catalogue: C,
    mapped_by: BTreeMap<ProviderName, String>,
}

impl Prices {
    pub(super) fn note_mapping(&self, provider: &ProviderName, configuration: String) {
        let mut mapped_by = self.mapped_by.lock().unwrap_or_else(PoisonError::into_inner);
        mapped_by.insert(provider.clone(), configuration);
    }

    fn mapped_by(&self) -> BTreeMap<ProviderName, String> {
        self.mapped_by.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Inner {
    /// Prices of the earlier process: stale ones, with their age, are better than none. Not so the offers
    /// of a provider whose mapping is configured otherwise now: a wrong mapping may be why, and it must
    /// not sell until the list is read.
    pub(crate) async fn restore_catalogue(&self) -> Result<(), JournalError> {
        self.restore_first_seen().await?;
        let Some(Saved { mut catalogue, mapped_by }) = self.saved_catalogue().await? else {
            return Ok(());
        };
        let now = self.now();
        for (name, setup) in &self.told().setups {
            if mapped_by.get(name) != Some(&setup.mapping.configuration()) {
                catalogue = catalogue.with_prices(name, &[], now).catalogue;
            }
            let fetched_at = catalogue.as_of(name);
            self.prices.with_status(name, |status| status.fetched_at = fetched_at);
        }
        *self.prices.mapped_by.lock().unwrap_or_else(PoisonError::into_inner) = mapped_by;
        self.prices.snapshot.store(Arc::new(catalogue));
        Ok(())
    }

    /// The providers that were sold from, also if they are not configured now.
    pub(crate) async fn providers_of_the_catalogue(
        &self,
    ) -> Result<Vec<ProviderName>, JournalError> {
        let saved = self.saved_catalogue().await?;
        Ok(saved.into_iter().flat_map(|saved| saved.mapped_by.into_keys()).collect())
    }

    async fn saved_catalogue(&self) -> Result<Option<Saved<Catalogue>>, JournalError> {
        let Some(json) = self.journal.load_document(DOCUMENT).await? else { return Ok(None) };
        let saved = serde_json::from_str(&json);
        // A catalogue of another version is only a cache: fetch it again.
        Ok(saved
            .inspect_err(|error| {
                tracing::warn!(%error, "the saved catalogue is not readable; fetching anew");
            })
            .ok())
    }

    /// To be called by whoever holds `swapping`.
    pub(super) async fn save_catalogue(&self) {
        let catalogue = self.prices.catalogue();
        let saved = Saved { catalogue: catalogue.as_ref(), mapped_by: self.prices.mapped_by() };
        let saved = match serde_json::to_string(&saved) {
            Ok(json) => self.journal.save_document(DOCUMENT, json).await.map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = saved {
            tracing::warn!(error, "the catalogue could not be saved; a restart starts cold");
        }
    }
}
