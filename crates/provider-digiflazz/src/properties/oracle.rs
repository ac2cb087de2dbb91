//! A second reading of Digiflazz's answers. It knows less than the first one, and shares nothing with it: what
//! the first one says must be possible here.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Input;

/// An object, with its keys as often as they occur.
#[derive(Debug)]
pub(super) struct Object(Vec<(String, Box<RawValue>)>);

/// Codes that refuse a purchase and keep a transaction of it.
const REFUSED_AND_KEPT: &str = "02 51 52 53 54 55 57 58 59 71 72 73 84 85 86";

/// Codes that refuse a purchase of which nothing is kept.
const REFUSED_AT_THE_DOOR: &str = "40 41 42 43 44 45 47 56 61 62 63 65 66 67 68 69 80 81 82 87 88";

impl Object {
    /// The one object that a body is, to its last byte.
    pub(super) fn whole(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()
    }

    /// What stands in `data`, where that is an object.
    pub(super) fn data(&self) -> Option<Self> {
        serde_json::from_str(self.raw("data")?).ok()
    }

    /// What stands in `data`, where that is a list of whatever.
    pub(super) fn rows(&self) -> Option<Vec<Box<RawValue>>> {
        serde_json::from_str(self.raw("data")?).ok()
    }

    pub(super) fn raw(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, raw)| raw.get())
    }

    pub(super) fn keys_are_unique(&self) -> bool {
        let mut keys: Vec<&String> = self.0.iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        keys.windows(2).all(|two| two.first() != two.last())
    }

    /// A field as text, unless it is blank, `null` or no text or number.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let raw = self.raw(key)?;
        let text = match raw.chars().next()? {
            '"' => serde_json::from_str::<String>(raw).ok()?,
            '-' | '0'..='9' => raw.to_owned(),
            _ => return None,
        };
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn says(&self, key: &str, word: &str) -> bool {
        self.text(key).is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    pub(super) fn has_code(&self, codes: &str) -> bool {
        self.text("rc").is_some_and(|rc| codes.split(' ').any(|code| code == rc))
    }

    pub(super) fn is_refused_and_kept(&self) -> bool {
        self.has_code(REFUSED_AND_KEPT) && self.says("status", "gagal")
    }

    pub(super) fn is_refused_at_the_door(&self) -> bool {
        let word = self.text("status").is_none_or(|word| word.eq_ignore_ascii_case("gagal"));
        self.has_code(REFUSED_AT_THE_DOOR) && word
    }

    /// A field as whole rupiah: digits, behind which `.0` or `.00` may stand.
    pub(super) fn amount(&self, key: &str) -> Option<i64> {
        let text = self.text(key)?;
        let whole = text.strip_suffix(".00").or_else(|| text.strip_suffix(".0"));
        let whole = whole.unwrap_or(&text);
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
        plain.then(|| whole.parse().ok()).flatten()
    }

    pub(super) fn names(&self, input: &Input<'_>) -> bool {
        self.text("ref_id").as_deref() == Some(input.attempt.as_str())
    }

    /// Whether it speaks of what was asked, as far as it says.
    pub(super) fn fits(&self, input: &Input<'_>) -> bool {
        let is = |key: &str, asked: &str| self.text(key).is_none_or(|named| named == asked);
        let number = self.text("customer_no").is_none_or(|named| {
            let bare = |text: &str| text.trim_start_matches('0').to_ascii_uppercase();
            bare(&named) == bare(input.number())
        });
        is("ref_id", input.attempt.as_str()) && is("buyer_sku_code", input.code) && number
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Object(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}
