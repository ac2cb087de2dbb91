//! Reading a provider's table of the configuration.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::BuildError;

/// Reads a provider's own table.
///
/// # Errors
/// [`BuildError`] at the key that is wrong: the missing one, or the one without which the error disappears.
pub fn read_settings<T: DeserializeOwned>(settings: &Value) -> Result<T, BuildError> {
    T::deserialize(settings).map_err(|error| {
        let message = error.to_string();
        BuildError::new(culprit::<T>(settings, &message), message)
    })
}

/// Which key an error is about.
fn culprit<T: DeserializeOwned>(settings: &Value, message: &str) -> String {
    if let Some((name, _)) =
        message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'))
    {
        return name.to_owned();
    }
    let Some(table) = settings.as_object() else {
        return "provider".to_owned();
    };
    let changes_it = |key: &&String| {
        let mut rest = table.clone();
        rest.remove(*key);
        let error = T::deserialize(Value::Object(rest)).err();
        error.is_none_or(|error| error.to_string() != message)
    };
    let key = table.keys().find(changes_it);
    key.cloned().unwrap_or_else(|| "provider".to_owned())
}
