//! The documents say what they must, and the commands they name exist.

use crate::files::{assert_none, ending_with, exists, rust, text};

/// One word for each thing; each has a row in the glossary.
const WORDS: [&str; 21] = [
    "provider",
    "product",
    "family",
    "consumer",
    "offer",
    "inquiry",
    "bill",
    "payment",
    "attempt",
    "outcome",
    "report",
    "receipt",
    "total",
    "cost",
    "commission",
    "balance",
    "reservation",
    "intent",
    "observed",
    "in doubt",
    "journal",
];

#[test]
fn the_glossary_has_a_row_for_every_word() {
    let glossary = text("docs/GLOSSARY.md");
    let has_row = |word: &str| glossary.contains(&format!("| **{word}** |"));
    let missing: Vec<String> =
        WORDS.into_iter().filter(|word| !has_row(word)).map(str::to_owned).collect();
    assert_none(&missing, "words without a row in docs/GLOSSARY.md");
}

#[test]
fn the_invariants_stand_in_order_each_with_its_reason_and_its_tests() {
    let document = text("docs/INVARIANTS.md");
    let mut sections = document.split("\n## ").skip(1);
    for number in 1..=9 {
        let section = sections.next().unwrap_or_default();
        assert!(section.starts_with(&format!("P{number} ")), "P{number} is missing");
        for part in ["**Why.**", "**Enforced.**", "**Tested.**"] {
            assert!(section.contains(part), "P{number} has no {part}");
        }
    }
}

#[test]
fn the_tests_metrics_and_constraints_that_the_invariants_name_exist() {
    let document = text("docs/INVARIANTS.md") + &text("docs/SAFETY.md");
    let all = |ending| -> String {
        ending_with(&[ending]).into_iter().map(|file| file.text + "\n").collect()
    };
    let (code, sql) = (all(".rs"), all(".sql"));
    let missing: Vec<String> = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('_') && name.chars().all(|c| c.is_lowercase() || c == '_'))
        .filter(|name| {
            let in_code = [format!("fn {name}("), format!("{name}: "), format!("\"{name}\"")];
            let in_sql = ["TRIGGER ", "INDEX ", "TABLE "].map(|kind| format!("{kind}{name} "));
            !in_code.iter().any(|use_of| code.contains(use_of))
                && !in_sql.iter().any(|use_of| sql.contains(use_of))
        })
        .map(str::to_owned)
        .collect();
    assert_none(&missing, "what docs/INVARIANTS.md or docs/SAFETY.md names and nobody wrote");
}

#[test]
fn the_protos_of_every_released_version_are_kept() {
    let changes = text("CHANGELOG.md");
    let released: Vec<&str> = changes
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    assert!(!released.is_empty());
    let missing: Vec<String> = released
        .into_iter()
        .map(|version| format!("proto/released/{version}.binpb"))
        .filter(|image| !exists(image))
        .collect();
    assert_none(&missing, "released protos that were not kept (`make buf-release`)");
}

#[test]
fn the_readme_opens_with_the_two_commands() {
    let readme = text("README.md");
    let opening: Vec<&str> = readme.lines().take(30).collect();
    for command in ["cargo run --release -- sandbox", "make test"] {
        let stands = opening.iter().any(|line| line.starts_with(command));
        assert!(stands, "the first 30 lines of README.md lack `{command}`");
    }
}

#[test]
fn every_make_target_and_subcommand_in_a_document_exists() {
    let makefile = text("Makefile");
    let cli: String = rust()
        .into_iter()
        .filter(|file| file.path.starts_with("crates/cli/src/"))
        .map(|file| file.text)
        .collect();
    let mut wrong = Vec::new();
    for document in ending_with(&[".md"]) {
        for (number, line) in document.lines() {
            for target in words_after(line, "make ") {
                if !makefile.contains(&format!("\n{target}:")) {
                    wrong.push(format!("{}:{number}: make {target}", document.path));
                }
            }
            let commands = words_after(line, "cargo run --release -- ");
            for command in commands.into_iter().chain(words_after(line, "ppob ")) {
                if !cli.contains(&variant(command)) {
                    wrong.push(format!("{}:{number}: ppob {command}", document.path));
                }
            }
        }
    }
    assert_none(&wrong, "commands that do not exist");
}

/// The word after `command` where a command begins: at the start of a line or of a code span.
fn words_after<'a>(line: &'a str, command: &str) -> Vec<&'a str> {
    let starts = [format!("`{command}"), format!("$ {command}")];
    let in_line = line.strip_prefix(command);
    let in_spans = starts
        .iter()
        .flat_map(|start| line.match_indices(start.as_str()))
        .filter_map(|(at, start)| line.get(at + start.len()..));
    in_line
        .into_iter()
        .chain(in_spans)
        .filter_map(|rest| rest.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).next())
        .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

/// How the command line's code spells a subcommand: a variant such as `Sandbox`.
fn variant(command: &str) -> String {
    command
        .split('-')
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map_or_else(String::new, |first| {
                format!("{}{}", first.to_ascii_uppercase(), letters.as_str())
            })
        })
        .collect()
}
