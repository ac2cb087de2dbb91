//! The journal on SQLite, with group commit.
//!
//! One thread writes: it takes everything that waits, changes of payments before acceptances, gives
//! each write a savepoint of its own, and commits them together. Nobody is told before that commit
//! returned. Readers have connections of their own and see the last commit.
//!
//! What tells about a customer is sealed before it is handed to the writer, and opened by whoever reads
//! it; the file holds none of it in plain text. There is no other mode.

mod anchor;
mod apply;
mod audited;
mod backup;
mod chain;
mod connection;
mod error;
mod functions;
mod journal;
mod keys;
mod leave;
mod marks;
mod open;
mod query;
mod reader;
mod remembered;
mod restore;
mod rotate;
mod rows;
mod sql;
mod stats;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

pub use audited::{SendsOf, audit, chain_head};
pub use backup::{BackupError, back_up};
pub use error::OpenError;
pub use journal::SqliteJournal;
pub use keys::{KeySource, key_file};
pub use leave::{LeaveError, Leaving, Moved};
pub use marks::RestoreMark;
pub use ppob_journal_durable::chain::{Audited, Finding, FindingKind, Head, NoHead};
pub use ppob_journal_durable::sends::{SendSettings, SendsError};
pub use restore::{RestoreError, RestoredJournal, restore};
pub use rotate::{Progress, Rotated, rotate};
pub use stats::SqliteStats;
pub use verify::{Verified, VerifyError, check_quickly, verify};
