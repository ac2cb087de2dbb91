//! A new provider in a copy of the repository: it touches what it may, compiles at once, and the conformance kit
//! fails exactly where work is left.
//!
//! Behind `make test` it compiles five crates of the copy at first, and two later: the simulators and the new one. With
//! the run of the kit that is some 45 seconds of CPU, and then 35.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use ppob_guide::{Name, Plan, left};

use crate::tree::{Copy, repository};

const NAME: &str = "cobacoba";

/// Files that stand, and how many lines each may get; what is not bounded is a block or written by cargo.
const TOUCHED: [(&str, Option<usize>); 6] = [
    ("Cargo.lock", None),
    ("Cargo.toml", Some(1)),
    ("config/ppob.example.toml", None),
    ("crates/cli/Cargo.toml", Some(1)),
    ("crates/cli/src/providers.rs", Some(1)),
    ("crates/simulator/src/lib.rs", Some(1)),
];

#[test]
fn it_touches_what_it_may_compiles_and_fails_the_kit_exactly_where_work_is_left() {
    let copy = Copy::new();
    copy.renumber();
    let before = copy.files();
    let plan = Plan::make(copy.root(), &Name::parse(NAME).unwrap()).unwrap();
    plan.carry_out().unwrap();
    touches_what_it_may(&copy, &before);

    let (said, errors) = conformance(&copy);
    assert!(!errors.contains("warning"), "it does not compile without a warning:\n{errors}");
    assert!(said.contains(&format!("test {NAME}_conforms ... FAILED")), "{said}\n{errors}");
    let prefix = format!("{NAME}: ");
    let failed: BTreeSet<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix(&prefix)?.split_once(": FAILED: "))
        .map(|(case, _)| case.to_owned())
        .collect();
    assert_eq!(failed, left(&repository()).unwrap().into_iter().collect());
}

fn touches_what_it_may(copy: &Copy, before: &std::collections::BTreeMap<String, Vec<u8>>) {
    let own = [format!("crates/provider-{NAME}/"), format!("crates/simulator/src/{NAME}/")];
    let after = copy.files();
    let mut changed = BTreeSet::new();
    for (file, bytes) in &after {
        match before.get(file) {
            None => assert!(own.iter().any(|own| file.starts_with(own)), "{file} is new"),
            Some(earlier) if earlier != bytes => _ = changed.insert(file.as_str()),
            Some(_) => {}
        }
    }
    assert!(before.keys().all(|file| after.contains_key(file)), "something is gone");
    assert_eq!(changed, TOUCHED.iter().map(|(file, _)| *file).collect());
    for (file, lines) in TOUCHED {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (earlier, later) = (text(&before[file]), text(&after[file]));
        let mut kept = later.lines();
        let kept = earlier.lines().all(|line| kept.any(|later| later == line));
        assert!(kept, "{file}: a line was changed or moved");
        let more = later.lines().count() - earlier.lines().count();
        assert!(lines.is_none_or(|lines| more == lines), "{file}: {more} lines more");
        assert!(later.contains(NAME), "{file}");
    }
}

/// Builds the new crate and runs the kit: what it printed, and what cargo said.
///
/// The packages that are named decide which features other crates have. With all but those that have a test of
/// the same name, they have the features of `make test`, and lie ready.
fn conformance(copy: &Copy) -> (String, String) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["test", "--workspace", "--test", "conformance", "--locked", "--offline"]);
    for other in others(copy) {
        command.args(["--exclude", &other]);
    }
    // What cargo tells the test that it runs is not for the cargo that the test runs: build scripts that look at
    // it would be run again, now and once more for the next build of ours.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let of_a_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
        if of_a_package.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    let output = command
        .current_dir(copy.root())
        .env("CARGO_TARGET_DIR", target)
        .args(["--", "--nocapture"])
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn others(copy: &Copy) -> Vec<String> {
    let mut others = vec!["ppob-provider-bebek".to_owned()];
    for entry in std::fs::read_dir(copy.root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.join("tests/conformance.rs").exists() && !name.ends_with(NAME) {
            others.push(format!("ppob-{name}"));
        }
    }
    others
}
