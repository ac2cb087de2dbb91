//! The journal on SQLite, with group commit.
//!
//! One thread writes: it takes everything that waits, changes of payments before acceptances, gives
//! each write a savepoint of its own, and commits them together. Nobody is told before that commit
//! returned. Readers have connections of their own and see the last commit.
//!
//! What tells about a customer is sealed before it is handed to the writer, and opened by whoever reads
//! it; the file holds none of it in plain text. There is no other mode.

mod apply;
mod connection;
mod decode;
mod error;
mod functions;
mod journal;
mod keys;
mod lanes;
mod open;
mod query;
mod reader;
mod rotate;
mod sealed;
mod serials;
mod sql;
mod stats;
#[cfg(test)]
mod tests;
mod writer;

pub use error::OpenError;
pub use journal::SqliteJournal;
pub use keys::{KeySource, key_file};
pub use rotate::{Progress, Rotated, rotate};
pub use stats::SqliteStats;
