//! What a provider sends us by itself.

use ppob_types::{AttemptId, ProviderRef, Sensitive, StatusReport};

/// A callback as it came in.
#[derive(Clone, Debug)]
pub struct RawCallback {
    /// Header names in lower case, and their values.
    pub headers: Vec<(String, Sensitive)>,
    /// The body, byte for byte; signatures are over these.
    pub body: Vec<u8>,
}

/// An authentic callback: news about an attempt. The engine decides what it is worth: where the provider
/// can be asked, it is asked; otherwise the callback itself counts, if it names whose payment it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Our reference, if it carries one.
    pub attempt: Option<AttemptId>,
    /// The provider's reference, if it carries one.
    pub provider_ref: Option<ProviderRef>,
    /// The customer number that it names, if it names one, as the provider writes it.
    pub customer: Option<Sensitive>,
    /// The provider's own code of the product that it names, if it names one, verbatim.
    pub provider_code: Option<String>,
    /// What it says.
    pub report: StatusReport,
}

/// Why a callback is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The provider sends none.
    #[error("this provider sends no callbacks")]
    Unsupported,
    /// The signature is missing or wrong.
    #[error("the callback's signature is missing or wrong")]
    NotAuthentic,
    /// The body is not in the provider's format.
    #[error("the callback's body is not readable")]
    Unreadable,
}
