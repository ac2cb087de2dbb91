//! A JSON reply as fields by their path. Stricter than JSON: a key that occurs twice is refused, because
//! nobody knows which one the centre meant.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value.
pub(crate) enum Json {
    /// Text.
    Text(String),
    /// A whole number, as its digits.
    Whole(String),
    /// `true`, `false`, or a number that is not whole: never money, never a word of a list.
    Other,
    /// `null`.
    Null,
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

/// How deep values may be nested.
const DEEPEST: usize = 16;

impl Json {
    /// Reads one whole value; nothing may stand before or after it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Every text and whole number by its path: names joined by dots, places in lists by number.
    pub(crate) fn fields(&self) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        self.collect(&mut String::new(), 0, &mut fields);
        fields
    }

    /// What stands at a path; the whole value for an empty one.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        let steps = path.split('.').filter(|step| !step.is_empty());
        steps.into_iter().try_fold(self, |value, step| match value {
            Self::Object(fields) => fields.get(step),
            Self::List(list) => step.parse::<usize>().ok().and_then(|place| list.get(place)),
            _ => None,
        })
    }

    fn collect(&self, path: &mut String, depth: usize, fields: &mut BTreeMap<String, String>) {
        let mut below = |name: &str, value: &Self| {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(name);
            value.collect(path, depth + 1, fields);
            path.truncate(length);
        };
        match self {
            Self::Object(entries) if depth < DEEPEST => {
                for (name, value) in entries {
                    below(name, value);
                }
            }
            Self::List(list) if depth < DEEPEST => {
                for (place, value) in list.iter().enumerate() {
                    below(&place.to_string(), value);
                }
            }
            Self::Text(text) | Self::Whole(text) => {
                fields.insert(path.clone(), text.clone());
            }
            Self::Object(_) | Self::List(_) | Self::Other | Self::Null => {}
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without a key that occurs twice")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Whole(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Whole(number.to_string()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom("a key occurs twice"));
            }
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_paths_and_fractions_are_none() {
        let json = r#"{"a":{"b":"x"},"c":[1,{"d":"0812"}],"e":100000.5,"f":true,"g":null}"#;
        let fields = Json::read(json).unwrap().fields();
        let shown: Vec<_> = fields.iter().map(|(path, text)| format!("{path}={text}")).collect();
        assert_eq!(shown, ["a.b=x", "c.0=1", "c.1.d=0812"]);
    }

    #[test]
    fn what_is_cut_doubled_or_followed_by_something_is_not_read() {
        for text in ["{\"a\":1", "{\"a\":1,\"a\":2}", "{} {}", "", "{\"x\":{\"a\":1,\"a\":1}}"] {
            assert!(Json::read(text).is_none(), "{text}");
        }
    }
}
