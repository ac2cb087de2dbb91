//! Who may import whom. The same table stands in `ARCHITECTURE.md`, with its reasons.

use std::collections::BTreeSet;

use crate::files::{assert_none, text};
use crate::workspace::workspace;

/// A crate and the crates of ours it may import. `provider-*` and `journal-*` stand for every crate
/// of that kind.
const ALLOWED: [(&str, &[&str]); 19] = [
    ("types", &[]),
    ("payment", &["types"]),
    ("routing", &["types"]),
    ("evidence", &["types"]),
    ("provider", &["types"]),
    ("http", &["provider", "types"]),
    ("layers", &["provider", "types"]),
    ("provider-*", &["http", "provider", "types"]),
    ("provider-testkit", &["http", "provider", "types"]),
    ("journal", &["payment", "types"]),
    ("seal", &[]),
    ("journal-durable", &["journal", "payment", "seal", "types"]),
    ("journal-*", &["journal", "journal-durable", "payment", "seal", "types"]),
    // From one kind of journal to another.
    ("journal-move", &["journal-durable", "journal-postgres", "journal-sqlite", "seal", "types"]),
    ("engine", &["evidence", "journal", "layers", "payment", "provider", "routing", "types"]),
    ("api", &[]),
    ("server", &["api", "engine", "evidence", "journal", "layers", "payment", "routing", "types"]),
    ("simulator", &["types"]),
    // The composition root: everything but the tests.
    ("cli", &["*"]),
];

/// What a crate must not link, over any number of steps.
const OUT_OF_REACH: [(&[&str], &[&str]); 6] = [
    (
        &["types", "payment", "routing", "evidence", "provider"],
        &["tokio", "reqwest", "rusqlite", "tonic", "hyper", "rand", "getrandom"],
    ),
    (&["journal"], &["tokio", "rusqlite", "tonic", "hyper"]),
    // What it holds is the same over any database.
    (&["journal-durable"], &["rusqlite", "tonic", "hyper"]),
    (&["engine", "layers"], &["tonic", "reqwest", "hyper", "rusqlite", "ppob-http"]),
    (&["server"], &["reqwest", "rusqlite", "ppob-http", "ppob-provider-mmbc"]),
    (&["simulator"], &["reqwest", "ppob-provider", "ppob-http"]),
];

#[test]
fn every_crate_imports_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (name, dir) in &workspace().members {
        if dir.starts_with("tests/") {
            continue;
        }
        let short = short(name);
        let kind = kind(short);
        let Some((_, allowed)) = ALLOWED.iter().find(|(crate_kind, _)| *crate_kind == kind) else {
            wrong.push(format!("{name} stands in no row of the table"));
            continue;
        };
        for import in workspace().imports(name, false) {
            let of_tests = workspace().members[import].starts_with("tests/");
            let listed = allowed.iter().any(|one| ["*", self::short(import)].contains(one));
            if of_tests || !listed {
                wrong.push(format!("{name} imports {import}"));
            }
        }
    }
    assert_none(&wrong, "imports against the direction");
}

#[test]
fn what_must_stay_pure_or_apart_reaches_nothing_it_must_not() {
    let mut wrong = Vec::new();
    for (crates, forbidden) in OUT_OF_REACH {
        for name in crates {
            let reached = workspace().reaches(&format!("ppob-{name}"));
            let found = forbidden.iter().filter(|one| reached.contains(*one));
            wrong.extend(found.map(|one| format!("{name} reaches {one}")));
        }
    }
    assert_none(&wrong, "crates out of reach");
}

#[test]
fn providers_the_engine_and_the_simulator_do_not_know_each_other_not_even_in_tests() {
    let mut wrong = Vec::new();
    let providers: BTreeSet<&str> = workspace()
        .members
        .keys()
        .map(String::as_str)
        .filter(|name| kind(short(name)) == "provider-*")
        .collect();
    assert!(!providers.is_empty());
    for name in workspace().members.keys() {
        let knows_providers = ["cli", "e2e", "properties", "simulation"].contains(&short(name));
        for import in workspace().imports(name, true) {
            if providers.contains(import) && !knows_providers {
                wrong.push(format!("{name} knows {import}"));
            }
            if providers.contains(name.as_str()) && import == "ppob-engine" {
                wrong.push(format!("{name} knows the engine"));
            }
        }
    }
    assert_none(&wrong, "acquaintances that must not be");
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let without: Vec<String> = workspace()
        .members
        .iter()
        // Generated code cannot keep them; it has lints of its own.
        .filter(|(name, _)| *name != "ppob-api")
        .filter(|(_, dir)| {
            !text(&format!("{dir}/Cargo.toml")).contains("[lints]\nworkspace = true")
        })
        .map(|(name, _)| name.clone())
        .collect();
    assert_none(&without, "crates without `[lints] workspace = true`");
}

#[test]
fn the_architecture_document_names_every_crate_and_all_kinds_of_providers_at_once() {
    let document = text("ARCHITECTURE.md");
    let missing: Vec<String> = workspace()
        .members
        .iter()
        .map(|(name, dir)| match kind(short(name)) {
            "provider-*" if dir.starts_with("crates/") => "crates/provider-*".to_owned(),
            _ => dir.clone(),
        })
        .filter(|dir| !document.contains(&format!("`{dir}`")))
        .collect();
    assert_none(&missing, "crates that ARCHITECTURE.md does not name");
}

fn short(name: &str) -> &str {
    name.trim_start_matches("ppob-")
}

fn kind(short: &str) -> &str {
    match short.split_once('-') {
        // Crates of their own, and no kind of provider or journal.
        Some(("provider", "testkit") | ("journal", "durable" | "move")) => short,
        Some(("provider", _)) => "provider-*",
        Some(("journal", _)) => "journal-*",
        _ => short,
    }
}
