//! The journal in a database of PostgreSQL, as the configuration says it.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use ppob_journal_postgres::PostgresSettings;
use ppob_journal_sqlite::KeySource;
use ppob_provider::SecretRef;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

use super::journal_keys::wrong;
use super::schema::Journal;
use super::{ConfigError, key_source};

/// How many reads run at the same time if nobody says.
const READERS: usize = 8;
/// How long a read waits for its turn, and a connection for the server, if nobody says.
const PATIENCE_S: u64 = 10;

/// Where the database is and how it is used; none if the journal is a file. Reads the secrets.
pub(crate) fn database(
    journal: &Journal,
    place: &str,
) -> Result<Option<PostgresSettings>, ConfigError> {
    let Some(url) = &journal.url else { return Ok(None) };
    let url = url.resolve().map_err(|error| wrong("journal.url", place, &error.to_string()))?;
    let keys = match key_source(journal, place)? {
        KeySource::Given(keys) => keys,
        KeySource::Beside { .. } => return Err(without_key(place)),
    };
    let settings = PostgresSettings {
        url,
        ca: journal.ca.clone(),
        allow_plaintext: journal.allow_plaintext.unwrap_or_default(),
        readers: journal.readers.map_or(READERS, NonZeroUsize::get),
        patience: Duration::from_secs(journal.patience_s.map_or(PATIENCE_S, NonZeroU64::get)),
        keys,
        sends_directory: sends_directory(journal),
        sends: journal.sends(),
    };
    Ok(Some(settings))
}

/// Where the send journal of a journal in a database stands. Not where a journal in the file `path` has
/// its own: held against another journal, everything in one would be taken for forgotten.
pub(crate) fn sends_directory(journal: &Journal) -> PathBuf {
    journal.sends.clone().unwrap_or_else(|| {
        let mut name = journal.path.as_os_str().to_owned();
        name.push(".postgres-sends");
        PathBuf::from(name)
    })
}

/// Keys that contradict each other. Reads no secret.
pub(super) fn check(journal: &Journal, place: &str) -> Result<(), ConfigError> {
    if journal.url.is_some() {
        return if journal.key.is_some() { Ok(()) } else { Err(without_key(place)) };
    }
    let set = [
        ("ca", journal.ca.is_some()),
        ("allow_plaintext", journal.allow_plaintext.is_some()),
        ("readers", journal.readers.is_some()),
        ("patience_s", journal.patience_s.is_some()),
    ];
    let problem = "it is about a journal in a database, and this one is a file: set `journal.url` too, or \
                   leave it out";
    set.into_iter()
        .find(|(_, is_set)| *is_set)
        .map_or(Ok(()), |(key, _)| Err(wrong(&format!("journal.{key}"), place, problem)))
}

/// Reads a reference to a connection string. Whoever writes the string itself is not shown it in an error.
pub(super) fn reference<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SecretRef>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    serde_json::from_value(value).map(Some).map_err(|_| {
        serde::de::Error::custom(
            "a connection string holds a password, or will one day, so it is not written here but named, also \
             if it has none: { file = \"…\" } or { env = \"…\" }",
        )
    })
}

fn without_key(place: &str) -> ConfigError {
    wrong(
        "journal.key",
        place,
        "it is missing. With `journal.url` no key is made beside the journal: every engine that works on the \
         database needs the same one. Make it once (ppob key journal FILE) and name it here",
    )
}

#[cfg(test)]
mod tests {
    use ppob_seal::{KeyId, create_key_file};

    use super::*;
    use crate::config::load;

    fn read(journal: &str) -> Result<Option<PostgresSettings>, String> {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let file = at("ppob.toml");
        create_key_file(KeyId::new("test").unwrap(), &at("key")).unwrap();
        std::fs::write(at("url"), "host=db user=ppob password=hunter2 dbname=ppob\n").unwrap();
        let text = journal.replace("DIR", &directory.path().display().to_string());
        std::fs::write(&file, format!("[journal]\n{text}\n")).unwrap();
        let told = |error: ConfigError| {
            error.to_string().replace(&file.display().to_string(), "ppob.toml")
        };
        let loaded = load(Some(&file), Vec::new()).map_err(told)?;
        assert!(!loaded.effective.to_string().contains("hunter2"));
        database(&loaded.config.journal, &loaded.place).map_err(told)
    }

    #[test]
    fn a_database_is_named_by_a_reference_and_nothing_shows_its_password() {
        let whole = read(
            "url = { file = 'DIR/url' }\nkey = { file = 'DIR/key' }\nca = 'ca.pem'\nreaders = 3\n\
             patience_s = 4\nallow_plaintext = true\nsends = 'sent'",
        );
        let settings = whole.unwrap().unwrap();
        assert_eq!(settings.readers, 3);
        assert_eq!(settings.patience, Duration::from_secs(4));
        assert!(settings.allow_plaintext);
        assert_eq!(settings.sends_directory, PathBuf::from("sent"));
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn the_send_journal_is_never_that_of_a_journal_in_a_file_by_default() {
        let settings = read("url = { file = 'DIR/url' }\nkey = { file = 'DIR/key' }").unwrap();
        let settings = settings.unwrap();
        assert_eq!(settings.sends_directory, PathBuf::from("ppob.sqlite.postgres-sends"));
        let of_a_file = settings.sends.directory("ppob.sqlite".as_ref());
        assert_ne!(settings.sends_directory, of_a_file);
        assert!(read("").unwrap().is_none());
    }

    #[test]
    fn what_contradicts_itself_is_refused_and_no_password_is_shown() {
        for (text, expected) in [
            (
                "url = 'postgres://ppob:hunter2@db/ppob'",
                "`journal.url` in ppob.toml: a connection string",
            ),
            ("url = { fil = 'hunter2' }", "`journal.url` in ppob.toml: a connection string"),
            ("url = { file = 'DIR/url' }", "`journal.key` in ppob.toml: it is missing"),
            ("ca = 'ca.pem'", "`journal.ca` in ppob.toml: it is about a journal in a database"),
            ("allow_plaintext = true", "`journal.allow_plaintext` in ppob.toml: it is about"),
            ("readers = 3", "`journal.readers` in ppob.toml: it is about"),
            ("patience_s = 3", "`journal.patience_s` in ppob.toml: it is about"),
            (
                "url = { env = 'NO_SUCH_VARIABLE' }\nkey = { file = 'DIR/key' }",
                "`journal.url` in ppob.toml: ",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
