//! What `deploy` says agrees with itself, the example configuration and the rest of the repository.

use std::collections::BTreeSet;

use crate::files::{File, assert_none, ending_with, exists, text};

const EXAMPLE: &str = "config/ppob.example.toml";
const COMPOSE: &str = "deploy/docker-compose.yml";
const DOCKERFILE: &str = "deploy/Dockerfile";
const STATEFULSET: &str = "deploy/kubernetes/statefulset.yaml";
const UNIT: &str = "deploy/systemd/ppob.service";
/// What remains of a stop once the slowest provider has answered.
const AFTER_THE_LAST_ANSWER_S: u64 = 20;

#[test]
fn every_key_of_a_deployed_configuration_stands_in_the_example() {
    let known = keys(&text(EXAMPLE));
    assert!(known.contains("journal.url") && known.contains("listen.tls.key"));
    let mut wrong = Vec::new();
    for file in deployed(".toml") {
        for key in keys(&file.text).difference(&known) {
            wrong.push(format!("{}: {key}", file.path));
        }
    }
    assert_none(&wrong, "keys that the example configuration does not have");
}

#[test]
fn every_secret_that_a_deployed_configuration_names_is_put_there() {
    let mut wrong = Vec::new();
    let mut look =
        |configuration: &str, directory: &str, by: &str, put: &[&dyn Fn(&str) -> String]| {
            let (named, by_text) = (text(configuration), text(by));
            let found: Vec<&str> = named
                .split('"')
                .filter_map(|value| value.strip_prefix(directory))
                .filter(|name| !name.contains('/'))
                .collect();
            assert!(found.len() > 2, "{configuration} names {found:?} only");
            for name in found {
                if !put.iter().all(|line| by_text.contains(&line(name))) {
                    wrong.push(format!("{configuration}: {name}, by {by}"));
                }
            }
        };
    look(
        "deploy/compose/ppob.toml",
        "/run/secrets/",
        COMPOSE,
        &[&|name| format!("\n  {name}:\n    file: ./secrets/{name}\n"), &|name| {
            format!("\n      - {name}\n")
        }],
    );
    look(
        "deploy/kubernetes/ppob.toml",
        "/run/secrets/ppob/",
        "deploy/kubernetes/secret.example.yaml",
        &[&|name| format!("\n  {name}: \"\"\n")],
    );
    look(
        "deploy/systemd/ppob.toml",
        "/run/credentials/ppob.service/",
        UNIT,
        &[&|name| format!("\nLoadCredential={name}:/etc/ppob/keys/{name}\n")],
    );
    assert_none(&wrong, "secrets that nobody puts where the configuration says");
}

#[test]
fn an_engine_is_given_the_time_that_the_slowest_provider_may_take() {
    let example = text(EXAMPLE);
    let slowest =
        numbers_after(&example, "\npay_timeout_ms = ").into_iter().max().unwrap_or_default();
    assert!(slowest > 0);
    let needed = slowest.div_ceil(1_000) + AFTER_THE_LAST_ANSWER_S;
    for (path, key) in [
        (COMPOSE, "stop_grace_period: "),
        (STATEFULSET, "terminationGracePeriodSeconds: "),
        (UNIT, "TimeoutStopSec="),
        (DOCKERFILE, "docker stop --time "),
    ] {
        // In Compose the engine stands first.
        let given = numbers_after(&text(path), key);
        assert!(
            given.first().is_some_and(|given| *given >= needed),
            "{path}: {given:?} s of {needed} s"
        );
    }
}

#[test]
fn images_are_built_by_the_toolchain_and_named_by_the_version_of_this_repository() {
    let channel = quoted(&text("rust-toolchain.toml"), "channel = ");
    let version = quoted(&text("Cargo.toml"), "\nversion = ");
    for (path, line) in [
        (DOCKERFILE, format!("\nFROM rust:{channel}-")),
        (DOCKERFILE, format!("\nENV RUSTUP_TOOLCHAIN={channel}\n")),
        (DOCKERFILE, format!("--tag ppob:{version} ")),
        (COMPOSE, format!(" image: ppob:{version}\n")),
        (STATEFULSET, format!(" image: ppob:{version}\n")),
        ("deploy/kubernetes/kustomization.yaml", format!(" newTag: {version}\n")),
    ] {
        assert!(text(path).contains(&line), "{path} does not say {line:?}");
    }
}

#[test]
fn the_ports_of_the_deployments_are_those_of_the_example() {
    // Of names, of providers, of the database, and of Prometheus itself.
    const OTHERS: [u64; 4] = [53, 443, 5432, 9090];
    let ports = |text: &str| -> BTreeSet<u64> {
        ["api", "operator", "metrics", "callbacks"]
            .iter()
            .flat_map(|listener| {
                ["127.0.0.1", "0.0.0.0"].map(|at| format!("\n{listener} = \"{at}:"))
            })
            .flat_map(|line| numbers_after(text, &line))
            .collect()
    };
    let known = ports(&text(EXAMPLE));
    assert_eq!(known.len(), 4);
    let mut wrong = Vec::new();
    for file in deployed(".toml").into_iter().chain(deployed(".yml")).chain(deployed(".yaml")) {
        let mut named = ports(&file.text);
        for before in ["ort: ", "\"127.0.0.1:", "[ppob:", "[localhost:"] {
            named.extend(numbers_after(&file.text, before));
        }
        named.retain(|port| !known.contains(port) && !OTHERS.contains(port));
        wrong.extend(named.iter().map(|port| format!("{}: {port}", file.path)));
    }
    assert_none(&wrong, "ports that nobody listens on by default");
}

#[test]
fn what_the_deployments_mount_and_list_is_there() {
    let mut wrong = Vec::new();
    let mounted = text(COMPOSE);
    for path in mounted.lines().filter_map(|line| line.trim().strip_prefix("- ./")) {
        wrong.extend(missing(path.split(':').next().map(|path| format!("deploy/{path}"))));
    }
    let listed = text("deploy/kubernetes/kustomization.yaml");
    for name in listed.lines().filter_map(|line| line.strip_prefix("  - ")) {
        let named = name.strip_suffix(".yaml").map(|_| format!("deploy/kubernetes/{name}"));
        wrong.extend(missing(named));
    }
    assert_none(&wrong, "files that a deployment names and that are not there");
}

#[test]
fn what_was_never_run_says_so_in_its_first_lines() {
    let mut files = deployed(".yaml");
    files.extend(
        [COMPOSE, DOCKERFILE, UNIT].map(|path| File { path: path.to_owned(), text: text(path) }),
    );
    assert!(files.len() > 8);
    let silent =
        |file: &File| !file.text.lines().take(2).any(|line| line.starts_with("# UNTESTED"));
    let wrong: Vec<String> = files.into_iter().filter(silent).map(|file| file.path).collect();
    assert_none(&wrong, "files that do not say that they were never run");
}

fn deployed(ending: &str) -> Vec<File> {
    let mut files = ending_with(&[ending]);
    files.retain(|file| file.path.starts_with("deploy/"));
    assert!(!files.is_empty(), "nothing in deploy ends with {ending}");
    files
}

/// Keys of a TOML file with the tables they stand in, also those that are off (`#` and no blank). Not those in
/// quotation marks, which somebody else chooses.
fn keys(toml: &str) -> BTreeSet<String> {
    let mut table = String::new();
    let mut keys = BTreeSet::new();
    for line in toml.lines().map(|line| line.strip_prefix('#').unwrap_or(line)) {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_start_matches('[')
                .split(']')
                .next()
                .unwrap_or_default()
                .clone_into(&mut table);
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            keys.insert(format!("{table}.{key}"));
        }
    }
    keys
}

/// Every number that stands right behind `before`.
fn numbers_after(text: &str, before: &str) -> Vec<u64> {
    text.match_indices(before)
        .filter_map(|(at, _)| text.get(at + before.len()..))
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
        .collect()
}

fn quoted(text: &str, before: &str) -> String {
    let rest = text.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    rest.split('"').nth(1).unwrap_or_default().to_owned()
}

fn missing(path: Option<String>) -> Option<String> {
    path.filter(|path| !exists(path))
}
