//! The reference provider's table of the configuration.

use std::time::Duration;

use ppob_http::{BaseUrl, Timeouts};
use ppob_provider::{BuildError, SecretRef};
use ppob_types::Family;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::flaw::Flaw;

pub(crate) struct Settings {
    pub(crate) base: BaseUrl,
    pub(crate) key: SecretString,
    pub(crate) timeouts: Timeouts,
    pub(crate) families: Vec<Family>,
    pub(crate) flaw: Option<Flaw>,
}

impl Settings {
    pub(crate) fn read(settings: &Value) -> Result<Self, BuildError> {
        let mut table = settings.as_object().cloned().unwrap_or_default();
        let origin: String = needed(&mut table, "origin")?;
        let plaintext = take(&mut table, "allow_plaintext")?.unwrap_or(false);
        let base = BaseUrl::parse(&origin, plaintext)
            .map_err(|error| BuildError::new("origin", error.to_string()))?;
        let key: SecretRef = needed(&mut table, "key")?;
        let key = key.resolve().map_err(|error| BuildError::new("key", error.to_string()))?;
        let connect = Duration::from_millis(needed(&mut table, "connect_ms")?);
        let total = Duration::from_millis(needed(&mut table, "total_ms")?);
        let timeouts = Timeouts::new(connect, total)
            .map_err(|error| BuildError::new("total_ms", error.to_string()))?;
        let families = needed(&mut table, "families")?;
        let flaw = take(&mut table, "flaw")?;
        match table.keys().next() {
            Some(unknown) => Err(BuildError::new(unknown, "there is no such key")),
            None => Ok(Self { base, key, timeouts, families, flaw }),
        }
    }
}

fn take<T: DeserializeOwned>(
    table: &mut Map<String, Value>,
    key: &str,
) -> Result<Option<T>, BuildError> {
    let value = table.remove(key).map(serde_json::from_value).transpose();
    // What serde says may repeat the value.
    value.map_err(|_| BuildError::new(key, "it is not what it should be"))
}

fn needed<T: DeserializeOwned>(table: &mut Map<String, Value>, key: &str) -> Result<T, BuildError> {
    take(table, key)?.ok_or_else(|| BuildError::new(key, "it is missing"))
}
