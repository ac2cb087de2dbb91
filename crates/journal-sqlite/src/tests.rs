//! What cannot be seen from outside: failed commits, query plans, reads that panic, the errors of opening.

mod commits;
mod cost;
mod moved;
mod opening;
#[path = "../tests/payments/mod.rs"]
mod payments;
mod plans;
mod reads;
mod sealed;
mod sends;

use std::path::PathBuf;

use ppob_seal::{KeyId, MasterKey, MasterKeys};
use tempfile::TempDir;

use crate::KeySource;

/// A directory of its own and the path of a journal in it.
fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    (directory, path)
}

/// The key of every test.
fn keys() -> KeySource {
    let id = KeyId::new("test").unwrap();
    KeySource::Given(MasterKeys::new(MasterKey::parse(id, &"17".repeat(32)).unwrap()))
}
