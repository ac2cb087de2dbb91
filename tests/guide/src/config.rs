//! The settings of one account.

use ppob_http::BaseUrl;
use ppob_provider::{BuildError, SecretRef};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

/// A `[[provider]]` table with `kind = "bebek"`, without the keys that belong to the engine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    base_url: String,
    #[serde(default)]
    allow_plaintext: bool,
    user: String,
    password: SecretRef,
}

/// The settings, checked, with the secret itself.
pub(crate) struct Settings {
    pub(crate) base: BaseUrl,
    pub(crate) user: String,
    pub(crate) password: SecretString,
}

pub(crate) fn read(settings: &Value) -> Result<Settings, BuildError> {
    // First, because the error below would repeat the value.
    if settings.get("password").is_some_and(Value::is_string) {
        return Err(BuildError::new(
            "password",
            "a password does not stand in the configuration; write { env = \"NAME\" } or { file = \"PATH\" }",
        ));
    }
    let table = Table::deserialize(settings)
        .map_err(|error| BuildError::new("(one of its keys)", error.to_string()))?;
    let base = BaseUrl::parse(&table.base_url, table.allow_plaintext)
        .map_err(|error| BuildError::new("base_url", error.to_string()))?;
    let password = table.password.resolve();
    let password = password.map_err(|error| BuildError::new("password", error.to_string()))?;
    Ok(Settings { base, user: table.user, password })
}
