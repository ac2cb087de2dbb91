//! The documents that are written from what is true: `docs/ERRORS.md` and `docs/API.md`.

mod api;
mod comments;
mod errors;

use std::fs;
use std::path::PathBuf;

use crate::generate::{GenerateError, PACKAGE, descriptor_pool};
use crate::repository_root;

/// A document and what belongs into it now.
#[derive(Debug)]
pub struct Document {
    /// Its path in the repository.
    pub path: &'static str,
    /// All of it.
    pub text: String,
}

/// Every document that is written from what is true.
///
/// Fails if a proto file does not compile or cannot be read.
pub fn documents() -> Result<[Document; 2], GenerateError> {
    let pool = descriptor_pool()?;
    Ok([
        Document { path: "docs/API.md", text: api::document(&pool)? },
        Document { path: "docs/ERRORS.md", text: errors::document(&pool)? },
    ])
}

/// Writes the documents where they are checked in.
///
/// Fails if a proto file does not compile, or a file cannot be read or written.
pub fn write() -> Result<(), GenerateError> {
    for document in documents()? {
        fs::write(checked_in(&document), &document.text)?;
    }
    Ok(())
}

/// Where a document is checked in.
pub fn checked_in(document: &Document) -> PathBuf {
    repository_root().join(document.path)
}
