//! Where a simulation reaches into the journal in memory.

use std::fmt::Debug;

use async_trait::async_trait;
use ppob_types::{PaymentKey, Retention};

use crate::{AuditEntry, Change, JournalError, NewPayment, StoredInquiry, StoredPayment};

/// A write that is about to be applied, or was just applied.
#[derive(Clone, Copy, Debug)]
pub enum MemoryWrite<'a> {
    /// [`crate::Journal::accept`].
    Accept(&'a NewPayment),
    /// [`crate::Journal::commit`].
    Commit(&'a Change),
    /// [`crate::Journal::bury`].
    Bury(&'a PaymentKey),
    /// [`crate::Journal::save_inquiry`].
    SaveInquiry(&'a StoredInquiry),
    /// [`crate::Journal::save_document`], by the document's name.
    SaveDocument(&'a str),
    /// [`crate::Journal::audit`].
    Audit(&'a AuditEntry),
    /// [`crate::Journal::strip`]: which payment, and what is kept of it.
    Strip(&'a StoredPayment, Retention),
    /// [`crate::Journal::forget_inquiries`] and [`crate::Journal::forget_expired_inquiries`].
    ForgetInquiries,
    /// A note, a deposit, a proposal or the end of one, by what is done.
    Operator(&'static str),
}

/// What happens around each read and write, for simulations.
///
/// To crash at a point, stay pending there for ever and drop the caller's future: a write that never
/// passed [`MemoryHooks::before_apply`] is lost, one that did is durable although nobody was told.
#[async_trait]
pub trait MemoryHooks: Send + Sync + Debug + 'static {
    /// Before a write is applied.
    ///
    /// # Errors
    /// The write is not applied, and its caller gets this error: `Unavailable`, or `Unacknowledged`
    /// for a lost write.
    async fn before_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        let _ = write;
        Ok(())
    }

    /// After a write was applied, whatever it brought (also `Stale`, `Known`, …), before its caller
    /// is told.
    ///
    /// # Errors
    /// The write stays applied, but its caller gets this error: only `Unacknowledged` makes sense.
    async fn after_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        let _ = write;
        Ok(())
    }

    /// Before a read.
    ///
    /// # Errors
    /// The reader gets this error.
    async fn before_read(&self) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Nothing happens.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHooks;

impl MemoryHooks for NoHooks {}

impl MemoryWrite<'_> {
    /// The name of the write, for crash points.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Commit(_) => "commit",
            Self::Bury(_) => "bury",
            Self::SaveInquiry(_) => "save-inquiry",
            Self::SaveDocument(_) => "save-document",
            Self::Audit(_) => "audit",
            Self::Strip(..) => "strip",
            Self::ForgetInquiries => "forget-inquiries",
            Self::Operator(what) => what,
        }
    }
}
