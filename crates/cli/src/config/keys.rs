//! Every key there is, to find the wrong ones.

use figment::value::{Dict, Value};

use super::ConfigError;

/// `*` stands for any name or for a number in a list, `**` for anything below.
pub(super) const KEYS: &[&str] = &[
    "listen.api",
    "listen.operator",
    "listen.metrics",
    "listen.callbacks",
    "journal.path",
    "log.format",
    "log.filter",
    "payments.pay_within_s",
    "payments.max_attempts",
    "payments.start_within_s",
    "payments.inquiry_valid_for_s",
    "payments.duplicate_window_listed_s",
    "payments.duplicate_window_bills_s",
    "reconciliation.parallel_checks",
    "reconciliation.check_at_least_every_s",
    "reconciliation.balance_every_s",
    "routing.default",
    "routing.families.*",
    "routing.products.*",
    "provider.*.name",
    "provider.*.kind",
    "provider.*.priority",
    "provider.*.weight",
    "provider.*.balance_floor_rupiah",
    "provider.*.cost_tolerance_rupiah",
    "provider.*.price_max_age_s",
    "provider.*.refresh_prices_every_s",
    "provider.*.limits.pay_per_second",
    "provider.*.limits.pay_burst",
    "provider.*.limits.pay_in_flight",
    "provider.*.limits.reads_per_second",
    "provider.*.limits.reads_in_flight",
    "provider.*.limits.wait_max_ms",
    "provider.*.limits.read_timeout_ms",
    "provider.*.mapping.*.product",
    "provider.*.mapping.*.family",
    "provider.*.mapping.*.name",
    "provider.*.mapping.*.ignore",
    // The kind of provider knows its own keys and checks them itself.
    "provider.*.**",
];

/// Checks that every key of one layer of the configuration exists.
pub(super) fn check(layer: &Dict, place: &str) -> Result<(), ConfigError> {
    check_below(layer, &mut Vec::new(), place)
}

/// The keys of a provider's table that every kind has.
pub(super) fn of_every_provider() -> impl Iterator<Item = &'static str> {
    KEYS.iter()
        .filter_map(|key| key.strip_prefix("provider.*."))
        .filter_map(|key| key.split('.').next())
        .filter(|key| *key != "**")
}

/// The key most similar to `wrong`, if one is similar enough to be meant.
pub(super) fn nearest<'a>(
    wrong: &str,
    keys: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let distance = |key: &str| strsim::damerau_levenshtein(wrong, key);
    let closest = keys.min_by_key(|key| distance(key))?;
    (distance(closest) <= 2.max(wrong.len() / 3)).then_some(closest)
}

fn check_below(table: &Dict, path: &mut Vec<String>, place: &str) -> Result<(), ConfigError> {
    for (name, value) in table {
        path.push(name.clone());
        let known = known_after(path.get(..path.len() - 1).unwrap_or_default());
        let fits = known.iter().any(|key| *key == "*" || *key == "**" || key == name);
        let wanted = known_after(path);
        // A table where a value belongs is left to the reading of values, and the other way round.
        if !fits {
            return Err(unknown(path, name, &known, place));
        }
        if !wanted.is_empty() && !wanted.contains(&"**") || path.len() == 1 {
            check_value(value, path, place)?;
        } else if path.len() == 3 && wanted.contains(&"**") {
            check_value(value, path, place)?;
        }
        path.pop();
    }
    Ok(())
}

fn check_value(value: &Value, path: &mut Vec<String>, place: &str) -> Result<(), ConfigError> {
    match value {
        Value::Dict(_, table) => check_below(table, path, place),
        Value::Array(_, items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                check_value(item, path, place)?;
                path.pop();
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What may stand below this path.
fn known_after(path: &[String]) -> Vec<&'static str> {
    KEYS.iter()
        .filter_map(|key| {
            let mut parts = key.split('.');
            for step in path {
                match parts.next() {
                    Some("**") => return Some("**"),
                    Some(part) if part == "*" || part == step => {}
                    _ => return None,
                }
            }
            parts.next()
        })
        .collect()
}

fn unknown(path: &[String], name: &str, known: &[&'static str], place: &str) -> ConfigError {
    let parent = path.get(..path.len() - 1).unwrap_or_default().join(".");
    let whole = |key: &str| {
        if parent.is_empty() {
            key.to_owned()
        } else {
            format!("{parent}.{key}")
        }
    };
    ConfigError::UnknownKey {
        key: whole(name),
        place: place.to_owned(),
        nearest: nearest(name, known.iter().copied()).map(whole),
    }
}
