//! A second reading of IAK's answers. It knows less than the first one, and shares nothing with it: what the
//! first one says must be possible here.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Input, REFERENCE, TR_ID};

/// A value as it was written, with the keys of objects as often as they occur.
#[derive(Debug)]
pub(super) enum Tree {
    Scalar(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

/// The whole of a body, if it is one value.
pub(super) fn tree(body: &[u8]) -> Option<Tree> {
    let text = String::from_utf8_lossy(body);
    grow(text.trim_start_matches('\u{feff}').trim(), 0)
}

fn grow(json: &str, depth: usize) -> Option<Tree> {
    if depth > 64 {
        return None;
    }
    let next = |raw: &RawValue| grow(raw.get(), depth + 1);
    Some(match json.chars().next()? {
        '{' => {
            let Pairs(pairs) = serde_json::from_str(json).ok()?;
            let pairs = pairs.iter().map(|(key, raw)| Some((key.clone(), next(raw)?)));
            Tree::Object(pairs.collect::<Option<_>>()?)
        }
        '[' => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
            Tree::List(items.iter().map(|raw| next(raw)).collect::<Option<_>>()?)
        }
        _ => Tree::Scalar(serde_json::from_str::<Box<RawValue>>(json).ok()?.get().to_owned()),
    })
}

impl Tree {
    /// Whether no object in it has a key twice.
    pub(super) fn keys_are_unique(&self) -> bool {
        match self {
            Self::Scalar(_) => true,
            Self::List(items) => items.iter().all(Self::keys_are_unique),
            Self::Object(pairs) => {
                let mut keys: Vec<&String> = pairs.iter().map(|(key, _)| key).collect();
                keys.sort_unstable();
                let unique = keys.windows(2).all(|two| two.first() != two.last());
                unique && pairs.iter().all(|(_, value)| value.keys_are_unique())
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, tree)| tree),
            _ => None,
        }
    }

    /// A field as text, unless it is blank or no text or number.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let Self::Scalar(raw) = self.get(key)? else { return None };
        let text = match raw.chars().next()? {
            '"' => serde_json::from_str::<String>(raw).ok()?,
            '-' | '0'..='9' => raw.clone(),
            _ => return None,
        };
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn is_number(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Self::Scalar(raw)) if raw.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
    }

    /// A response code; of a number with one digit, with a zero before it.
    pub(super) fn code(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        Some(if self.is_number(key) { format!("{text:0>2}") } else { text })
    }

    /// A field as whole rupiah, exactly.
    pub(super) fn amount(&self, key: &str) -> Option<i64> {
        let text = self.text(key)?;
        let whole = text.strip_suffix(".00").or_else(|| text.strip_suffix(".0")).unwrap_or(&text);
        let plain = whole.len() <= 15 && whole.chars().all(|c| c.is_ascii_digit());
        plain.then(|| whole.parse().ok()).flatten()
    }

    /// Whether it says by a reference that it is ours.
    pub(super) fn is_ours(&self, with_tr_id: bool) -> bool {
        self.text("ref_id").as_deref() == Some(REFERENCE)
            || (with_tr_id && self.text("tr_id").as_deref() == Some(TR_ID))
    }

    /// Whether it names nothing that was not asked for.
    pub(super) fn fits(&self, input: &Input<'_>, with_tr_id: bool) -> bool {
        let plain = |text: &str| -> String {
            let kept = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'));
            kept.collect::<String>().to_uppercase()
        };
        let ours = plain(input.number());
        let keys = ["customer_id", "hp", "meter_no", "subscriber_id"];
        let named: Vec<&&str> = keys.iter().filter(|key| self.text(key).is_some()).collect();
        let same = |key: &&&str| {
            let text = plain(&self.text(key).unwrap_or_default());
            text == ours
                || (self.is_number(key)
                    && text.trim_start_matches('0') == ours.trim_start_matches('0'))
        };
        let customer = named.is_empty() || named.iter().any(same);
        let is = |key: &str, ours: &str| {
            self.text(key).is_none_or(|text| text.eq_ignore_ascii_case(ours))
        };
        customer
            && is("code", input.code)
            && is("product_code", input.code)
            && is("ref_id", REFERENCE)
            && (!with_tr_id || is("tr_id", TR_ID))
    }
}

/// Codes that may refuse a top-up, and the one that is its end.
pub(super) fn refuses_top_up(code: &str) -> bool {
    let known = [
        "07", "10", "12", "13", "14", "16", "17", "20", "102", "106", "107", "110", "117", "118",
        "121", "131", "141", "142", "202", "203", "204", "205", "206", "207",
    ];
    known.contains(&code)
}

/// Codes that may refuse the payment of a bill. Those of its end are not among them: the check tells it.
pub(super) fn refuses_bill(code: &str) -> bool {
    let known = ["03", "17", "20", "100", "101", "102", "107", "109", "117", "118"];
    known.contains(&code)
}

/// Codes after which a payment may have been made, whatever else is said.
pub(super) fn says_nothing(code: &str) -> bool {
    ["00", "01", "05", "34", "39", "40", "42", "91", "92", "103", "105", "201"].contains(&code)
}

struct Pairs(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}
