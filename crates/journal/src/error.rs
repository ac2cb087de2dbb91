//! When the store fails.

/// Why the journal did not do something.
///
/// A failed write is an *unknown*: it may be durable although it was not acknowledged. Whoever sees
/// [`JournalError::Unacknowledged`] re-reads before doing anything else, and never mints a permit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// A write was not acknowledged; it may or may not be durable.
    #[error("the journal did not acknowledge a write, which may or may not be durable: {0}")]
    Unacknowledged(String),
    /// A read failed, or a write was refused before it began. Nothing was changed.
    #[error("the journal cannot be used just now, nothing was changed: {0}")]
    Unavailable(String),
    /// The write would have broken a rule that keeps money safe: a mistake of the caller, never of
    /// the weather. Nothing was changed, and trying again brings the same answer.
    #[error("the journal refused a write that breaks a rule, nothing was changed: {0}")]
    RuleBroken(String),
    /// What is stored breaks a rule or cannot be read: a person must look.
    #[error("the journal holds something that must not be: {0}")]
    Corrupt(String),
}
