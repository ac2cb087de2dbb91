//! Adding a provider touches its own crate, one line of the list of kinds, one block of the example
//! configuration and one module of the simulator.

use crate::files::{File, assert_none, ending_with, exists, rust, text};
use crate::workspace::workspace;

const KINDS: &str = "crates/cli/src/providers.rs";

/// What carries no provider's name.
const CORE: [&str; 10] = [
    "crates/types/",
    "crates/payment/",
    "crates/routing/",
    "crates/provider/",
    "crates/http/",
    "crates/layers/",
    "crates/journal/",
    "crates/engine/",
    "crates/server/",
    "crates/api/",
];

#[test]
fn the_list_of_kinds_has_one_line_for_each_kind_and_nothing_else_names_its_crate() {
    let files = rust();
    let mut wrong = Vec::new();
    for kind in kinds() {
        let module = format!("ppob_provider_{kind}");
        let own = format!("crates/provider-{kind}/");
        let places: Vec<&str> = files
            .iter()
            .filter(|file| !file.path.starts_with(&own) && !file.path.starts_with("tests/"))
            .flat_map(|file| {
                let uses = file.code_lines().filter(|(_, line)| line.contains(&module));
                uses.map(|_| file.path.as_str())
            })
            .collect();
        if places != [KINDS] {
            wrong.push(format!("{module}: {places:?}, and not one line of {KINDS}"));
        }
    }
    assert_none(&wrong, "places to touch for a provider");
}

#[test]
fn the_manifests_name_a_kind_in_the_workspace_and_in_the_composition_root_only() {
    let mut wrong = Vec::new();
    for kind in kinds() {
        let name = format!("ppob-provider-{kind}");
        let own = format!("crates/provider-{kind}/Cargo.toml");
        for manifest in ending_with(&["Cargo.toml"]) {
            let allowed = ["Cargo.toml", "crates/cli/Cargo.toml", own.as_str()];
            let is_test = manifest.path.starts_with("tests/");
            if manifest.text.contains(&name) && !is_test && !allowed.contains(&&*manifest.path) {
                wrong.push(format!("{} names {name}", manifest.path));
            }
        }
    }
    assert_none(&wrong, "manifests that name a provider");
}

#[test]
fn the_core_carries_no_name_of_a_provider() {
    let mut wrong = Vec::new();
    for kind in kinds() {
        let quoted = format!("\"{kind}\"");
        let mut capital = kind.clone();
        if let Some(first) = capital.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        for file in rust().iter().filter(|file| is_core(file)) {
            for (number, line) in file.code_lines() {
                if line.contains(&quoted) || line.contains(&capital) {
                    wrong.push(format!("{}:{number}", file.path));
                }
            }
        }
        for file in ending_with(&[".proto"]) {
            for (number, line) in file.code_lines() {
                if line.to_lowercase().contains(&kind) {
                    wrong.push(format!("{}:{number}", file.path));
                }
            }
        }
    }
    assert_none(&wrong, "provider names in the core");
}

#[test]
fn every_kind_has_a_block_in_the_example_configuration_a_simulator_and_its_facts() {
    const EXAMPLE: &str = "config/ppob.example.toml";
    let mut wrong = Vec::new();
    for kind in kinds() {
        let simulated = [
            format!("crates/simulator/src/{kind}.rs"),
            format!("crates/simulator/src/{kind}/mod.rs"),
        ];
        if !simulated.iter().any(|path| exists(path)) {
            wrong.push(format!("{kind} has no module in the simulator"));
        }
        if exists(EXAMPLE) && !text(EXAMPLE).contains(&format!("kind = \"{kind}\"")) {
            wrong.push(format!("{kind} has no block in {EXAMPLE}"));
        }
        if !exists(&format!("crates/provider-{kind}/docs.md")) {
            wrong.push(format!("{kind} has no docs.md"));
        }
    }
    assert_none(&wrong, "what belongs to a provider");
}

fn kinds() -> Vec<String> {
    let names = workspace().members.keys();
    let mut kinds: Vec<String> =
        names.filter_map(|name| name.strip_prefix("ppob-provider-")).map(str::to_owned).collect();
    // The conformance kit is no kind of provider.
    kinds.retain(|kind| kind != "testkit");
    assert!(!kinds.is_empty());
    kinds
}

fn is_core(file: &File) -> bool {
    CORE.iter().any(|dir| file.path.starts_with(dir))
}
