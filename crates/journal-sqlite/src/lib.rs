//! The journal on SQLite, with group commit.
//!
//! One thread writes: it takes everything that waits, changes of payments before acceptances, gives
//! each write a savepoint of its own, and commits them together. Nobody is told before that commit
//! returned. Readers have connections of their own and see the last commit.
//!
//! What tells about a customer is sealed before it is handed to the writer, and opened by whoever reads
//! it; the file holds none of it in plain text. There is no other mode.

mod anchor;
mod answers;
mod apply;
mod audited;
mod backup;
mod chain;
mod connection;
mod decode;
mod error;
mod functions;
mod journal;
mod keys;
mod lanes;
mod marks;
mod open;
#[cfg(feature = "testkit")]
pub mod properties;
mod query;
mod reader;
mod restore;
mod rotate;
mod sealed;
mod sends;
mod serials;
mod sql;
mod stats;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use audited::{Audited, SendsOf, audit, chain_head};
pub use backup::{BackupError, back_up};
pub use chain::{Finding, FindingKind, Head, NoHead};
pub use error::OpenError;
pub use journal::SqliteJournal;
pub use keys::{KeySource, key_file};
pub use marks::RestoreMark;
pub use restore::{RestoreError, RestoredJournal, restore};
pub use rotate::{Progress, Rotated, rotate};
pub use sends::{SendSettings, SendsError};
pub use stats::SqliteStats;
pub use verify::{Verified, VerifyError, check_quickly, verify};
