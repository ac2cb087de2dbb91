//! Repository rules as tests: directions, file lengths, fresh generated code, links.

use std::path::PathBuf;

pub mod generate;

/// The root of the repository.
pub fn repository_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
