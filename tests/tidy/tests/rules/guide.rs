//! The code in the provider guide is the code of `tests/guide`, which is built and run.

use std::collections::BTreeSet;

use crate::files::{assert_none, rust, text};
use crate::workspace::workspace;

const GUIDE: &str = "docs/PROVIDER_GUIDE.md";
const CRATE: &str = "tests/guide/";

#[test]
fn every_block_of_the_guide_is_a_file_of_its_crate_and_every_file_is_shown() {
    let guide = text(GUIDE);
    let mut files = rust();
    files.retain(|file| file.path.starts_with(CRATE));
    let mut wrong = Vec::new();
    let mut shown = BTreeSet::new();
    for block in guide.split("```rust").skip(1) {
        let block = block.split("\n```").next().unwrap_or_default();
        let (path, code) = block
            .strip_prefix("\n// ")
            .and_then(|block| block.split_once('\n'))
            .unwrap_or(("a block that does not begin with `// src/…`", block));
        let path = format!("{CRATE}{path}");
        match files.iter().find(|file| file.path == path) {
            Some(file) if file.text.trim_end() == code => {
                shown.insert(path);
            }
            Some(_) => wrong.push(format!("{path} is shown as it is not")),
            None => wrong.push(format!("{path} does not exist")),
        }
    }
    let source = format!("{CRATE}src/");
    let sources = files.iter().map(|file| &file.path).filter(|path| path.starts_with(&source));
    let missing = sources.filter(|path| !shown.contains(*path));
    wrong.extend(missing.map(|path| format!("{path} is not shown")));
    assert_none(&wrong, "docs/PROVIDER_GUIDE.md and tests/guide differ");
}

#[test]
fn the_provider_of_the_guide_imports_only_what_providers_may() {
    let imports: Vec<&str> = workspace().imports("ppob-guide", false).into_iter().collect();
    assert_eq!(imports, ["ppob-http", "ppob-provider", "ppob-types"]);
    let in_tests = workspace().imports("ppob-guide", true).len();
    assert_eq!(in_tests, imports.len(), "not even its tests know more");
}
