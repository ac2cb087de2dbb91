//! The table of the configuration.

use serde_json::{Value, json};

use crate::config::Config;

/// A provider's table as JSON: it is read or refused, and no password shows in a refusal.
pub fn settings(data: &[u8]) {
    let Ok(mut settings) = serde_json::from_slice::<Value>(data) else { return };
    let password = settings.get("password").and_then(Value::as_str).map(str::to_owned);
    match Config::read(&settings) {
        Ok(_) => assert_eq!(password, None, "a password that stands in the configuration"),
        Err(error) => {
            let shown = format!("{error} {error:?}");
            let password = password.unwrap_or_default();
            assert!(password.len() < 20 || !shown.contains(&password), "the password shows");
        }
    }
    // With secrets that can be fetched, all other keys are checked too.
    if let Some(table) = settings.as_object_mut() {
        table.insert("username".to_owned(), json!("dummy"));
        table.insert("password".to_owned(), json!({ "env": "PATH" }));
    }
    if let Ok(config) = Config::read(&settings)
        && let Ok(checked) = config.check()
    {
        let plain = checked.base.is_plaintext();
        assert!(
            !plain || settings.get("allow_plaintext") == Some(&json!(true)),
            "plain HTTP that nobody allowed"
        );
        assert_eq!(plain, checked.warnings.iter().any(|warning| warning.contains("encrypted")));
    }
}
