//! Reads Digiflazz's JSON: everything stands in `data`, an object or a list; never cut, never with a key
//! twice.

use std::collections::BTreeMap;
use std::fmt;

use ppob_http::{Answer, UniqueKeys};
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Rupiah, Sensitive};
use serde_json::value::RawValue;

use crate::amount::{self, AmountError};

/// What stands in `data`.
#[derive(Debug)]
pub(crate) enum Data {
    /// What every call answers, and every refusal.
    Object(Fields),
    /// A price list: every element, or `None` where it is no object with each key once.
    List(Vec<Option<Fields>>),
}

/// A body that is not in Digiflazz's format; what it was stays in the raw answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not one whole JSON object with its data")]
pub(crate) struct Unreadable;

/// The fields of one object, by name. Holds personal data: `Debug` shows the names.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Fields(BTreeMap<String, Value>);

#[derive(Clone, PartialEq)]
enum Value {
    Text(String),
    /// Digits as they were written; never through a float.
    Number(String),
    Bool(bool),
    Object(Fields),
    List(Vec<Fields>),
    /// Whatever else, as it was written.
    Other(String),
}

/// `desc` and the elements of its `detail`; what is nested deeper stays text.
const DEEPEST: usize = 2;

/// Whether an answer of this HTTP status is read by its body: refusals come with 200, or with 400 (seen).
pub(crate) const fn is_spoken(status: u16) -> bool {
    matches!(status, 200 | 400)
}

/// The object in the `data` of an answer to a read.
pub(crate) fn read_object(answer: &Answer) -> Result<Fields, ProviderError> {
    check_status(answer)?;
    object(answer)
        .map_err(|error| ProviderError::new(ProviderErrorKind::Unreadable, error.to_string()))
}

/// HTTP says how the question fared, never what became of a payment.
pub(crate) fn check_status(answer: &Answer) -> Result<(), ProviderError> {
    let kind = match answer.status {
        status if is_spoken(status) => return Ok(()),
        401 | 403 => ProviderErrorKind::Credentials,
        429 => ProviderErrorKind::RateLimited,
        500..=599 => ProviderErrorKind::Transport,
        _ => ProviderErrorKind::Unreadable,
    };
    let message = format!("the provider answered with HTTP status {}", answer.status);
    Err(ProviderError::new(kind, message))
}

/// The object in the `data` of a whole answer, whatever its HTTP status.
pub(crate) fn object(answer: &Answer) -> Result<Fields, Unreadable> {
    match read(answer)? {
        Data::Object(fields) => Ok(fields),
        Data::List(_) => Err(Unreadable),
    }
}

/// The `data` of a whole answer, whatever its HTTP status.
pub(crate) fn read(answer: &Answer) -> Result<Data, Unreadable> {
    if answer.truncated_by_cap {
        return Err(Unreadable);
    }
    envelope(&answer.body)?.data.ok_or(Unreadable)
}

/// A body, taken apart.
pub(crate) struct Envelope {
    /// What stands in `data`, if there is one.
    pub(crate) data: Option<Data>,
    /// The names beside it.
    pub(crate) others: Vec<String>,
}

/// Takes a body apart, with or without `data`.
pub(crate) fn envelope(body: &[u8]) -> Result<Envelope, Unreadable> {
    let body = std::str::from_utf8(body).map_err(|_| Unreadable)?;
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    let UniqueKeys(mut raw) = serde_json::from_str(body).map_err(|_| Unreadable)?;
    let data = raw.remove("data").map(|data| read_data(data.get())).transpose()?;
    Ok(Envelope { data, others: raw.into_keys().collect() })
}

fn read_data(json: &str) -> Result<Data, Unreadable> {
    if json.starts_with('[') {
        let elements: Vec<Box<RawValue>> = serde_json::from_str(json).map_err(|_| Unreadable)?;
        let elements = elements.iter().map(|element| Fields::read(element.get(), DEEPEST));
        return Ok(Data::List(elements.collect()));
    }
    Fields::read(json, DEEPEST).map(Data::Object).ok_or(Unreadable)
}

impl Fields {
    fn read(json: &str, depth: usize) -> Option<Self> {
        let UniqueKeys(raw) = serde_json::from_str(json).ok()?;
        let mut fields = BTreeMap::new();
        for (name, value) in raw {
            if let Some(value) = Value::read(value.get(), depth)? {
                fields.insert(name, value);
            }
        }
        Some(Self(fields))
    }

    /// A field as trimmed text; empty text is none.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let (Value::Text(text) | Value::Number(text)) = self.0.get(name)? else { return None };
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    /// Whether a field is there, be it empty; `null` is not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A field as text with each run of white space as one space.
    pub(crate) fn line(&self, name: &str) -> Option<String> {
        Some(self.text(name)?.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Whether a field was a JSON number, which cannot keep leading zeros.
    pub(crate) fn is_number(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Number(_)))
    }

    /// A field that is true or false.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A field as an amount; absent, empty and `null` are `None`.
    pub(crate) fn rupiah(&self, name: &str) -> Result<Option<Rupiah>, AmountError> {
        match self.0.get(name) {
            None | Some(Value::Text(_) | Value::Number(_)) => {
                self.text(name).map(amount::rupiah).transpose()
            }
            Some(_) => Err(AmountError),
        }
    }

    /// A field as an amount, for fields whose damage must not hide the rest of the answer.
    pub(crate) fn money(&self, name: &str) -> Option<Rupiah> {
        self.rupiah(name).ok().flatten()
    }

    /// As [`Fields::money`], where less than nothing makes no sense.
    pub(crate) fn price(&self, name: &str) -> Option<Rupiah> {
        self.money(name).filter(|price| !price.is_negative())
    }

    /// An object in it.
    pub(crate) fn nested(&self, name: &str) -> Option<&Self> {
        match self.0.get(name)? {
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The objects of a list in it; none if it is absent, empty or no list of objects.
    pub(crate) fn list(&self, name: &str) -> &[Self] {
        match self.0.get(name) {
            Some(Value::List(elements)) => elements,
            _ => &[],
        }
    }

    /// Every field, as it came; those of nested objects behind a dot, those of lists by number.
    pub(crate) fn all(&self) -> BTreeMap<String, Sensitive> {
        let mut all = BTreeMap::new();
        self.collect("", &mut all);
        all
    }

    fn collect(&self, prefix: &str, all: &mut BTreeMap<String, Sensitive>) {
        for (name, value) in &self.0 {
            let name = format!("{prefix}{name}");
            match value {
                Value::Object(fields) => fields.collect(&format!("{name}."), all),
                Value::List(elements) => {
                    for (number, fields) in (1..).zip(elements) {
                        fields.collect(&format!("{name}.{number}."), all);
                    }
                }
                Value::Bool(flag) => {
                    all.insert(name, Sensitive::new(flag.to_string()));
                }
                Value::Text(text) | Value::Number(text) | Value::Other(text) => {
                    all.insert(name, Sensitive::new(text.clone()));
                }
            }
        }
    }
}

impl Value {
    /// The value; nothing for `null`. `None` if it cannot be read at all.
    #[expect(clippy::option_option, reason = "not readable, and nothing, are different answers")]
    fn read(json: &str, depth: usize) -> Option<Option<Self>> {
        let other = || Self::Other(json.to_owned());
        let inner = depth.checked_sub(1);
        Some(Some(match json.bytes().next()? {
            b'"' => Self::Text(serde_json::from_str(json).ok()?),
            b'n' => return Some(None),
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'{' => inner.and_then(|d| Fields::read(json, d)).map_or_else(other, Self::Object),
            b'[' => inner.and_then(|d| objects(json, d)).map_or_else(other, Self::List),
            _ => Self::Number(json.to_owned()),
        }))
    }
}

fn objects(json: &str, depth: usize) -> Option<Vec<Fields>> {
    let elements: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
    elements.iter().map(|element| Fields::read(element.get(), depth)).collect()
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Option<Fields> {
        let body = body.as_bytes().to_vec();
        object(&Answer { status: 200, body, truncated_by_cap: false }).ok()
    }

    #[test]
    fn what_stands_in_data_is_read_and_anything_beside_it_is_not_minded() {
        let fields =
            of("\u{feff} {\"x\":1,\"data\":{\"rc\":\"00\",\"price\":10000,\"s\":null}}\n").unwrap();
        assert_eq!((fields.text("rc"), fields.text("s")), (Some("00"), None));
        assert_eq!(fields.money("price"), Some(Rupiah::new(10_000)));
    }

    #[test]
    fn cut_doubled_and_foreign_bodies_are_not_readable() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"data":null}"#,
            r#"{"data":"x"}"#,
            r#"{"data":[]}"#,
            r#"{"data":{"rc":"00"}"#,
            r#"{"data":{"rc":"00"}}{"data":{"rc":"02"}}"#,
            r#"{"data":{"rc":"00"},"data":{"rc":"02"}}"#,
            r#"{"data":{"rc":"00","rc":"02"}}"#,
            r#"{"data":{"rc":"00","r\u0063":"02"}}"#,
            "<html>502</html>",
        ] {
            assert!(of(body).is_none(), "{body}");
        }
    }

    #[test]
    fn nested_fields_keep_their_place_and_deeper_ones_stay_text() {
        let body = r#"{"data":{"desc":{"daya":1300,"detail":[{"periode":"01"},{"periode":"02","x":{"y":{"z":1}}}]}}}"#;
        let fields = of(body).unwrap();
        let desc = fields.nested("desc").unwrap();
        assert_eq!(desc.list("detail").len(), 2);
        let all = fields.all();
        let shown = |name: &str| all.get(name).map(Sensitive::expose);
        assert_eq!(shown("desc.daya"), Some("1300"));
        assert_eq!(shown("desc.detail.2.periode"), Some("02"));
        assert_eq!(shown("desc.detail.2.x"), Some(r#"{"y":{"z":1}}"#));
    }
}
