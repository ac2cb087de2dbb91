//! Reads MMBC's JSON as it comes: with notices around it and raw line feeds in it, but never cut,
//! never with a key twice, never one of two.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use ppob_http::{Answer, UniqueKeys};
use ppob_types::{ProviderRef, Rupiah, Sensitive};
use serde_json::value::RawValue;

use crate::amount::{self, AmountError};

/// A readable answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// What every verb answers, and every refusal.
    Object(Fields),
    /// The price list: every element, or `None` where it is no object with each key once.
    List(Vec<Option<Fields>>),
}

/// An answer that is not readable; what it was stays in the raw answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not one whole JSON value")]
pub(crate) struct Unreadable;

/// The fields of one object, by name. Holds personal data: `Debug` shows the names.
#[derive(Clone, Default)]
pub(crate) struct Fields(BTreeMap<String, Value>);

#[derive(Clone)]
enum Value {
    Text(String),
    /// Digits as they were written; never through a float.
    Number(String),
    /// `true`, `false`, a list or an object, as it was written.
    Other(String),
}

/// Reads the body of an answer, whatever its status and content type.
pub(crate) fn read(answer: &Answer) -> Result<Reply, Unreadable> {
    if answer.truncated_by_cap {
        return Err(Unreadable);
    }
    read_text(&String::from_utf8_lossy(&answer.body))
}

/// Reads the text of a whole body.
pub(crate) fn read_text(text: &str) -> Result<Reply, Unreadable> {
    let start = start_of_json(text).ok_or(Unreadable)?;
    let (json, rest) = whole_value(text.get(start..).unwrap_or_default()).ok_or(Unreadable)?;
    // Of two answers nobody knows which one counts.
    if start_of_json(rest).is_some() {
        return Err(Unreadable);
    }
    if json.starts_with('{') {
        return Fields::read(&json).map(Reply::Object).ok_or(Unreadable);
    }
    let elements: Vec<Box<RawValue>> = serde_json::from_str(&json).map_err(|_| Unreadable)?;
    let elements = elements.iter().map(|element| Fields::read(element.get()));
    Ok(Reply::List(elements.collect()))
}

/// The invoice named anywhere in an answer that is not readable; `None` if two are named.
pub(crate) fn invoice_in(body: &[u8]) -> Option<ProviderRef> {
    let text = String::from_utf8_lossy(body);
    let mut found: Option<&str> = None;
    for (at, name) in text.match_indices("\"ppob_invoice\"") {
        let after = text.get(at + name.len()..)?.trim_start();
        let value = after.strip_prefix(':').map(str::trim_start)?;
        let (value, ends): (_, &[char]) = match value.strip_prefix('"') {
            Some(value) => (value, &['"']),
            None => (value, &[',', '}', ' ', '\r', '\n']),
        };
        // Without its end the number may have been cut.
        let (invoice, _) = value.split_once(ends)?;
        if ends.len() > 1 && !invoice.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if found.is_some_and(|earlier| earlier != invoice) {
            return None;
        }
        found = Some(invoice);
    }
    reference(found?)
}

/// An invoice number; a lone `0` or `-` is none.
pub(crate) fn reference(text: &str) -> Option<ProviderRef> {
    let meaningful = |c: char| c.is_ascii_alphanumeric() && c != '0';
    let printable = text.chars().all(|c| c.is_ascii_graphic());
    (printable && text.chars().any(meaningful)).then(|| ProviderRef::new(text)).flatten()
}

impl Fields {
    fn read(json: &str) -> Option<Self> {
        let raw: UniqueKeys = serde_json::from_str(json).ok()?;
        let mut fields = BTreeMap::new();
        for (name, value) in raw.0 {
            let value = value.get();
            let value = match value.bytes().next()? {
                b'"' => Value::Text(serde_json::from_str(value).ok()?),
                b'n' => continue,
                b'-' | b'0'..=b'9' => Value::Number(value.to_owned()),
                _ => Value::Other(value.to_owned()),
            };
            fields.insert(name, value);
        }
        Some(Self(fields))
    }

    /// A field as trimmed text; empty text is none.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let text = match self.0.get(name)? {
            Value::Text(text) | Value::Number(text) => text.trim(),
            Value::Other(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// A field that came as text, empty or not.
    pub(crate) fn raw_text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Other(_) => None,
        }
    }

    /// Whether a field was a JSON number, which cannot keep leading zeros.
    pub(crate) fn is_number(&self, name: &str) -> bool {
        matches!(self.0.get(name), Some(Value::Number(_)))
    }

    /// A field as text with each run of white space as one space.
    pub(crate) fn line(&self, name: &str) -> Option<String> {
        let words: Vec<&str> = self.text(name)?.split_whitespace().collect();
        Some(words.join(" "))
    }

    /// A field as an amount; absent, empty and `null` are `None`.
    pub(crate) fn rupiah(&self, name: &str) -> Result<Option<Rupiah>, AmountError> {
        match self.0.get(name) {
            Some(Value::Number(digits)) => amount::whole(digits).map(Some),
            Some(Value::Other(_)) => Err(AmountError),
            _ => self.text(name).map(amount::rupiah).transpose(),
        }
    }

    /// A field as an amount, for fields whose damage must not hide the rest of the answer.
    pub(crate) fn money(&self, name: &str) -> Option<Rupiah> {
        self.rupiah(name).ok().flatten()
    }

    /// Every field, as it came.
    pub(crate) fn all(&self) -> BTreeMap<String, Sensitive> {
        let fields = self.0.iter().map(|(name, value)| {
            let (Value::Text(text) | Value::Number(text) | Value::Other(text)) = value;
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

/// Where something begins that can only be JSON: `{"`, `{}`, `[{`, or `[]` right at the start.
/// Notices and HTML hold single braces and brackets, but not these.
fn start_of_json(text: &str) -> Option<usize> {
    text.char_indices().find_map(|(at, character)| {
        let next = || text.get(at + 1..)?.trim_start().chars().next();
        let first = || matches!(text.get(..at).map(clean), Some(""));
        let begins = match character {
            '{' => matches!(next(), Some('"' | '}')),
            '[' => match next() {
                Some('{') => true,
                Some(']') => first(),
                _ => false,
            },
            _ => false,
        };
        begins.then_some(at)
    })
}

fn clean(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace())
}

/// Splits `text` behind the value it begins with, whose raw control characters become escapes.
/// `None` if the value does not end.
fn whole_value(text: &str) -> Option<(String, &str)> {
    let mut json = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        if in_string && u32::from(character) < 0x20 {
            // Behind a backslash it would make that one a text of its own.
            if escaped {
                return None;
            }
            // Writing to a string cannot fail.
            let _ = write!(json, "\\u{:04x}", u32::from(character));
        } else {
            json.push(character);
        }
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some((json, text.get(at + character.len_utf8()..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests;
