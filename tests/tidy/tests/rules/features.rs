//! What only tests may have is in no binary that is released.

use std::process::Command;

use ppob_tidy::repository_root;

use crate::files::assert_none;

/// Features that change what the engine does, or let others do it.
const OF_TESTS: [&str; 4] = ["mutants", "crash-points", "testkit", "template"];

/// Crates of ours with the features that a build of `package` alone gives them.
fn features(package: &str) -> Vec<(String, Vec<String>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(repository_root())
        .args(["tree", "--locked", "--package", package, "--edges", "no-dev"])
        .args(["--prefix", "none", "--format", "{p}|{f}"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| line.starts_with("ppob-"))
        .filter_map(|line| {
            let (name, features) = line.split_once('|')?;
            let name = name.split(' ').next()?.to_owned();
            let features = features.trim_end_matches(" (*)").split(',');
            Some((name, features.map(str::to_owned).collect()))
        })
        .collect()
}

fn of_tests(package: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, features) in features(package) {
        let not_ours = features.iter().filter(|feature| OF_TESTS.contains(&feature.as_str()));
        found.extend(not_ours.map(|feature| format!("{name} with {feature}")));
    }
    found
}

#[test]
fn the_binary_carries_neither_deliberate_mistakes_nor_named_deaths() {
    assert!(features("ppob-cli").len() > 10);
    assert_none(&of_tests("ppob-cli"), "features of tests in the released binary");
}

#[test]
fn the_same_question_finds_those_features_where_they_are() {
    for (package, feature) in [("ppob-crash", "crash-points"), ("ppob-simulation", "mutants")] {
        let found = of_tests(package);
        assert!(found.iter().any(|one| one.ends_with(feature)), "{package}: {found:?}");
    }
}
