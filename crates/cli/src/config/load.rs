//! Reading all layers and putting them together.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Serialized, Toml};
use figment::value::Value;
use figment::{Figment, Profile, Provider};
use ppob_server::ConsumerSetup;
use serde_json::Value as Json;

use super::environment::Variable;
use super::provider::fill_in;
use super::{Config, ConfigError, ProviderTable, consumer, database, keys};

/// Where the configuration is if nobody says.
const USUAL: &str = "config/ppob.toml";
const PROVIDERS: &str = "provider";
const JOURNAL: &str = "journal";
const CONSUMERS: &str = "consumer";

/// The configuration as it takes effect. `Debug` leaves out what may hold a secret that somebody wrote
/// where only a reference belongs.
pub(crate) struct Loaded {
    pub(crate) config: Config,
    /// Who may call; none means everybody on this machine.
    pub(crate) consumers: Vec<ConsumerSetup>,
    /// In the order they stand in.
    pub(crate) providers: Vec<ProviderTable>,
    /// What was read, for messages.
    pub(crate) place: String,
    /// Everything, defaults too, as it takes effect.
    pub(crate) effective: Json,
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("config", &self.config)
            .field("consumers", &self.consumers)
            .field("providers", &self.providers)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// The environment of this process, as far as it is text.
pub(crate) fn variables() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The file to read: the one that was named, else the usual one, if there is one.
pub(crate) fn file_to_read(named: Option<PathBuf>) -> Option<PathBuf> {
    named.or_else(|| Some(PathBuf::from(USUAL)).filter(|usual| usual.is_file()))
}

/// Reads defaults, then the file, then the environment.
pub(crate) fn load(
    file: Option<&Path>,
    environment: Vec<(String, String)>,
) -> Result<Loaded, ConfigError> {
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    let mut place = "the defaults".to_owned();
    if let Some(file) = file {
        if !file.is_file() {
            return Err(ConfigError::Missing(file.to_owned()));
        }
        place = file.display().to_string();
        let toml = Toml::file(file);
        let mut profiles = toml.data().map_err(|error| wrong(&error, &place))?;
        let layer = profiles.remove(&Profile::Default).unwrap_or_default();
        keys::check(&layer, &place)?;
        figment = figment.merge(toml);
    }
    let tables = [PROVIDERS, JOURNAL].map(|name| figment.find_value(name).ok());
    let secrets = secret_variables(tables.iter().flatten());
    for variable in Variable::all(environment, &secrets) {
        keys::check(&variable.table(), &variable.place())?;
        figment = figment.merge(variable);
    }
    let config: Config =
        figment.extract().map_err(|error| wrong(&named(error, &figment), &place))?;
    let consumers = consumer::setups(&config.consumer, &place)?;
    config.listen.check(!consumers.is_empty())?;
    database::check(&config.journal, &place)?;
    let mut effective: Json = figment.extract().map_err(|error| wrong(&error, &place))?;
    if let Some(shown) = effective.get_mut(CONSUMERS) {
        *shown = serde_json::to_value(&config.consumer).unwrap_or_default();
    }
    let tables = effective.get_mut(PROVIDERS).and_then(Json::as_array_mut);
    for table in tables.into_iter().flatten() {
        if let Some(table) = table.as_object_mut() {
            fill_in(table);
        }
    }
    let providers = ProviderTable::read_all(&config.provider, &place)?;
    Ok(Loaded { config, consumers, providers, place, effective })
}

/// The error with the names of tables in lists instead of their numbers.
fn named(mut error: figment::Error, figment: &Figment) -> figment::Error {
    if let [list, number, ..] = error.path.as_mut_slice()
        && let Ok(index) = number.parse::<usize>()
        && let Ok(Value::Array(_, items)) = figment.find_value(list)
        && let Some(name) = items.get(index).and_then(keys::name_of)
    {
        name.clone_into(number);
    }
    error
}

/// The first thing figment found wrong.
fn wrong(error: &figment::Error, file: &str) -> ConfigError {
    let place = match &error.metadata {
        Some(metadata) if metadata.source.is_none() && metadata.name.contains("variable") => {
            metadata.name.to_string()
        }
        _ => file.to_owned(),
    };
    let of_consumer = error.path.first().is_some_and(|table| table == CONSUMERS);
    let problem = if of_consumer && error.path.iter().any(|key| key == "keys") {
        // Whatever stands there may be a key, so it is not shown.
        "it must be a list of one or two texts, each sha256: and 64 hexadecimal digits".to_owned()
    } else {
        without_excerpt(&error.kind.to_string())
    };
    ConfigError::Value { key: error.path.join("."), place, problem }
}

/// A problem without the lines of the file that it quotes: a secret may stand in them.
fn without_excerpt(problem: &str) -> String {
    let is_quoted = |line: &&str| {
        let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        line.trim_start().starts_with('|')
    };
    let lines: Vec<&str> = problem.lines().filter(|line| !is_quoted(line)).collect();
    lines.join(": ")
}

/// The variables that hold secrets: `{ env = "PPOB_MMBC_PASSWORD" }` makes that one no key.
fn secret_variables<'a>(tables: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&Value> = tables.collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(_, items) => open.extend(items),
            Value::Dict(_, table) => {
                let name = table.get("env").and_then(Value::as_str);
                found.extend(name.filter(|_| table.len() == 1).map(str::to_owned));
                open.extend(table.values());
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
