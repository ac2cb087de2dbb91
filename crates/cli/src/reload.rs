//! Reading the configuration again while the engine works: all of what needs no restart, or nothing.

mod changes;
mod consumers;

use std::collections::BTreeMap;
use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use ppob_engine::{Engine, Reload, ReloadError, Remapped};
use ppob_journal::Who;
use ppob_server::{ConfigSource, NotReloaded, Reloaded};
use ppob_types::{Clock, ProviderName};
use tokio::sync::Mutex;

use self::changes::Changes;
pub(crate) use self::changes::Snapshot;
pub(crate) use self::consumers::Consumers;
use crate::compose::{self, Built};
use crate::config::Loaded;
use crate::failure::Failure;

/// Reads and checks the configuration as the start did.
pub(crate) type ReadAgain = Box<dyn Fn() -> Result<Loaded, Failure> + Send + Sync>;

/// A part of the process besides the engine that takes over a new configuration.
pub(crate) trait Part: Debug + Send + Sync + 'static {
    /// The beginnings of the keys it takes over.
    fn keys(&self) -> &'static [&'static str];

    /// Checks everything, and gives what puts it into effect; that cannot fail.
    fn prepare(&self, loaded: &Loaded) -> Result<Box<dyn FnOnce() + Send>, Failure>;
}

/// Cheap to clone; clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Reloader(Arc<Shared>);

struct Shared {
    read: ReadAgain,
    engine: Engine,
    clock: Arc<dyn Clock>,
    parts: Vec<Box<dyn Part>>,
    /// Whether anything listens for callbacks, until the end.
    listens_for_callbacks: bool,
    running: Mutex<Running>,
}

/// What is in effect.
#[derive(Debug)]
struct Running {
    snapshot: Snapshot,
    providers: BTreeMap<ProviderName, Built>,
}

/// The keys that the engine takes over.
const ENGINE: &[&str] = &["payments.", "reconciliation.", "routing.", "provider."];

/// So many keys stand in the audit by name; all of them are in the log.
const KEYS_IN_AUDIT: usize = 50;

impl Reloader {
    /// For an engine that was made of `providers`, from what `snapshot` shows.
    pub(crate) fn new(
        engine: Engine,
        clock: Arc<dyn Clock>,
        snapshot: Snapshot,
        providers: BTreeMap<ProviderName, Built>,
        read: ReadAgain,
        parts: Vec<Box<dyn Part>>,
        listens_for_callbacks: bool,
    ) -> Self {
        let running = Mutex::new(Running { snapshot, providers });
        Self(Arc::new(Shared { read, engine, clock, parts, listens_for_callbacks, running }))
    }
}

#[tonic::async_trait]
impl ConfigSource for Reloader {
    async fn reload(&self, who: &Who, validate_only: bool) -> Result<Reloaded, NotReloaded> {
        let (shared, who) = (Arc::clone(&self.0), who.clone());
        let work = tokio::spawn(async move { shared.reload(&who, validate_only).await });
        let done = work.await.unwrap_or_else(|_| {
            Err(NotReloaded::JournalUnavailable(
                "the reload broke off; look at the log, and reload again".to_owned(),
            ))
        });
        match &done {
            Ok(done) if validate_only => tracing::info!(?done, "the configuration was checked"),
            Ok(done) => tracing::info!(?done, "the configuration was read again"),
            Err(error) => tracing::warn!(%error, "the configuration was not read again"),
        }
        done
    }
}

impl Shared {
    async fn reload(&self, who: &Who, validate_only: bool) -> Result<Reloaded, NotReloaded> {
        let mut running = self.running.lock().await;
        let invalid = |failure: Failure| NotReloaded::Invalid(failure.text);
        let loaded = (self.read)().map_err(invalid)?;
        let snapshot = Snapshot::of(&loaded);
        let hot: Vec<&str> = self.keys().collect();
        let changes = running.snapshot.changes_to(&snapshot, &hot);
        let as_before = |name: &ProviderName| {
            let same = !changes.touch_settings_of(name.as_str())
                && running.snapshot.kind_of(name.as_str()) == snapshot.kind_of(name.as_str());
            running.providers.get(name).filter(|_| same).map(|built| built.built.clone())
        };
        // Those that wait for a restart are built too: what would not start is wrong now.
        let built = compose::build_all(&loaded, &self.clock, as_before).map_err(invalid)?;
        if let Some(name) = other_account(&running, &built) {
            return Err(not_reloaded(&ReloadError::OtherProviders(name.clone())));
        }
        let mut ready = Vec::new();
        for part in &self.parts {
            ready.push(part.prepare(&loaded).map_err(invalid)?);
        }
        let providers = next_providers(&running, &snapshot, built);
        let mut warnings = warnings(&changes, &snapshot, &providers);
        if !self.listens_for_callbacks {
            warnings.extend(compose::senders_of_callbacks(&providers).map(unheard));
        }
        if !validate_only && !changes.now.is_empty() {
            let reload = Reload {
                config: loaded.config.engine(),
                providers: compose::setups(&providers, &self.clock),
                who: who.clone(),
                changes: for_the_audit(&changes.now),
            };
            let remapped =
                self.engine.reload(reload).await.map_err(|error| not_reloaded(&error))?;
            for take_effect in ready {
                take_effect();
            }
            warnings.extend(remapped.iter().filter_map(|(name, done)| remark(name, *done)));
            running.snapshot.with_applied(snapshot, &changes);
            running.providers = providers;
        }
        Ok(Reloaded { changed_keys: changes.now, restart_keys: changes.restart, warnings })
    }

    fn keys(&self) -> impl Iterator<Item = &'static str> {
        let parts = self.parts.iter().flat_map(|part| part.keys().iter().copied());
        ENGINE.iter().copied().chain(parts)
    }
}

/// A provider that would log in as another deposit account.
fn other_account<'a>(
    running: &Running,
    built: &'a BTreeMap<ProviderName, Built>,
) -> Option<&'a ProviderName> {
    let other = |(name, after): &(&ProviderName, &Built)| {
        let after = after.built.provider.info();
        running.providers.get(*name).is_some_and(|before| {
            let before = before.built.provider.info();
            before.kind == after.kind && !before.is_same_account(after)
        })
    };
    built.iter().find(other).map(|(name, _)| name)
}

/// The providers that run, as they are from now on: one that is gone from the configuration, or of
/// another kind in it, goes on as it is until the restart.
fn next_providers(
    running: &Running,
    after: &Snapshot,
    mut built: BTreeMap<ProviderName, Built>,
) -> BTreeMap<ProviderName, Built> {
    let next = running.providers.iter().map(|(name, before)| {
        let kind = after.kind_of(name.as_str());
        let same_kind = running.snapshot.kind_of(name.as_str()) == kind;
        let next = built.remove(name).filter(|_| same_kind);
        (name.clone(), next.unwrap_or_else(|| before.clone()))
    });
    next.collect()
}

fn warnings(
    changes: &Changes,
    after: &Snapshot,
    providers: &BTreeMap<ProviderName, Built>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (name, key) in changes.of_accounts() {
        warnings.push(format!(
            "{key}: if that is another deposit account, undo this and give it a name of its own: \
             payments in doubt at {name} are asked about there from now on. Its prices stay as they were \
             read last until its next list"
        ));
    }
    for (name, built) in providers {
        if after.kind_of(name.as_str()).is_none() {
            warnings.push(format!(
                "{name} is not configured any more, but is used until the restart; switch it off if it \
                 must not be"
            ));
        }
        if changes.touch(name.as_str()) {
            warnings.extend(built.built.warnings.iter().map(|text| format!("{name}: {text}")));
        }
    }
    warnings
}

fn unheard(name: &ProviderName) -> String {
    format!(
        "{name}: it can send callbacks now, but nothing listens for them until the restart; its payments \
         are asked about as before"
    )
}

fn remark(name: &ProviderName, remapped: Remapped) -> Option<String> {
    match remapped {
        Remapped::Changed(0) | Remapped::Withdrawn(0) => None,
        Remapped::Changed(count) => {
            Some(format!("{name}: the new mapping changed its offers at once; {count} changes"))
        }
        Remapped::Withdrawn(_) => Some(format!(
            "{name}: its price list was not read since the start, so nothing of it is sold under the \
             new mapping until it is; it is asked for at its interval, or now with `ppob refresh {name}`"
        )),
    }
}

fn for_the_audit(keys: &[String]) -> String {
    let named: Vec<&str> = keys.iter().take(KEYS_IN_AUDIT).map(String::as_str).collect();
    match keys.len().checked_sub(KEYS_IN_AUDIT).filter(|more| *more > 0) {
        None => named.join(", "),
        Some(more) => format!("{}, and {more} more", named.join(", ")),
    }
}

fn not_reloaded(error: &ReloadError) -> NotReloaded {
    match error {
        ReloadError::OtherProviders(_) => NotReloaded::Invalid(error.to_string()),
        ReloadError::JournalUnavailable => NotReloaded::JournalUnavailable(error.to_string()),
    }
}

impl Debug for Shared {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reloader").field("parts", &self.parts).finish_non_exhaustive()
    }
}
