//! What must hold for any configuration and any command line.
//!
//! Each function takes bytes, reads them as the binary does, and panics if a property does not hold.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

use std::cell::RefCell;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use clap::Parser;
use figment::Figment;
use figment::providers::{Format, Toml};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::args::Arguments;
use crate::config::{ConfigError, Loaded, load, shown};

/// Longer configurations say nothing that shorter ones do not.
const LONGEST: usize = 16 * 1024;

/// What stands for a secret in the inputs. It may be shown only where it is no secret.
pub const SECRET: &str = "hunter2-hunter2-hunter2";

/// Keys whose text value is a secret, or could be one that was written to the wrong place.
const SECRET_KEYS: [&str; 9] =
    ["password", "secret", "token", "pin", "api_key", "key", "keys", "username", "api_secret"];

/// Lines that begin so are not of the file: each is a variable of the environment.
const VARIABLE: &str = "#env ";

/// A configuration as TOML, with `#env NAME=value` lines for the environment: it is read or refused and
/// never shows a secret; an unknown key of any table is an error; and what takes effect is shown as TOML.
pub fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.len() > LONGEST {
        return;
    }
    let environment: Vec<(String, String)> = text
        .lines()
        .filter_map(|line| line.strip_prefix(VARIABLE)?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let in_environment =
        environment.iter().any(|(name, value)| name.contains(SECRET) || value.contains(SECRET));
    let hidden = !in_environment && secret_stands_hidden(text);
    let read = loaded(text, environment.clone());
    if hidden {
        let told = match &read {
            Ok(loaded) => format!("{loaded:?} {}", shown(&loaded.effective)),
            Err(error) => format!("{error:?} {error}"),
        };
        assert!(!told.contains(SECRET), "a secret shows: {told}");
    }
    let Ok(loaded_once) = read else { return };
    let effective = shown(&loaded_once.effective);
    if let Err(error) = Figment::from(Toml::string(&effective)).extract::<Value>() {
        panic!("what takes effect is shown as no TOML: {error}\n{effective}");
    }
    unknown_keys(text, &environment);
}

fn unknown_keys(text: &str, environment: &[(String, String)]) {
    let is_unknown = |read: Result<Loaded, ConfigError>, what: &str| match read {
        Err(ConfigError::UnknownKey { .. }) => {}
        Err(other) => panic!("{what}: {other}"),
        Ok(_) => panic!("{what} was taken"),
    };
    let more = format!("{text}\n[zzz_unknown]\nzzz = 1\n");
    is_unknown(loaded(&more, environment.to_vec()), "an unknown table");
    for table in ["LISTEN", "JOURNAL", "PRIVACY", "LOG", "PAYMENTS", "RECONCILIATION", "ROUTING"] {
        let mut environment = environment.to_vec();
        environment.push((format!("PPOB_{table}__ZZZ_UNKNOWN"), "1".to_owned()));
        is_unknown(loaded(text, environment), table);
    }
}

/// Whether the secret stands in the file, and only where it must not be shown. In a file that is no TOML
/// nobody knows where it stands, so it is nowhere to be shown.
fn secret_stands_hidden(text: &str) -> bool {
    match Figment::from(Toml::string(text)).extract::<Value>() {
        Err(_) => text.contains(SECRET),
        Ok(value) => {
            let mut places = Vec::new();
            find(&value, false, &mut places);
            !places.is_empty() && places.into_iter().all(|hidden| hidden)
        }
    }
}

fn find(value: &Value, below_secret: bool, places: &mut Vec<bool>) {
    match value {
        Value::String(text) if text.contains(SECRET) => places.push(below_secret),
        Value::Array(items) => items.iter().for_each(|item| find(item, below_secret, places)),
        Value::Object(table) => {
            for (key, value) in table {
                if key.contains(SECRET) {
                    places.push(false);
                }
                find(value, below_secret || SECRET_KEYS.contains(&key.as_str()), places);
            }
        }
        _ => {}
    }
}

fn loaded(text: &str, environment: Vec<(String, String)>) -> Result<Loaded, ConfigError> {
    thread_local! {
        static FILE: RefCell<Option<NamedTempFile>> = const { RefCell::new(None) };
    }
    FILE.with_borrow_mut(|file| {
        let mut written = || -> std::io::Result<NamedTempFile> {
            let mut file = match file.take() {
                Some(file) => file,
                None => NamedTempFile::with_suffix(".toml")?,
            };
            file.as_file().set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(text.as_bytes())?;
            Ok(file)
        };
        let written = written().unwrap_or_else(|error| panic!("{error}"));
        let read = load(Some(written.path()), environment);
        *file = Some(written);
        read
    })
}

/// A command line, an argument on each line: it is read or refused.
pub fn arguments(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = Arguments::try_parse_from(std::iter::once("ppob").chain(text.lines()));
    if let Err(error) = read {
        assert!(!error.render().to_string().is_empty());
    }
}

/// The example that is shipped, as an input that has every key.
pub fn example() -> Vec<u8> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/ppob.example.toml");
    std::fs::read(&example).unwrap_or_else(|error| panic!("{}: {error}", example.display()))
}
