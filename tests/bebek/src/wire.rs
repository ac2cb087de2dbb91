//! From the bytes of an answer to its fields: tolerant of what is unknown, strict about what is cut or double.
//!
//! LEFT: what this provider does otherwise (an object inside of `data`, XML, notices of PHP around it).

use std::collections::BTreeMap;
use std::fmt;

use ppob_http::{Answer, UniqueKeys};
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::Sensitive;

/// The fields of one object, by name. Holds personal data: `Debug` shows the names.
pub(crate) struct Fields(BTreeMap<String, Value>);

enum Value {
    Text(String),
    /// Digits as they were written, never through a float.
    Number(String),
}

/// One whole object and nothing behind it, with each key once.
pub(crate) fn object(answer: &Answer) -> Option<Fields> {
    if answer.truncated_by_cap {
        return None;
    }
    Fields::read(std::str::from_utf8(&answer.body).ok()?)
}

/// As [`object`], for questions. HTTP says how the question fared, never what became of a payment.
pub(crate) fn answered(answer: &Answer) -> Result<Fields, ProviderError> {
    spoken(answer)?;
    object(answer).ok_or_else(|| unreadable("the answer is not one whole object"))
}

/// Whether it is an answer of Bebek's at all.
pub(crate) fn spoken(answer: &Answer) -> Result<(), ProviderError> {
    let kind = match answer.status {
        200 => return Ok(()),
        401 | 403 => ProviderErrorKind::Credentials,
        429 => ProviderErrorKind::RateLimited,
        500..=599 => ProviderErrorKind::Transport,
        _ => ProviderErrorKind::Unreadable,
    };
    let message = format!("the provider answered with HTTP status {}", answer.status);
    Err(ProviderError::new(kind, message))
}

pub(crate) fn unreadable(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, message)
}

impl Fields {
    /// An object, as it stands alone or in a list.
    pub(crate) fn read(json: &str) -> Option<Self> {
        let raw: UniqueKeys = serde_json::from_str(json).ok()?;
        let mut fields = BTreeMap::new();
        for (name, value) in raw.0 {
            let value = value.get();
            let value = match value.bytes().next()? {
                b'"' => Value::Text(serde_json::from_str(value).ok()?),
                b'-' | b'0'..=b'9' => Value::Number(value.to_owned()),
                b't' | b'f' => Value::Text(value.to_owned()),
                _ => continue,
            };
            fields.insert(name, value);
        }
        Some(Self(fields))
    }

    /// A field as trimmed text, by the first of these names that it has; empty text is none.
    pub(crate) fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let (Value::Text(text) | Value::Number(text)) = self.0.get(*name)?;
            Some(text.trim()).filter(|text| !text.is_empty())
        })
    }

    /// Whether a field was a JSON number, which cannot keep zeros in front.
    pub(crate) fn is_number(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Number(_)))
    }

    /// Every field, as it came.
    pub(crate) fn all(&self) -> BTreeMap<String, Sensitive> {
        let fields = self.0.iter().map(|(name, value)| {
            let (Value::Text(text) | Value::Number(text)) = value;
            (name.clone(), Sensitive::new(text.clone()))
        });
        fields.collect()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
