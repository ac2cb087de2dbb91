//! What cannot be seen from outside: failed commits, query plans, reads that panic, the errors of opening.

mod commits;
mod opening;
mod plans;
mod reads;

use std::path::PathBuf;

use tempfile::TempDir;

/// A directory of its own and the path of a journal in it.
fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    (directory, path)
}
