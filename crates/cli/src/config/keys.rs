//! Every key there is, to find the wrong ones.

use figment::value::{Dict, Value};

use super::ConfigError;

/// `*` stands for any name or for a number in a list, `**` for anything below.
pub(super) const KEYS: &[&str] = &[
    "listen.api",
    "listen.operator",
    "listen.metrics",
    "listen.callbacks",
    "listen.insecure",
    "listen.max_connections",
    "listen.max_connections_per_address",
    "listen.tls.certificate",
    "listen.tls.key",
    "listen.tls.client_ca",
    "listen.operator_tls.certificate",
    "listen.operator_tls.key",
    "listen.operator_tls.client_ca",
    "listen.callbacks_tls.certificate",
    "listen.callbacks_tls.key",
    "listen.callbacks_tls.client_ca",
    "consumer.*.name",
    "consumer.*.keys",
    "consumer.*.certificate",
    "consumer.*.roles",
    "consumer.*.families",
    "consumer.*.requests_per_second",
    "consumer.*.burst",
    "consumer.*.payments_in_flight",
    "consumer.*.payment_max_rupiah",
    "consumer.*.day_max_rupiah",
    "journal.path",
    "journal.check_at_start",
    "journal.url.*",
    "journal.ca",
    "journal.allow_plaintext",
    "journal.readers",
    "journal.patience_s",
    "journal.sends",
    "journal.sends_kept_days",
    "journal.key.*",
    "journal.key_id",
    "journal.old_key.*.id",
    "journal.old_key.*.key.*",
    "privacy.raw_answers_days",
    "privacy.personal_data_days",
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
    "reconciliation.deposit_grace_s",
    "routing.default",
    "routing.families.*",
    "routing.products.*",
    "provider.*.name",
    "provider.*.kind",
    "provider.*.priority",
    "provider.*.weight",
    "provider.*.exclusive_account",
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
    "provider.*.statement.delimiter",
    "provider.*.statement.encoding",
    "provider.*.statement.thousands",
    "provider.*.statement.date_formats",
    "provider.*.statement.ignore_rows",
    "provider.*.statement.amount_sign",
    "provider.*.statement.complete",
    "provider.*.statement.clock_tolerance_s",
    "provider.*.statement.kinds.debit",
    "provider.*.statement.kinds.credit",
    "provider.*.statement.kinds.refund",
    "provider.*.statement.columns.time",
    "provider.*.statement.columns.time_of_day",
    "provider.*.statement.columns.reference",
    "provider.*.statement.columns.customer",
    "provider.*.statement.columns.product",
    "provider.*.statement.columns.debit",
    "provider.*.statement.columns.credit",
    "provider.*.statement.columns.amount",
    "provider.*.statement.columns.kind",
    "provider.*.statement.columns.balance",
    "provider.*.statement.columns.text",
    "provider.*.mapping.*.product",
    "provider.*.mapping.*.family",
    "provider.*.mapping.*.name",
    "provider.*.mapping.*.ignore",
    // The kind of provider knows its own keys and checks them itself.
    "provider.*.**",
];

/// Checks that every key of one layer of the configuration exists.
pub(super) fn check(layer: &Dict, place: &str) -> Result<(), ConfigError> {
    check_table(layer, KEYS, &[], place)
}

/// The keys of a provider's table that every kind has.
pub(crate) fn of_every_provider() -> impl Iterator<Item = &'static str> {
    KEYS.iter()
        .filter_map(|key| key.strip_prefix("provider.*."))
        .filter_map(|key| key.split('.').next())
        .filter(|key| *key != "**")
}

/// The key most similar to `wrong`, if one is similar enough to be meant.
pub(super) fn nearest<'a>(wrong: &str, keys: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |key: &str| strsim::damerau_levenshtein(wrong, key);
    let closest = keys.min_by_key(|key| distance(key))?;
    (distance(closest) <= 2.max(wrong.len() / 3)).then_some(closest)
}

/// `keys` are those that may stand here, without what leads here.
fn check_table(
    table: &Dict,
    keys: &[&'static str],
    path: &[&str],
    place: &str,
) -> Result<(), ConfigError> {
    for (name, value) in table {
        let below = below(keys, name);
        if below.is_empty() && !keys.contains(&"**") {
            return Err(unknown(keys, path, name, place));
        }
        let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
        check_value(value, &below, &path, place)?;
    }
    Ok(())
}

fn check_value(
    value: &Value,
    keys: &[&'static str],
    path: &[&str],
    place: &str,
) -> Result<(), ConfigError> {
    let keys: Vec<&'static str> = keys.iter().copied().filter(|key| !key.is_empty()).collect();
    match value {
        // Nothing is known below: a table where a value belongs is left to the reading of values.
        _ if keys.is_empty() => Ok(()),
        Value::Dict(_, table) => check_table(table, &keys, path, place),
        Value::Array(_, items) => {
            for (index, item) in items.iter().enumerate() {
                let number = index.to_string();
                let shown = name_of(item).unwrap_or(&number);
                let path: Vec<&str> = path.iter().copied().chain([shown]).collect();
                check_value(item, &below(&keys, &number), &path, place)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The name of a table in a list, which says more than its number.
pub(super) fn name_of(item: &Value) -> Option<&str> {
    item.as_dict()?.get("name")?.as_str()
}

/// What may stand below `name`; an empty text if it may have a value.
fn below(keys: &[&'static str], name: &str) -> Vec<&'static str> {
    let after = |key: &&'static str| {
        let (first, rest) = key.split_once('.').unwrap_or((key, ""));
        (first == name || first == "*").then_some(rest)
    };
    keys.iter().filter_map(after).collect()
}

fn unknown(keys: &[&'static str], path: &[&str], name: &str, place: &str) -> ConfigError {
    let whole = |key: &str| {
        let path: Vec<&str> = path.iter().copied().chain([key]).collect();
        path.join(".")
    };
    let known = keys.iter().filter_map(|key| key.split('.').next());
    ConfigError::UnknownKey {
        key: whole(name),
        place: place.to_owned(),
        nearest: nearest(name, known).map(whole),
    }
}
