//! The composition root: from configuration to a running engine.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use ppob_engine::{Engine, Parts, ProviderSetup};
use ppob_layers::guard;
use ppob_provider::{BuildRequest, BuiltProvider};
use ppob_routing::Mapping;
use ppob_server::{Tls, TlsError, TlsFiles};
use ppob_types::{Clock, Family, ProviderName};

use crate::clock::random;
use crate::config::{ConfigError, Listen, Loaded, ProviderTable, TlsTable, unknown_key};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::journal::{Opened, Place, Watched};
use crate::providers::KINDS;
use crate::reload::Snapshot;
use crate::text::sentence;

/// The providers, ready, and what an operator should know about them.
#[derive(Debug)]
pub(crate) struct Providers {
    pub(crate) setups: BTreeMap<ProviderName, ProviderSetup>,
    /// What they were made of.
    pub(crate) built: BTreeMap<ProviderName, Built>,
    /// The configuration, for comparison.
    pub(crate) snapshot: Snapshot,
}

/// A provider as its kind built it, and the table it was built from.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) table: ProviderTable,
    pub(crate) built: BuiltProvider,
}

impl Providers {
    /// What an operator should know, by provider.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = (&ProviderName, &String)> {
        self.built.iter().flat_map(|(name, one)| one.built.warnings.iter().map(move |w| (name, w)))
    }
}

/// Builds every configured provider. Asks none of them anything.
pub(crate) fn providers(loaded: &Loaded, clock: &Arc<dyn Clock>) -> Result<Providers, Failure> {
    let snapshot = Snapshot::of(loaded);
    let built = build_all(loaded, clock, |_| None)?;
    Ok(Providers { setups: setups(&built, clock), built, snapshot })
}

/// Builds every configured provider, except those that `as_before` has.
pub(crate) fn build_all(
    loaded: &Loaded,
    clock: &Arc<dyn Clock>,
    as_before: impl Fn(&ProviderName) -> Option<BuiltProvider>,
) -> Result<BTreeMap<ProviderName, Built>, Failure> {
    let mut all = BTreeMap::new();
    for table in &loaded.providers {
        let built = match as_before(&table.name) {
            Some(built) => built,
            None => build(table, &loaded.place, clock)?,
        };
        all.insert(table.name.clone(), Built { table: table.clone(), built });
    }
    Ok(all)
}

/// What the engine is told of the providers.
pub(crate) fn setups(
    all: &BTreeMap<ProviderName, Built>,
    clock: &Arc<dyn Clock>,
) -> BTreeMap<ProviderName, ProviderSetup> {
    let setup = |(name, one): (&ProviderName, &Built)| {
        (name.clone(), setup(&one.table, one.built.clone(), clock))
    };
    all.iter().map(setup).collect()
}

/// Opens the journal, builds the engine and starts it. Reads what an earlier process left open.
pub(crate) async fn engine(
    loaded: &Loaded,
    journal: &Place,
    providers: BTreeMap<ProviderName, ProviderSetup>,
    clock: Arc<dyn Clock>,
) -> Result<(Engine, Watched), Failure> {
    let Opened { journal, watched } = journal.open(loaded).await?;
    let parts = Parts { config: loaded.config.engine(), journal, providers, clock, seed: random() };
    let engine = Engine::start(parts).await.map_err(|error| not_started(&error))?;
    Ok((engine, watched))
}

/// TLS of every listener that has it.
#[derive(Debug, Default)]
pub(crate) struct ListenersTls {
    pub(crate) api: Option<Arc<Tls>>,
    pub(crate) operator: Option<Arc<Tls>>,
    pub(crate) callbacks: Option<Arc<Tls>>,
}

/// TLS from its files, where it is configured.
pub(crate) fn tls(listen: &Listen) -> Result<ListenersTls, Failure> {
    let load = |table: Option<&TlsTable>, load: fn(TlsFiles) -> Result<Tls, TlsError>| {
        let tls = table.map(|table| load(table.files())).transpose();
        tls.map(|tls| tls.map(Arc::new)).map_err(|error| not_started(&error))
    };
    Ok(ListenersTls {
        api: load(listen.tls.as_ref(), Tls::load)?,
        operator: load(listen.operator_tls(), Tls::load)?,
        callbacks: load(listen.callbacks_tls.as_ref(), Tls::load_for_callbacks)?,
    })
}

/// The providers that send callbacks, for any family.
pub(crate) fn senders_of_callbacks(
    all: &BTreeMap<ProviderName, Built>,
) -> impl Iterator<Item = &ProviderName> {
    let sends = |built: &Built| {
        let provider = &built.built.provider;
        Family::ALL.into_iter().any(|family| provider.capability(family).callbacks)
    };
    all.iter().filter(move |(_, built)| sends(built)).map(|(name, _)| name)
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
    let shipped = built.mapping.clone();
    let mapping = Mapping::new(table.mapping.clone(), move |row| shipped.map(row))
        .shipped_as(built.mapping.configuration());
    ProviderSetup {
        mapping,
        guarded: guard(built.provider, &table.limits, Arc::clone(clock), random()),
        priority: table.priority,
        weight: table.weight,
        exclusive: table.exclusive,
        balance_floor: table.balance_floor,
        cost_tolerance: table.cost_tolerance,
        price_max_age: table.price_max_age,
        statement: table.statement.clone(),
        price_list_every: table
            .refresh_prices_every
            .map_or(permitted, |wanted| wanted.max(permitted)),
    }
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
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.kind).collect();
        let said = format!("there is no kind `mbc`; the kinds are {}", kinds.join(", "));
        assert_eq!(error, format!("`provider.a.kind` in ppob.toml: {said}"));
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
            providers.warnings().any(|(name, text)| {
                name.as_str() == "a" && text.contains("not encrypted") && !text.contains("hunter2")
            }),
            "{:?}",
            providers.built
        );
    }
}
