//! What a provider sends us by itself.

use std::fmt;

use ppob_types::{AttemptId, ProviderRef, Sensitive, StatusReport};

/// A callback as it came in. Its body names customers, so `Debug` shows its length only.
#[derive(Clone)]
pub struct RawCallback {
    /// Header names in lower case, and their values.
    pub headers: Vec<(String, Sensitive)>,
    /// What stood after the `?` of the address, byte for byte; empty without one.
    pub query: Vec<u8>,
    /// The body, byte for byte; signatures are over these.
    pub body: Vec<u8>,
}

impl fmt::Debug for RawCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("RawCallback")
            .field("headers", &names)
            .field("query", &format_args!("<{} bytes>", self.query.len()))
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish()
    }
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
    /// It is the provider's trial of the address, about no payment. To be answered like any other.
    #[error("the callback is a trial, about no payment")]
    Ping,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_does_not_show_whom_it_is_about() {
        let headers = vec![("x-signature".to_owned(), Sensitive::new("0badcafe"))];
        let (query, body) = (b"refid=P1".to_vec(), b"customer=91011121314".to_vec());
        let raw = RawCallback { headers, query, body };
        let shown = format!("{raw:?}");
        assert_eq!(
            shown,
            "RawCallback { headers: [\"x-signature\"], query: <8 bytes>, body: <20 bytes> }"
        );
    }
}
