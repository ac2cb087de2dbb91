//! What every source file keeps to.

use crate::files::{assert_none, ending_with, rust};

const LONGEST: usize = 500;
const LONGEST_MEDIAN: usize = 120;

#[test]
fn no_file_is_long_and_most_are_short() {
    let mut wrong = Vec::new();
    let mut lengths = Vec::new();
    for file in rust() {
        let length = file.text.lines().count();
        if length > LONGEST {
            wrong.push(format!("{}: {length} lines", file.path));
        }
        // Lists of cases may be longer than code; the median is of what is read to understand.
        if file.path.contains("/src/") {
            lengths.push(length);
        }
    }
    assert_none(&wrong, "files of more than 500 lines");
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= LONGEST_MEDIAN, "half of the files have more than {median} lines");
}

#[test]
fn nothing_is_left_to_be_done_later() {
    // In pieces, so that this file does not find itself.
    let marks = [
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("XX", "X "),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
    ];
    found(&[".rs", ".sql", ".toml", ".proto", "Makefile"], &marks, "marks of unfinished work");
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let places = [
        concat!("/", "work/"),
        concat!("/", "root/"),
        concat!("/Us", "ers/"),
        concat!("/", "tmp/"),
        concat!("sha", "red/"),
    ];
    let endings = [".rs", ".md", ".sql", ".toml", ".proto", ".yaml", ".yml", "Makefile", ".ci/run"];
    found(&endings, &places, "places that exist on one machine only");
}

#[test]
fn no_lint_is_allowed_silently() {
    found(&[".rs"], &[concat!("#[", "allow("), concat!("#![", "allow(")], "lints that are allowed");
}

fn found(endings: &[&str], needles: &[&str], rule: &str) {
    let mut wrong = Vec::new();
    for file in ending_with(endings) {
        if file.path.contains("/generated/") {
            continue;
        }
        for (number, line) in file.lines() {
            if let Some(needle) = needles.iter().find(|needle| line.contains(*needle)) {
                wrong.push(format!("{}:{number}: {needle}", file.path));
            }
        }
    }
    assert_none(&wrong, rule);
}
