//! Texts with places to fill in: `{ref}`, `{member:upper}`.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::zeroize::Zeroizing;

/// Text with places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { name: String, case: Case },
}

/// In which letters a value is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Case {
    /// As it is.
    #[default]
    AsIs,
    /// Capitals.
    Upper,
    /// Small letters.
    Lower,
}

/// What fills the places. Holds secrets; no `Debug`.
pub(crate) struct Values<'a>(BTreeMap<&'a str, Zeroizing<String>>);

/// A template that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the template {0:?} is not readable; places look like {{ref}} or {{member:upper}} (or :lower), and a brace itself cannot be written"
)]
pub(crate) struct TemplateError(String);

impl Case {
    pub(crate) fn of(self, text: &str) -> String {
        match self {
            Self::AsIs => text.to_owned(),
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
        }
    }
}

impl Template {
    pub(crate) fn read(text: &str) -> Result<Self, TemplateError> {
        let wrong = || TemplateError(text.to_owned());
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').ok_or_else(wrong)?;
            let (name, case) = match place.split_once(':') {
                None => (place, Case::AsIs),
                Some((name, "upper")) => (name, Case::Upper),
                Some((name, "lower")) => (name, Case::Lower),
                Some(_) => return Err(wrong()),
            };
            let is_name =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if before.contains('}') || name.is_empty() || !name.bytes().all(is_name) {
                return Err(wrong());
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Place { name: name.to_owned(), case });
            rest = after;
        }
        if rest.contains('}') {
            return Err(wrong());
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// Whether it writes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Text(text) if text.trim().is_empty()))
    }

    /// The names of its places.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        let names = self.0.iter().filter_map(|piece| match piece {
            Piece::Place { name, .. } => Some(name.as_str()),
            Piece::Text(_) => None,
        });
        names.collect()
    }

    /// The text with its places filled; none if there is nothing for one of them.
    pub(crate) fn fill(&self, values: &Values<'_>) -> Option<Zeroizing<String>> {
        // One allocation: growing would leave copies of secrets behind.
        let mut filled = Vec::with_capacity(self.0.len());
        for piece in &self.0 {
            filled.push(match piece {
                Piece::Text(text) => Zeroizing::new(text.clone()),
                Piece::Place { name, case } => Zeroizing::new(case.of(values.get(name)?)),
            });
        }
        let length = filled.iter().map(|piece| piece.len()).sum();
        let mut text = Zeroizing::new(String::with_capacity(length));
        for piece in &filled {
            text.push_str(piece);
        }
        Some(text)
    }
}

impl<'a> Values<'a> {
    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(crate) fn set(&mut self, name: &'a str, value: &str) {
        self.0.insert(name, Zeroizing::new(value.to_owned()));
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_an_empty_one_fills_nothing() {
        let mut values = Values::new();
        values.set("member", "ok001");
        values.set("pin", "1234");
        let filled = |text: &str| {
            Template::read(text).unwrap().fill(&values).map(|filled| filled.to_string())
        };
        assert_eq!(filled("OtomaX|{member:upper}|{pin}").as_deref(), Some("OtomaX|OK001|1234"));
        assert_eq!(filled("plain").as_deref(), Some("plain"));
        assert_eq!(filled("{member}{dest}"), None);
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for text in ["{", "}", "{}", "{a", "a}", "{a:x}", "{A}", "{a b}", "{{a}}", "x}{a}"] {
            assert!(Template::read(text).is_err(), "{text}");
        }
    }
}
