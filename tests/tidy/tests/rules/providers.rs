//! Adding a provider touches its own crate, one line of the list of kinds, one block of the example
//! configuration and one module of the simulator; and the lines by which cargo and rustc find these.

use crate::files::{File, assert_none, ending_with, exists, rust, text};
use crate::workspace::workspace;

const KINDS: &str = "crates/cli/src/providers.rs";
const EXAMPLE: &str = "config/ppob.example.toml";

/// Files outside of a kind's own that name it, and how many lines of each; the block of the example is one.
const TOUCHED: [(&str, usize); 5] = [
    (KINDS, 1),
    (EXAMPLE, 1),
    ("Cargo.toml", 1),
    ("crates/cli/Cargo.toml", 1),
    ("crates/simulator/src/lib.rs", 1),
];

/// What names a kind beyond that, and why: none of it is needed to add one.
const FURTHER: [(&str, &str, &str); 15] = [
    ("mmbc", "crates/cli/src/sandbox/", "the sandbox simulates it"),
    ("digiflazz", "crates/cli/src/sandbox/", "the sandbox simulates it"),
    ("iak", "crates/cli/src/sandbox/", "the sandbox simulates it"),
    ("mmbc", "crates/cli/src/demo/", "the demo walks through that sandbox"),
    ("digiflazz", "crates/cli/src/demo/", "the demo walks through that sandbox"),
    ("iak", "crates/cli/src/demo/", "the demo walks through that sandbox"),
    ("mmbc", "crates/simulator/src/digiflazz/magic.rs", "magic numbers mean the same everywhere"),
    ("mmbc", "crates/simulator/src/iak/magic.rs", "magic numbers mean the same everywhere"),
    ("mmbc", "crates/cli/src/args.rs", "the examples of commands name an account of that sandbox"),
    (
        "mmbc",
        "crates/simulator/src/h2h/",
        "faults happen at the same stages, so they share the type",
    ),
    ("mmbc", "clippy.toml", "how it is spelled in comments"),
    ("digiflazz", "clippy.toml", "how it is spelled in comments"),
    ("iak", "clippy.toml", "how it is spelled in comments"),
    ("h2h", "crates/cli/src/", "commands about descriptions are its own"),
    ("digiflazz", "deploy/", "a configuration needs some account, and this one speaks HTTPS"),
];

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
fn what_is_shipped_names_a_kind_in_its_own_files_and_once_in_each_place_that_a_new_one_touches() {
    let shipped = shipped();
    let mut needed = vec![false; FURTHER.len()];
    let mut wrong = Vec::new();
    for kind in kinds() {
        let mut counted: Vec<(&str, usize)> = Vec::new();
        for file in shipped.iter().filter(|file| !is_own(&file.path, &kind)) {
            let lines = naming(file, &kind);
            if lines == 0 {
                continue;
            }
            if TOUCHED.iter().any(|(touched, _)| file.path == *touched) {
                counted.push((&file.path, lines));
                continue;
            }
            let further =
                FURTHER.iter().position(|(of, path, _)| *of == kind && file.path.starts_with(path));
            match further {
                Some(at) => needed[at] = true,
                None => wrong.push(format!("{} names {kind} in {lines} lines", file.path)),
            }
        }
        for (touched, lines) in TOUCHED {
            let found = counted.iter().find(|(path, _)| *path == touched);
            let found = found.map_or(0, |(_, lines)| *lines);
            if found != lines {
                wrong.push(format!("{touched} names {kind} in {found} lines, and not in {lines}"));
            }
        }
    }
    for ((kind, path, _), needed) in FURTHER.iter().zip(needed) {
        if !needed {
            wrong.push(format!("{path} does not name {kind} any more: take it off the list"));
        }
    }
    assert_none(&wrong, "what a new kind of provider would have to touch");
}

#[test]
fn nothing_is_left_to_write_in_a_kind_that_is_listed() {
    let mut wrong = Vec::new();
    for kind in kinds() {
        for file in ending_with(&[".rs", ".md"]).iter().filter(|file| is_own(&file.path, &kind)) {
            let marked = file.lines().filter(|(_, line)| line.contains("LEFT:"));
            wrong.extend(marked.map(|(number, _)| format!("{}:{number}", file.path)));
        }
    }
    assert_none(&wrong, "work that `make provider` left (write it, then take the mark away)");
}

/// The files of what is shipped, and without the tests at their ends.
fn shipped() -> Vec<File> {
    let mut files = ending_with(&[".rs", ".toml", ".proto", ".sql", ".txt"]);
    let of_tests = ["/tests/", "/suite/", "tests.rs", "/page.rs", "/generated/"];
    files.retain(|file| {
        let elsewhere = ["tests/", "fuzz/"].iter().any(|dir| file.path.starts_with(dir));
        !elsewhere && !of_tests.iter().any(|part| file.path.contains(part))
    });
    for file in &mut files {
        if let Some((code, _)) = file.text.split_once("\n#[cfg(test)]\nmod tests {") {
            file.text = code.to_owned();
        }
    }
    assert!(files.len() > 300, "only {} files found", files.len());
    files
}

/// How many lines name a kind; of the example, how many blocks of it begin.
fn naming(file: &File, kind: &str) -> usize {
    let lines = file.code_lines().map(|(_, line)| line.to_lowercase());
    if file.path == EXAMPLE {
        let lines = lines.filter(|line| *line == format!("kind = \"{kind}\""));
        // Of a kind that is described by files, one block for each of two sorts of centres.
        return lines.count().min(1);
    }
    let is_naming = |line: &String| {
        line.match_indices(kind).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            !before.is_some_and(|before| before.is_ascii_alphanumeric())
        })
    };
    let lines: Vec<String> = lines.filter(is_naming).collect();
    // The list calls a kind that commands are about by a name of its own.
    let renamed = lines.iter().filter(|line| line.ends_with(&format!(" as {kind};"))).count();
    lines.len() - renamed
}

fn is_own(path: &str, kind: &str) -> bool {
    let own = [
        format!("crates/provider-{kind}/"),
        format!("crates/simulator/src/{kind}/"),
        format!("crates/simulator/tests/{kind}/"),
    ];
    own.iter().any(|own| path.starts_with(own))
}

#[test]
fn every_kind_has_a_block_in_the_example_configuration_a_simulator_and_its_facts() {
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
    // What is shipped; the template of a provider lies in `tests`.
    let dirs = workspace().members.values();
    let mut kinds: Vec<String> =
        dirs.filter_map(|dir| dir.strip_prefix("crates/provider-")).map(str::to_owned).collect();
    // The conformance kit is no kind of provider.
    kinds.retain(|kind| kind != "testkit");
    assert!(!kinds.is_empty());
    kinds
}

fn is_core(file: &File) -> bool {
    CORE.iter().any(|dir| file.path.starts_with(dir))
}
