//! Callbacks as a provider sends them.

use ppob_provider::RawCallback;
use ppob_types::Sensitive;

/// What a callback tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The payment succeeded.
    Succeeded,
    /// It is still worked on.
    Pending,
    /// It was refused for good.
    Refused,
    /// A trial of the address, about no payment: `CallbackError::Ping`.
    Ping,
}

/// A callback, genuine and forged.
#[derive(Clone, Debug)]
pub struct NewsSample {
    /// As the provider sends it.
    pub genuine: RawCallback,
    /// The same without any proof of where it comes from, if a proof can be left away: `NotAuthentic`.
    pub unsigned: Option<RawCallback>,
    /// The same with a well-formed proof made with another secret: `NotAuthentic`. `None` only where
    /// callbacks carry no proof at all.
    pub forged: Option<RawCallback>,
    /// What the proof covers.
    pub cover: Cover,
    /// A genuine proof over something that is not the provider's format: `Unreadable`. Where the proof
    /// stands inside the format, such a thing cannot exist.
    pub unreadable: Option<RawCallback>,
    /// Whether the callback carries our reference; otherwise it must carry the provider's.
    pub names_attempt: bool,
}

/// What the proof of a callback covers: of that, no byte can be changed unseen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The whole body.
    Body,
    /// The whole query.
    Query,
    /// These texts wherever they stand (our reference, for one), and nothing else.
    Texts(Vec<String>),
    /// Nothing: the proof is a secret that comes along, or there is none.
    Nothing,
}

impl NewsSample {
    /// A callback whose proof is one header over the whole body: `forged` has `other` in its place.
    pub fn signed_body(body: &[u8], header: &str, proof: &str, other: &str) -> Self {
        let with = |headers: Vec<(String, Sensitive)>| RawCallback {
            headers,
            query: Vec::new(),
            body: body.to_vec(),
        };
        let header = |value: &str| vec![(header.to_owned(), Sensitive::new(value))];
        Self {
            genuine: with(header(proof)),
            unsigned: Some(with(Vec::new())),
            forged: Some(with(header(other))),
            cover: Cover::Body,
            unreadable: None,
            names_attempt: true,
        }
    }
}
