//! The metrics of the code and of the document are the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{assert_none, exists, rust, text};

const DOCUMENT: &str = "docs/METRICS.md";

#[test]
fn every_metric_of_the_code_is_explained_and_every_explained_one_exists() {
    if !exists(DOCUMENT) {
        return;
    }
    let known = in_code();
    assert!(known.len() > 20, "only {} metrics found in the code", known.len());
    let document = text(DOCUMENT);
    let explained: BTreeSet<&str> = document
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with("ppob_"))
        .map(|word| base(word, &known))
        .collect();
    let mut wrong = Vec::new();
    for (metric, place) in &known {
        if !explained.contains(metric.as_str()) {
            wrong.push(format!("{metric} ({place}) is not explained"));
        }
    }
    for metric in explained {
        if !known.contains_key(metric) {
            wrong.push(format!("{metric} is explained, but the code has no such metric"));
        }
    }
    assert_none(&wrong, "metrics and docs/METRICS.md differ");
}

/// Names of metrics and where each stands. Fields of a provider's protocol may begin alike.
fn in_code() -> BTreeMap<String, String> {
    let mut metrics = BTreeMap::new();
    let mut fields = BTreeSet::new();
    for file in rust() {
        let protocol = ["crates/provider-", "crates/simulator/"];
        let of_protocol = protocol.iter().any(|dir| file.path.starts_with(dir));
        let of_test = file.path.contains("tests/") || file.path.ends_with("tests.rs");
        for (number, line) in file.code_lines() {
            for word in line.split('"').skip(1).step_by(2).filter(|word| is_name(word)) {
                if of_protocol {
                    fields.insert(word.to_owned());
                } else if !of_test && !is_crate(word) {
                    metrics.insert(word.to_owned(), format!("{}:{number}", file.path));
                }
            }
        }
    }
    metrics.retain(|name, _| !fields.contains(name));
    metrics
}

fn is_name(word: &str) -> bool {
    word.len() > "ppob_".len()
        && word.starts_with("ppob_")
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_crate(word: &str) -> bool {
    let name = word.replace('_', "-");
    crate::workspace::workspace().members.contains_key(&name)
}

/// A histogram shows under three names.
fn base<'a>(word: &'a str, known: &BTreeMap<String, String>) -> &'a str {
    ["_bucket", "_sum", "_count"]
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|base| known.contains_key(*base))
        .unwrap_or(word)
}
