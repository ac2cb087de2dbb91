//! The composition root: from configuration to a running engine.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use ppob_engine::{Engine, Parts, ProviderSetup};
use ppob_journal_sqlite::SqliteJournal;
use ppob_layers::guard;
use ppob_provider::{BuildRequest, BuiltProvider};
use ppob_routing::Mapping;
use ppob_server::Tls;
use ppob_types::{Clock, ProviderName};

use crate::clock::random;
use crate::config::{ConfigError, Loaded, ProviderTable, TlsTable, unknown_key};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::providers::KINDS;

/// The providers, ready, and what an operator should know about them.
#[derive(Debug)]
pub(crate) struct Providers {
    pub(crate) setups: BTreeMap<ProviderName, ProviderSetup>,
    /// By provider.
    pub(crate) warnings: Vec<(ProviderName, String)>,
}

/// Builds every configured provider. Asks none of them anything.
pub(crate) fn providers(loaded: &Loaded, clock: &Arc<dyn Clock>) -> Result<Providers, Failure> {
    let mut providers = Providers { setups: BTreeMap::new(), warnings: Vec::new() };
    for table in &loaded.providers {
        let built = build(table, &loaded.place, clock)?;
        let warnings = built.warnings.iter().cloned();
        let named = warnings.map(|warning| (table.name.clone(), warning));
        providers.warnings.extend(named);
        let setup = setup(table, built, clock);
        providers.setups.insert(table.name.clone(), setup);
    }
    Ok(providers)
}

/// Opens the journal, builds the engine and starts it. Reads what an earlier process left open.
pub(crate) async fn engine(
    loaded: &Loaded,
    journal: &Path,
    providers: Providers,
    clock: Arc<dyn Clock>,
) -> Result<Engine, Failure> {
    let journal = SqliteJournal::open(journal).map_err(|error| not_started(&error))?;
    let parts = Parts {
        config: loaded.config.engine(),
        journal: Arc::new(journal),
        providers: providers.setups,
        clock,
        seed: random(),
    };
    Engine::start(parts).await.map_err(|error| not_started(&error))
}

/// TLS from its files, if it is configured.
pub(crate) fn tls(table: Option<&TlsTable>) -> Result<Option<Arc<Tls>>, Failure> {
    let tls = table.map(|table| Tls::load(table.files())).transpose();
    tls.map(|tls| tls.map(Arc::new)).map_err(|error| not_started(&error))
}

/// Only what happens before the engine takes payments.
pub(crate) fn not_started(error: &impl Display) -> Failure {
    let text = format!("{} Nothing was started.", sentence(&error.to_string()));
    Failure::new(Exit::Refused, text)
}

fn build(
    table: &ProviderTable,
    place: &str,
    clock: &Arc<dyn Clock>,
) -> Result<BuiltProvider, Failure> {
    let wrong = |key: &str, problem: String| {
        let error = ConfigError::Value {
            key: format!("provider.{}.{key}", table.name),
            place: place.to_owned(),
            problem,
        };
        Failure::usage(error.to_string())
    };
    let Some(kind) = KINDS.iter().find(|kind| kind.kind == table.kind) else {
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.kind).collect();
        return Err(wrong(
            "kind",
            format!("there is no kind `{}`; the kinds are {}", table.kind, kinds.join(", ")),
        ));
    };
    let request = BuildRequest {
        name: table.name.clone(),
        settings: table.settings.clone(),
        clock: Arc::clone(clock),
    };
    (kind.build)(request).map_err(|error| {
        unknown_key(&error.message, &table.name, place).map_or_else(
            || wrong(&error.key, error.message.clone()),
            |error| Failure::usage(error.to_string()),
        )
    })
}

fn setup(table: &ProviderTable, built: BuiltProvider, clock: &Arc<dyn Clock>) -> ProviderSetup {
    let permitted = built.provider.info().price_list_every;
    ProviderSetup {
        mapping: Mapping::new(table.mapping.clone(), built.mapping),
        guarded: guard(built.provider, &table.limits, Arc::clone(clock), random()),
        priority: table.priority,
        weight: table.weight,
        exclusive: table.exclusive,
        balance_floor: table.balance_floor,
        cost_tolerance: table.cost_tolerance,
        price_max_age: table.price_max_age,
        price_list_every: table
            .refresh_prices_every
            .map_or(permitted, |wanted| wanted.max(permitted)),
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::load;

    fn compose(text: &str) -> Result<Providers, String> {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), text).unwrap();
        let loaded = load(Some(file.path()), Vec::new()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let path = file.path().display().to_string();
        providers(&loaded, &clock).map_err(|failure| {
            assert_eq!(failure.exit, Exit::Usage);
            failure.text.replace(&path, "ppob.toml")
        })
    }

    const MMBC: &str = "[[provider]]\nname = \"a\"\nkind = \"mmbc\"\nusername = \"u\"\n\
                        base_url = \"http://127.0.0.1:1/\"\nallow_plaintext = true\n";

    #[test]
    fn a_kind_nobody_knows_is_named_with_those_there_are() {
        let error = compose("[[provider]]\nname = \"a\"\nkind = \"mbc\"\n").unwrap_err();
        assert_eq!(
            error,
            "`provider.a.kind` in ppob.toml: there is no kind `mbc`; the kinds are mmbc"
        );
    }

    #[test]
    fn a_misspelt_key_of_a_kind_is_found() {
        let error = compose(&format!("{MMBC}balans_path = \"x\"\n")).unwrap_err();
        assert_eq!(
            error,
            "unknown key `provider.a.balans_path` in ppob.toml; did you mean \
             `provider.a.balance_path`?"
        );
    }

    #[test]
    fn a_secret_that_is_not_there_is_named_by_its_place() {
        let text = format!("{MMBC}password = {{ file = \"/nowhere/password\" }}\n");
        let error = compose(&text).unwrap_err();
        assert!(
            error.starts_with(
                "`provider.a.password` in ppob.toml: the secret file /nowhere/password"
            ),
            "{error}"
        );
    }

    #[test]
    fn plain_http_is_warned_about() {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "hunter2").unwrap();
        let text = format!("{MMBC}password = {{ file = \"{}\" }}\n", secret.path().display());
        let providers = compose(&text).unwrap();
        assert_eq!(providers.setups.len(), 1);
        assert!(
            providers.warnings.iter().any(|(name, text)| {
                name.as_str() == "a" && text.contains("not encrypted") && !text.contains("hunter2")
            }),
            "{:?}",
            providers.warnings
        );
    }
}
