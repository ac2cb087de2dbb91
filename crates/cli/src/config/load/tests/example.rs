//! `config/ppob.example.toml` is complete and says the defaults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ppob_provider::BuildRequest;
use ppob_types::ProviderName;
use serde_json::json;

use super::super::*;
use crate::clock::SystemClock;
use crate::providers::KINDS;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/ppob.example.toml")
}

/// The example with the lines that are off, which begin with `#` and no blank.
fn switched_on() -> tempfile::NamedTempFile {
    let text = std::fs::read_to_string(example()).unwrap();
    let on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c == '[' || c.is_ascii_alphabetic()) => {
            format!("{rest}\n")
        }
        _ => format!("{line}\n"),
    };
    let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    std::fs::write(file.path(), text.lines().map(on).collect::<String>()).unwrap();
    file
}

/// Paths of all values, with `*` for the places in a list.
fn leaves(value: &Json, path: &str, found: &mut BTreeSet<String>) {
    let below = |key: &str| {
        if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
    };
    match value {
        Json::Object(table) => {
            for (key, value) in table {
                leaves(value, &below(key), found);
            }
        }
        Json::Array(items) if items.iter().any(Json::is_object) => {
            for item in items {
                leaves(item, &below("*"), found);
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// The keys that a kind knows, as it tells when it is given one it does not know.
fn keys_of(kind: &ppob_provider::ProviderKind) -> BTreeSet<String> {
    let request = BuildRequest {
        name: ProviderName::new("x").unwrap(),
        settings: json!({ "no_such_key": 1 }),
        clock: Arc::new(SystemClock::new()),
    };
    let error = (kind.build)(request).unwrap_err().message;
    let (_, known) = error.split_once("expected one of ").unwrap();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_example_has_every_key_of_the_engine() {
    let mut found = BTreeSet::new();
    let whole = switched_on();
    for file in [example(), whole.path().to_owned()] {
        let loaded = load(Some(&file), Vec::new()).unwrap();
        leaves(&loaded.effective, "", &mut found);
    }
    for key in keys::KEYS.iter().filter(|key| !key.ends_with("**")) {
        let parts: Vec<&str> = key.split('.').collect();
        let fits = |path: &String| {
            let path: Vec<&str> = path.split('.').collect();
            path.len() == parts.len()
                && path.iter().zip(&parts).all(|(at, part)| *part == "*" || at == part)
        };
        assert!(found.iter().any(fits), "{key} is missing in the example");
    }
}

#[test]
fn the_example_has_every_key_of_every_kind_and_no_other() {
    let loaded = load(Some(&example()), Vec::new()).unwrap();
    let mut shown: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for table in &loaded.providers {
        let keys = table.settings.as_object().unwrap().keys().cloned();
        shown.entry(&table.kind).or_default().extend(keys);
    }
    for kind in KINDS {
        assert_eq!(shown.get(kind.kind), Some(&keys_of(kind)), "{}", kind.kind);
    }
}

#[test]
fn the_example_says_the_defaults() {
    let mut config = load(Some(&example()), Vec::new()).unwrap().config;
    config.provider.clear();
    // These two tables are empty by default and show how they are used.
    config.routing.families.clear();
    config.routing.products.clear();
    // These are absent by default.
    config.consumer.clear();
    config.listen.tls = None;
    config.listen.operator_tls = None;
    config.listen.callbacks_tls = None;
    assert_eq!(config, Config::default());
}

#[test]
fn the_example_says_the_defaults_of_a_provider() {
    let loaded = load(Some(&example()), Vec::new()).unwrap();
    let shown = loaded.effective[PROVIDERS][0].as_object().unwrap();
    let mut defaults = serde_json::Map::new();
    fill_in(&mut defaults);
    for (key, default) in defaults {
        assert_eq!(shown.get(&key), Some(&default), "{key}");
    }
}

#[test]
fn every_key_of_the_schema_is_on_the_list_of_keys() {
    let mut found = BTreeSet::new();
    let defaults = serde_json::to_value(Config::default()).unwrap();
    leaves(&defaults, "", &mut found);
    for path in found {
        assert!(keys::KEYS.contains(&path.as_str()), "{path}");
    }
}

#[test]
fn every_key_of_the_example_is_explained() {
    let text = std::fs::read_to_string(example()).unwrap();
    let mut explained = false;
    for line in text.lines() {
        if line.starts_with('#') {
            explained = true;
        } else if line.contains(" = ") {
            assert!(explained, "no comment above: {line}");
            explained = false;
        } else if line.is_empty() {
            explained = false;
        }
    }
}
