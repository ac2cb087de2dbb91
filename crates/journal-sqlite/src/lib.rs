//! The journal on SQLite, with group commit.
//!
//! One thread writes: it takes everything that waits, changes of payments before acceptances, gives
//! each write a savepoint of its own, and commits them together. Nobody is told before that commit
//! returned. Readers have connections of their own and see the last commit.

mod apply;
mod backup;
mod connection;
mod decode;
mod error;
mod journal;
mod lanes;
mod open;
mod query;
mod reader;
mod restore;
mod serials;
mod sql;
mod stats;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use backup::{BackupError, back_up};
pub use error::OpenError;
pub use journal::SqliteJournal;
pub use restore::{RestoreError, RestoredJournal, restore};
pub use stats::SqliteStats;
pub use verify::{Verified, VerifyError, check_quickly, verify};
