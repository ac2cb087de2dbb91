//! What the provider guide shows and names is there.

use crate::files::{assert_none, ending_with, exists, text};
use crate::workspace::workspace;

const GUIDE: &str = "docs/PROVIDER_GUIDE.md";
const TEMPLATE: &str = "ppob-provider-bebek";

/// Stands in a block for lines that are left out.
const LEFT_OUT: &str = "…";

#[test]
fn every_block_of_code_in_the_guide_is_a_part_of_the_file_it_names() {
    let guide = text(GUIDE);
    let mut wrong = Vec::new();
    let mut shown = 0;
    for (fence, comment) in [("```rust\n", "// "), ("```toml\n", "# ")] {
        for block in guide.split(fence).skip(1) {
            let block = block.split("```").next().unwrap_or_default();
            let (path, code) = block.split_once('\n').unwrap_or_default();
            let Some(path) = path.strip_prefix(comment).filter(|path| exists(path)) else {
                wrong
                    .push(format!("a block begins with {path:?}, and not with the path of a file"));
                continue;
            };
            shown += 1;
            wrong.extend(differs(&text(path), code).map(|line| format!("{path}: {line}")));
        }
    }
    assert!(shown > 5, "only {shown} blocks found");
    assert_none(&wrong, "docs/PROVIDER_GUIDE.md shows what is not there");
}

/// The first line of a piece of `code` that does not stand in `file` behind the pieces before it.
fn differs(file: &str, code: &str) -> Option<String> {
    let mut rest = file;
    for piece in code.split(&format!("{LEFT_OUT}\n")) {
        let piece = piece.trim_matches('\n');
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return Some(piece.lines().next().unwrap_or_default().to_owned()),
        }
    }
    None
}

#[test]
fn the_guide_names_every_group_of_cases_with_the_files_that_the_kit_names() {
    let guide = text(GUIDE);
    let groups = text("crates/provider-testkit/src/cases/mod.rs");
    let groups = groups.lines().filter_map(|line| {
        let (module, places) = line.trim().strip_prefix("group(")?.split_once("::CASES, \"")?;
        Some((module, places.strip_suffix("\"),")?.replace(", ", "`, `")))
    });
    let rows: Vec<String> =
        groups.map(|(name, places)| format!("| {name} | `{places}` |")).collect();
    assert!(rows.len() > 10, "the groups of the kit were misread: {rows:?}");
    let missing: Vec<String> = rows.into_iter().filter(|row| !guide.contains(row)).collect();
    assert_none(&missing, "rows that docs/PROVIDER_GUIDE.md lacks");
}

#[test]
fn the_guide_names_every_file_of_the_template() {
    let guide = text(GUIDE);
    let files = ending_with(&[".rs", ".md"]);
    let files = files.iter().filter_map(|file| {
        let of_crate =
            file.path.strip_prefix("tests/bebek/").filter(|file| !file.contains("template"));
        of_crate.or_else(|| file.path.strip_prefix("crates/simulator/src/bebek/"))
    });
    let is_named =
        |file: &str| ["", "…/"].iter().any(|of| guide.contains(&format!("`{of}{file}`")));
    let missing: Vec<String> = files.filter(|file| !is_named(file)).map(str::to_owned).collect();
    assert_none(&missing, "files that docs/PROVIDER_GUIDE.md does not explain");
}

#[test]
fn the_template_imports_only_what_providers_may() {
    let imports: Vec<&str> = workspace().imports(TEMPLATE, false).into_iter().collect();
    assert_eq!(imports, ["ppob-http", "ppob-provider", "ppob-types"]);
    let mut in_tests: Vec<&str> = workspace().imports(TEMPLATE, true).into_iter().collect();
    in_tests.retain(|import| !imports.contains(import));
    assert_eq!(in_tests, ["ppob-provider-testkit", "ppob-simulator"]);
}
