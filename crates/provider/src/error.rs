//! Why a read failed.

use ppob_types::Rejection;

/// Why a price list, inquiry, status check or balance could not be had. Never speaks of a payment.
///
/// The message is for people; it carries neither URLs nor credentials nor customer data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ProviderError {
    /// What the engine acts on.
    pub kind: ProviderErrorKind,
    /// What a person reads.
    pub message: String,
}

/// The class of a failed read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderErrorKind {
    /// The provider was not reached, or its answer did not come whole. Trying again may help.
    Transport,
    /// The provider said no to the question itself (no such bill, number unknown, closed).
    Refused(Rejection),
    /// An answer that is on no list or not readable.
    Unreadable,
    /// The provider asks us to slow down.
    RateLimited,
    /// User, password, key or IP address refused: a person must look.
    Credentials,
    /// The provider cannot do this.
    Unsupported,
}

impl ProviderError {
    /// An error of `kind` with a message for people.
    pub fn new(kind: ProviderErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The provider cannot do `what`.
    pub fn unsupported(what: &str) -> Self {
        Self::new(ProviderErrorKind::Unsupported, format!("the provider does not offer: {what}"))
    }

    /// Whether the same question may be answered a moment later.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, ProviderErrorKind::Transport)
    }

    /// The stable name of the class, as in metrics.
    pub fn class(&self) -> &'static str {
        match self.kind {
            ProviderErrorKind::Transport => "transport",
            ProviderErrorKind::Refused(_) => "refused",
            ProviderErrorKind::Unreadable => "unreadable",
            ProviderErrorKind::RateLimited => "rate-limited",
            ProviderErrorKind::Credentials => "credentials",
            ProviderErrorKind::Unsupported => "unsupported",
        }
    }
}
