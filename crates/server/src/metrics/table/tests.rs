//! The table is what is recorded, and the page is the table.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// Every `"ppob_…"` in the sources that record metrics.
fn recorded(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            recorded(&path, names);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            if path.ends_with("metrics/table.rs") || path.ends_with("table/tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            names.extend(
                text.split('"')
                    .filter(|part| part.starts_with("ppob_") && !part.contains([' ', '\n']))
                    .map(str::to_owned),
            );
        }
    }
}

#[test]
fn the_table_names_everything_that_is_recorded() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = BTreeSet::new();
    for name in [
        "engine",
        "layers",
        "journal",
        "journal-durable",
        "journal-postgres",
        "journal-sqlite",
        "server",
    ] {
        recorded(&crates.join(name).join("src"), &mut names);
    }
    let known: BTreeSet<String> = METRICS.iter().map(|one| one.name.to_owned()).collect();
    let missing: Vec<_> =
        names.iter().filter(|name| !known.contains(*name) && !is_no_metric(name)).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
    let dead: Vec<_> =
        known.iter().filter(|name| name.starts_with("ppob_") && !names.contains(*name)).collect();
    assert!(dead.is_empty(), "recorded nowhere: {dead:?}");
}

/// Fields of a provider's answers and parts of names.
fn is_no_metric(name: &str) -> bool {
    ["ppob_saldo", "ppob_"].contains(&name) || name.contains('{')
}

#[test]
fn names_follow_the_conventions_and_occur_once() {
    let mut names = BTreeSet::new();
    for metric in METRICS {
        assert!(names.insert(metric.name), "{} twice", metric.name);
        let total = metric.name.ends_with("_total");
        assert_eq!(total, metric.kind.as_str() == "counter", "{}", metric.name);
        assert!(metric.meaning.ends_with('.'), "{}", metric.name);
        if let Kind::Histogram(buckets) = metric.kind {
            assert!(buckets.is_sorted(), "{}", metric.name);
        }
    }
}
