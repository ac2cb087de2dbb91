//! Repository rules as tests: directions, file lengths, what is generated, links.

use std::path::PathBuf;

pub mod generate;
pub mod reference;

/// The root of the repository.
pub fn repository_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
