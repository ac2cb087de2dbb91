//! Trying a pattern for refusals before it stands in the configuration.

use std::fmt::Debug;

use ppob_types::RawAnswer;

/// A pattern for refusals, ready to be held against stored answers. Pure.
pub trait RefusalTrial: Send + Sync + Debug {
    /// Whether the provider, with this pattern in its configuration, would take the answer of a call
    /// that pays as refused because of it.
    ///
    /// What is stored of an answer is its body: it is taken as one that came with success of the
    /// transport (for HTTP, status 200).
    fn refuses(&self, answer: &RawAnswer) -> bool;
}

/// Why a pattern cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// The provider knows refusals by something else than patterns.
    #[error("this kind of provider has no patterns for refusals")]
    Unsupported,
    /// The provider would not take the pattern in its configuration either.
    #[error("{0}")]
    Refused(String),
}
