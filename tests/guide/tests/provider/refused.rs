//! Nothing is written, and the reason is told.

use ppob_guide::{Name, Plan, Problem};

use crate::tree::Copy;

fn make(copy: &Copy, name: &str) -> Result<(), Problem> {
    Plan::make(copy.root(), &Name::parse(name)?)?.carry_out()
}

#[test]
fn a_name_that_is_taken_is_refused_and_says_by_what() {
    let copy = Copy::new();
    let before = copy.files();
    for (name, taken) in [
        ("mmbc", "crates/provider-mmbc exists"),
        ("testkit", "crates/provider-testkit exists"),
        ("http", "crates/simulator/src/http exists"),
        ("ledger", "crates/simulator/src/ledger.rs exists"),
        ("engine", "crates/engine exists"),
        ("match", "a word of Rust"),
        ("bebek", "the template's own"),
    ] {
        let said = make(&copy, name).unwrap_err().to_string();
        assert!(said.contains(name) && said.contains(taken), "{said}");
    }
    assert!(copy.files() == before, "something was written");
}

#[test]
fn a_file_that_is_not_as_expected_is_named_and_nothing_is_written() {
    let copy = Copy::new();
    let whole = copy.files();
    for (file, from, to) in [
        ("Cargo.toml", "ppob-provider-testkit = ", "# gone = "),
        ("Cargo.lock", "\nname = \"ppob-provider-bebek\"", "\nname = \"gone\""),
        ("crates/cli/Cargo.toml", "\nppob-provider-", "\n# gone-"),
        ("crates/cli/src/providers.rs", "const KINDS: ", "const LIST: "),
        ("crates/cli/src/providers.rs", "\n];", ""),
        ("crates/simulator/src/lib.rs", "mod ", "use "),
        ("config/ppob.example.toml", "kind = \"mmbc\"", "kind = \"foo\""),
        ("tests/bebek/Cargo.toml", "features = [\"template\"]", "features = []"),
        ("tests/bebek/tests/conformance.rs", "#[ignore = \"the", "#[ignore = \"a"),
    ] {
        let text = copy.text(file);
        copy.write(file, &text.replace(from, to));
        let said = make(&copy, "foo").unwrap_err().to_string();
        assert!(said.starts_with(&format!("{file}: ")), "{said}");
        assert!(said.contains("nothing was written"), "{said}");
        copy.write(file, &text);
        assert!(copy.files() == whole, "{file}: something was written");
    }
}

#[test]
fn what_was_written_before_a_failure_is_taken_back() {
    let copy = Copy::new();
    let plan = Plan::make(copy.root(), &Name::parse("foo").unwrap()).unwrap();
    // Meanwhile a directory has come to lie where the simulator's first file belongs.
    std::fs::create_dir_all(copy.root().join("crates/simulator/src/foo/answers.rs")).unwrap();
    let before = copy.files();
    let said = plan.carry_out().unwrap_err().to_string();
    assert!(said.contains("answers.rs") && said.contains("taken back"), "{said}");
    assert!(copy.files() == before, "something was left behind");
    assert!(!copy.root().join("crates/provider-foo").exists());
}
