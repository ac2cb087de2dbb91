//! Reads IAK's JSON: an envelope whose `data` is an object, or a list of prices. Never cut, never with a key
//! twice, and numbers as they were written.

use std::collections::BTreeMap;
use std::fmt;

use ppob_http::{Answer, UniqueKeys};
use ppob_types::{ProviderRef, Rupiah, Sensitive};
use serde_json::value::RawValue;

use crate::amount::{self, AmountError};

/// An answer that is not readable; what it was stays in the raw answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not one whole JSON object with data")]
pub(crate) struct Unreadable;

/// The fields of one object, by name. Holds personal data: `Debug` shows the names.
#[derive(Clone, Default)]
pub(crate) struct Fields(BTreeMap<String, Node>);

/// A value of an answer.
#[derive(Clone)]
pub(crate) enum Node {
    /// Text.
    Text(String),
    /// Digits as they were written; never through a float.
    Number(String),
    /// `true` or `false`, as it was written.
    Flag(String),
    /// `null`.
    Null,
    /// A list.
    List(Vec<Node>),
    /// An object with each key once.
    Object(Fields),
}

/// Deeper answers are nobody's: the deepest that IAK documents has four levels.
const DEEPEST: usize = 16;

/// The `data` of an answer, whatever its status and content type.
pub(crate) fn data(answer: &Answer) -> Result<Node, Unreadable> {
    if answer.truncated_by_cap {
        return Err(Unreadable);
    }
    data_of(&answer.body)
}

/// The `data` of a whole body.
pub(crate) fn data_of(body: &[u8]) -> Result<Node, Unreadable> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    match Node::read(text, 0) {
        Some(Node::Object(mut envelope)) => envelope.0.remove("data").ok_or(Unreadable),
        _ => Err(Unreadable),
    }
}

/// The `data` of an answer, if it is an object.
pub(crate) fn object(answer: &Answer) -> Result<Fields, Unreadable> {
    match data(answer)? {
        Node::Object(fields) => Ok(fields),
        _ => Err(Unreadable),
    }
}

impl Node {
    fn read(json: &str, depth: usize) -> Option<Self> {
        if depth > DEEPEST {
            return None;
        }
        Some(match json.bytes().next()? {
            b'"' => Self::Text(serde_json::from_str(json).ok()?),
            b'{' => {
                let UniqueKeys(raw) = serde_json::from_str(json).ok()?;
                let fields = raw.into_iter();
                let fields =
                    fields.map(|(name, raw)| Some((name, Self::read(raw.get(), depth + 1)?)));
                Self::Object(Fields(fields.collect::<Option<_>>()?))
            }
            b'[' => {
                let raw: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
                let nodes = raw.iter().map(|raw| Self::read(raw.get(), depth + 1));
                Self::List(nodes.collect::<Option<_>>()?)
            }
            b't' | b'f' => Self::Flag(serde_json::from_str::<bool>(json).ok()?.to_string()),
            b'n' => serde_json::from_str::<()>(json).ok().map(|()| Self::Null)?,
            _ => Self::Number(serde_json::from_str::<Box<RawValue>>(json).ok()?.get().to_owned()),
        })
    }

    /// The object, if it is one.
    pub(crate) fn object(&self) -> Option<&Fields> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

impl Fields {
    /// A field, by the names of the objects around it and its own, joined by dots.
    pub(crate) fn at(&self, path: &str) -> Option<&Node> {
        match path.split_once('.') {
            Some((name, rest)) => self.0.get(name)?.object()?.at(rest),
            None => self.0.get(path),
        }
    }

    /// A field as trimmed text; empty text is none.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        let text = match self.at(path)? {
            Node::Text(text) | Node::Number(text) => text.trim(),
            Node::Flag(_) | Node::Null | Node::List(_) | Node::Object(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Whether a field was a JSON number, which cannot keep leading zeros.
    pub(crate) fn is_number(&self, path: &str) -> bool {
        matches!(self.at(path), Some(Node::Number(_)))
    }

    /// A field as text with each run of white space as one space.
    pub(crate) fn line(&self, path: &str) -> Option<String> {
        let words: Vec<&str> = self.text(path)?.split_whitespace().collect();
        Some(words.join(" "))
    }

    /// A field as an amount; absent, empty and `null` are `None`.
    pub(crate) fn rupiah(&self, path: &str) -> Result<Option<Rupiah>, AmountError> {
        match self.at(path) {
            None | Some(Node::Null) => Ok(None),
            Some(Node::Text(_) | Node::Number(_)) => {
                self.text(path).map(amount::rupiah).transpose()
            }
            Some(Node::Flag(_) | Node::List(_) | Node::Object(_)) => Err(AmountError),
        }
    }

    /// A field as an amount, for fields whose damage must not hide the rest of the answer.
    pub(crate) fn money(&self, path: &str) -> Option<Rupiah> {
        self.rupiah(path).ok().flatten()
    }

    /// The objects of a list; none where there is no list.
    pub(crate) fn rows(&self, path: &str) -> Vec<&Fields> {
        match self.at(path) {
            Some(Node::List(nodes)) => nodes.iter().filter_map(Node::object).collect(),
            _ => Vec::new(),
        }
    }

    /// A response code: at least two digits, also where it came as a number.
    pub(crate) fn code(&self, path: &str) -> Option<String> {
        let code = self.text(path)?;
        let single = self.is_number(path) && code.len() == 1;
        Some(if single { format!("0{code}") } else { code.to_owned() })
    }

    /// The number that IAK gave a transaction or an inquiry.
    pub(crate) fn tr_id(&self) -> Option<&str> {
        let digits = |text: &&str| text.len() <= 40 && text.bytes().all(|b| b.is_ascii_digit());
        self.text("tr_id").filter(digits).filter(|text| text.bytes().any(|b| b != b'0'))
    }

    /// Every value, by its name with those of the objects and the places of the lists around it.
    pub(crate) fn flat(&self) -> BTreeMap<String, Sensitive> {
        let mut flat = BTreeMap::new();
        self.flatten("", &mut flat);
        flat
    }

    fn flatten(&self, prefix: &str, flat: &mut BTreeMap<String, Sensitive>) {
        for (name, node) in &self.0 {
            node.flatten(&format!("{prefix}{name}"), flat);
        }
    }
}

impl Node {
    fn flatten(&self, name: &str, flat: &mut BTreeMap<String, Sensitive>) {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Flag(text) => {
                flat.insert(name.to_owned(), Sensitive::new(text.clone()));
            }
            Self::Null => {}
            Self::List(nodes) => {
                for (place, node) in nodes.iter().enumerate() {
                    node.flatten(&format!("{name}.{place}"), flat);
                }
            }
            Self::Object(fields) => fields.flatten(&format!("{name}."), flat),
        }
    }
}

/// How the number of a top-up is referred to: the numbers of top-ups and of bills are counted apart and may
/// meet, and a reference must not be that of two payments.
pub(crate) fn top_up_reference(tr_id: &str) -> Option<ProviderRef> {
    ProviderRef::new(&format!("prepaid-{tr_id}"))
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Shows no value.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(fields) => fields.fmt(f),
            Self::List(nodes) => f.debug_list().entries(nodes).finish(),
            _ => f.write_str("…"),
        }
    }
}

#[cfg(test)]
mod tests;
