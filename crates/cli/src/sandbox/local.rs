//! A sandbox talks to nobody outside this machine.

use std::net::IpAddr;

use serde_json::Value;

use crate::config::ProviderTable;
use crate::failure::Failure;

/// Refuses providers that are not on this machine, and those that do not say where they are.
pub(super) fn check(providers: &[ProviderTable]) -> Result<(), Failure> {
    for table in providers {
        let mut addresses = Vec::new();
        collect(&table.settings, &mut addresses);
        let refused = |why: &str| {
            Err(Failure::usage(format!(
                "The provider `{}` {why}. A sandbox never talks to a real provider: take it out of \
                 this configuration, or give it a base_url on this machine. Nothing was started.",
                table.name
            )))
        };
        if addresses.is_empty() {
            return refused("does not say where it is, so it would be the real one");
        }
        if addresses.iter().any(|address| !is_local(address)) {
            return refused("is not on this machine");
        }
    }
    Ok(())
}

/// Every address in a provider's settings, whatever its key is called.
fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if text.contains("://") => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(table) => table.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn is_local(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // A user name before the host is no host: http://127.0.0.1@provider.example/.
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn provider(settings: &Value) -> ProviderTable {
        let mut table = settings.as_object().unwrap().clone();
        table.insert("name".to_owned(), json!("mmbc-jkt"));
        table.insert("kind".to_owned(), json!("mmbc"));
        ProviderTable::read(table, 0, "ppob.toml").unwrap()
    }

    #[test]
    fn a_real_provider_is_refused() {
        for real in [
            "https://provider.example/json/ppob/",
            "http://192.0.2.1/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@provider.example/",
            "http://0.0.0.0/",
            "https://[2001:db8::1]/",
            "http://localhost.example/",
            "://",
        ] {
            let error = check(&[provider(&json!({ "base_url": real }))]).unwrap_err();
            assert!(error.text.contains("`mmbc-jkt` is not on this machine"), "{real}");
        }
    }

    #[test]
    fn a_provider_that_says_no_address_is_refused() {
        let error = check(&[provider(&json!({ "username": "u" }))]).unwrap_err();
        assert!(error.text.contains("does not say where it is"), "{}", error.text);
    }

    #[test]
    fn a_provider_on_this_machine_is_welcome() {
        for local in ["http://127.0.0.1:8000/x", "http://localhost/", "http://[::1]:1/"] {
            assert!(check(&[provider(&json!({ "base_url": local }))]).is_ok(), "{local}");
        }
    }
}
