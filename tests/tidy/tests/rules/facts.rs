//! Every numbered fact about providers has a test that names it, or a row that says why it does not apply.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{assert_none, rust, text};

/// So many are known, numbered from 1.
const FACTS: u32 = 75;

const PAGE: &str = "docs/PROVIDERS.md";
const HEADING: &str = "\n## Facts that do not apply\n";

#[test]
fn every_fact_has_a_test_or_a_row_that_says_why_it_does_not_apply_and_none_has_both() {
    let (tested, excused) = (tested(), excused());
    let mut wrong = Vec::new();
    for fact in 1..=FACTS {
        match (tested.contains_key(&fact), excused.contains(&fact)) {
            (false, false) => wrong.push(format!("{fact} has neither a test nor a row in {PAGE}")),
            (true, true) => wrong.push(format!("{fact} has a test, and a row in {PAGE}")),
            (true, false) | (false, true) => {}
        }
    }
    let named = tested.keys().chain(&excused);
    let unknown = named.filter(|fact| !(1..=FACTS).contains(*fact));
    wrong.extend(unknown.map(|fact| format!("there is no fact {fact}")));
    assert_none(&wrong, "facts about providers");
}

#[test]
fn a_fact_has_one_test_in_a_file() {
    let twice = tested().into_iter().filter_map(|(fact, files)| {
        let once: BTreeSet<&String> = files.iter().collect();
        (once.len() != files.len()).then(|| format!("{fact}: {files:?}"))
    });
    assert_none(&twice.collect::<Vec<_>>(), "facts with several tests in one file");
}

/// The files that have tests of a fact, once for each test.
fn tested() -> BTreeMap<u32, Vec<String>> {
    let mut tested: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for file in rust() {
        let mut attribute = false;
        for (_, line) in file.code_lines() {
            let line = line.trim_start();
            if let Some(fact) = fact_of(line) {
                // What no test attribute stands before is run by nobody.
                assert!(attribute, "{}: {line} is no test", file.path);
                tested.entry(fact).or_default().push(file.path.clone());
            }
            attribute = line.starts_with("#[test]")
                || line.starts_with("#[tokio::test")
                || (attribute && line.starts_with("#["));
        }
    }
    tested
}

/// The number in `fn fact_12_…`.
fn fact_of(line: &str) -> Option<u32> {
    let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn fact_")?;
    let (number, sentence) = name.split_once('_')?;
    number.parse().ok().filter(|_| !sentence.starts_with('('))
}

/// The facts with a row on the page.
fn excused() -> BTreeSet<u32> {
    let page = text(PAGE);
    let (_, section) = page.split_once(HEADING).expect("the page has the heading");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.map(|row| row.split(" | ").collect::<Vec<_>>());
    let numbered = cells.filter_map(|row| Some((row.first()?.parse().ok()?, row)));
    let mut excused = BTreeSet::new();
    for (fact, row) in numbered {
        assert!(row.len() == 3 && row.iter().all(|cell| !cell.is_empty()), "the row of {fact}");
        assert!(excused.insert(fact), "{fact} has two rows");
    }
    excused
}
