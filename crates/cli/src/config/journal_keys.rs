//! The keys of the journal, from where the configuration says.

use ppob_journal_sqlite::KeySource;
use ppob_provider::SecretRef;
use ppob_seal::{KeyError, KeyId, MasterKey, MasterKeys, read_key_file};
use secrecy::ExposeSecret as _;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use super::ConfigError;
use super::schema::Journal;

/// What the configured key is called if nobody says.
const USUAL: &str = "main";

/// The master keys of the journal.
pub(crate) fn key_source(journal: &Journal, place: &str) -> Result<KeySource, ConfigError> {
    let old: Vec<MasterKey> = (0..)
        .zip(&journal.old_key)
        .map(|(index, old): (usize, _)| {
            let at = format!("journal.old_key.{index}");
            let key = old.key.as_ref().ok_or_else(|| wrong(&at, place, "it has no key"))?;
            let id = key_id(&old.id, &format!("{at}.id"), place)?;
            master_key(id, key, &format!("{at}.key"), place)
        })
        .collect::<Result<_, _>>()?;
    let Some(key) = &journal.key else {
        if journal.key_id.is_some() {
            let problem = "it names no key: set `journal.key` too, or leave both out";
            return Err(wrong("journal.key_id", place, problem));
        }
        return Ok(KeySource::Beside { old });
    };
    let id = journal.key_id.as_deref().unwrap_or(USUAL);
    let id = key_id(id, "journal.key_id", place)?;
    let current = master_key(id, key, "journal.key", place)?;
    Ok(KeySource::Given(MasterKeys::new(current).with_old(old)))
}

/// Reads a reference to a secret. Whoever writes the secret itself is not shown it in an error.
pub(super) fn reference<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretRef>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    serde_json::from_value(value).map(Some).map_err(|_| {
        serde::de::Error::custom(
            "a key is not written here but named: { file = \"…\" } or { env = \"…\" }",
        )
    })
}

fn key_id(id: &str, key: &str, place: &str) -> Result<KeyId, ConfigError> {
    KeyId::new(id).map_err(|error| wrong(key, place, &error.to_string()))
}

fn master_key(
    id: KeyId,
    reference: &SecretRef,
    key: &str,
    place: &str,
) -> Result<MasterKey, ConfigError> {
    let read: Result<MasterKey, KeyError> = match reference {
        SecretRef::File(path) => read_key_file(id, path),
        SecretRef::Env(_) => {
            let text =
                reference.resolve().map_err(|error| wrong(key, place, &error.to_string()))?;
            MasterKey::parse(id, text.expose_secret())
        }
    };
    read.map_err(|error| wrong(key, place, &error.to_string()))
}

pub(super) fn wrong(key: &str, place: &str, problem: &str) -> ConfigError {
    ConfigError::Value { key: key.to_owned(), place: place.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    const KEY: &str = "3131313131313131313131313131313131313131313131313131313131313131";

    fn source(text: &str) -> Result<KeySource, String> {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), text).unwrap();
        let told = |error: ConfigError| {
            error.to_string().replace(&file.path().display().to_string(), "ppob.toml")
        };
        let loaded = load(Some(file.path()), Vec::new()).map_err(told)?;
        key_source(&loaded.config.journal, &loaded.place).map_err(told)
    }

    fn key_file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn keys_come_from_where_the_configuration_says() {
        let file = key_file(KEY);
        let text = format!(
            "[journal]\nkey = {{ file = \"{0}\" }}\nkey_id = \"k2\"\n[[journal.old_key]]\nid = \
             \"k1\"\nkey = {{ file = \"{0}\" }}\n",
            file.path().display()
        );
        let told = format!("{:?}", source(&text).unwrap());
        assert!(told.contains("MasterKey(k2)") && told.contains("MasterKey(k1)"), "{told}");
        assert!(!told.contains("3131"), "{told}");
        assert!(matches!(source("").unwrap(), KeySource::Beside { old } if old.is_empty()));
    }

    #[test]
    fn a_key_that_is_written_into_the_configuration_is_refused_and_not_shown() {
        for text in [
            format!("[journal]\nkey = \"{KEY}\"\n"),
            format!("[journal]\nkey = {{ fil = \"{KEY}\" }}\n"),
            format!("[[journal.old_key]]\nid = \"a\"\nkey = \"{KEY}\"\n"),
            format!("[[journal.old_key]]\nid = \"{KEY}{KEY}\"\nkey = {{ env = \"NOWHERE\" }}\n"),
        ] {
            let error = source(&text).unwrap_err();
            assert!(!error.contains("3131"), "{error}");
        }
    }

    #[test]
    fn a_key_that_cannot_be_had_is_named_by_its_place() {
        let short = key_file("3131");
        let short = format!("[journal]\nkey = {{ file = \"{}\" }}\n", short.path().display());
        let missing = "[journal]\nkey = { file = \"/nowhere/key\" }\n".to_owned();
        for (text, expected) in [
            (short, "`journal.key` in ppob.toml: the key `main` is not readable"),
            (missing, "`journal.key` in ppob.toml: the key file /nowhere/key does not exist"),
            (
                "[journal]\nkey_id = \"k2\"\n".to_owned(),
                "`journal.key_id` in ppob.toml: it names no key",
            ),
        ] {
            let error = source(&text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
