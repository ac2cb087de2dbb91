//! Objects of JSON that are not ambiguous.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// An object none of whose keys occurs twice: of two values nobody knows which one counts. Its values are the
/// bytes that came.
pub struct UniqueKeys(pub BTreeMap<String, Box<RawValue>>);

/// Shows no value: they are about customers.
impl fmt::Debug for UniqueKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<'de> Deserialize<'de> for UniqueKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UniqueKeysVisitor;

        impl<'de> Visitor<'de> for UniqueKeysVisitor {
            type Value = UniqueKeys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueKeys, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if fields.insert(name, value).is_some() {
                        return Err(A::Error::custom("a key occurs twice"));
                    }
                }
                Ok(UniqueKeys(fields))
            }
        }

        deserializer.deserialize_map(UniqueKeysVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_with_a_key_that_occurs_twice_is_not_read_and_none_shows_its_values() {
        let read = |json: &str| serde_json::from_str::<UniqueKeys>(json);
        assert!(read(r#"{"rc":"00","rc":"02"}"#).is_err());
        assert!(read("[]").is_err());
        let whole = read(r#"{"rc":"00","sn":{"a":1}}"#).unwrap();
        assert_eq!(whole.0["sn"].get(), r#"{"a":1}"#);
        assert_eq!(format!("{whole:?}"), r#"{"rc", "sn"}"#);
    }
}
