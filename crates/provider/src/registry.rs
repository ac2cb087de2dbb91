//! From configuration to providers.

use std::fmt;
use std::sync::Arc;

use ppob_types::{Clock, MappedProduct, PriceRow, ProviderName};

use crate::PpobProvider;

/// One kind of provider, as its crate exports it. The composition root lists all kinds.
#[derive(Clone, Copy, Debug)]
pub struct ProviderKind {
    /// The name in configuration (`kind = "mmbc"`).
    pub kind: &'static str,
    /// Builds a configured instance.
    pub build: fn(BuildRequest) -> Result<BuiltProvider, BuildError>,
}

/// What a provider is built from.
#[derive(Debug)]
pub struct BuildRequest {
    /// The name of the instance.
    pub name: ProviderName,
    /// The instance's own table of the configuration, without the keys that belong to the engine.
    pub settings: serde_json::Value,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
}

/// A configured provider and what its price list's codes mean.
#[derive(Clone)]
pub struct BuiltProvider {
    /// The provider.
    pub provider: Arc<dyn PpobProvider>,
    /// The mapping its crate ships.
    pub mapping: ProductMapping,
    /// What an operator should know at start, e.g. that passwords travel unencrypted.
    pub warnings: Vec<String>,
}

/// Which of our products a row of the provider's price list is; `None` if it is not well known.
///
/// A crate that knows its provider's codes makes it of a function: `mapping::map.into()`.
#[derive(Clone)]
pub struct ProductMapping {
    map: Arc<MapRow>,
    configuration: String,
}

type MapRow = dyn Fn(&PriceRow) -> Option<MappedProduct> + Send + Sync;

impl ProductMapping {
    /// A mapping that was read from somewhere. `configuration` is a text that differs where the mappings
    /// differ, so that a changed one is noticed and applied to the price list at hand.
    pub fn configured(
        configuration: String,
        map: impl Fn(&PriceRow) -> Option<MappedProduct> + Send + Sync + 'static,
    ) -> Self {
        Self { map: Arc::new(map), configuration }
    }

    /// Our product for a row.
    pub fn map(&self, row: &PriceRow) -> Option<MappedProduct> {
        (self.map)(row)
    }

    /// The same text for the same mapping; empty if it is part of the program.
    pub fn configuration(&self) -> &str {
        &self.configuration
    }
}

impl<Map> From<Map> for ProductMapping
where
    Map: Fn(&PriceRow) -> Option<MappedProduct> + Send + Sync + 'static,
{
    fn from(map: Map) -> Self {
        Self::configured(String::new(), map)
    }
}

impl fmt::Debug for ProductMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductMapping").finish_non_exhaustive()
    }
}

/// Why a provider could not be built: the key at fault and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {message}")]
pub struct BuildError {
    /// The configuration key within the provider's table.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl BuildError {
    /// An error at `key`.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

impl fmt::Debug for BuiltProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltProvider")
            .field("provider", &self.provider.info())
            .finish_non_exhaustive()
    }
}
