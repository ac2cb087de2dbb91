//! What the documents point at is there.

use crate::files::{File, assert_none, ending_with, exists, text};

/// The start of what is taken for a path of this repository.
const PLACES: [&str; 8] =
    ["crates/", "tests/", "docs/", "deploy/", "proto/", "config/", ".ci/", ".config/"];

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let mut wrong = Vec::new();
    for document in documents() {
        for (number, target) in links(&document) {
            if !leads_somewhere(&document.path, &target) {
                wrong.push(format!("{}:{number}: {target}", document.path));
            }
        }
    }
    assert_none(&wrong, "links that lead nowhere");
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let mut wrong = Vec::new();
    for document in documents() {
        for (number, path) in named_paths(&document) {
            if !exists(path) {
                wrong.push(format!("{}:{number}: {path}", document.path));
            }
        }
    }
    assert_none(&wrong, "paths that are not there");
}

/// Without the documents inside of crates, whose links rustdoc checks.
fn documents() -> Vec<File> {
    let mut documents = ending_with(&[".md"]);
    documents.retain(|document| !document.path.starts_with("crates/"));
    assert!(documents.len() > 5);
    documents
}

fn leads_somewhere(from: &str, target: &str) -> bool {
    if target.starts_with("https://") || target.starts_with("http://") {
        return true;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let dir = from.rsplit_once('/').map_or("", |(dir, _)| dir);
    let path = if path.is_empty() {
        from.to_owned()
    } else {
        format!("{dir}/{path}").trim_start_matches('/').to_owned()
    };
    exists(&path) && (anchor.is_empty() || anchors(&text(&path)).any(|known| known == anchor))
}

/// `](target)`, outside of code blocks.
fn links(document: &File) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (number, line) in prose(document) {
        for (_, rest) in line.match_indices("](").map(|(at, mark)| line.split_at(at + mark.len())) {
            if let Some((target, _)) = rest.split_once(')') {
                links.push((number, target.to_owned()));
            }
        }
    }
    links
}

/// `` `path` `` where it begins like one of ours and is no pattern.
fn named_paths(document: &File) -> Vec<(usize, &str)> {
    let mut paths = Vec::new();
    for (number, line) in prose(document) {
        for span in line.split('`').skip(1).step_by(2) {
            let is_place = PLACES.iter().any(|place| span.starts_with(place));
            let is_pattern = span.contains(['<', '*', '{', '…', ' ']);
            if is_place && !is_pattern {
                paths.push((number, span));
            }
        }
    }
    paths
}

fn prose(document: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    document.lines().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

/// The anchors that a reader's site makes of headings.
fn anchors(document: &str) -> impl Iterator<Item = String> {
    document.lines().filter(|line| line.starts_with('#')).map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        title
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    })
}
