//! Changing what the engine was told, while it works.

use std::collections::BTreeMap;
use std::sync::Arc;

use ppob_journal::{AuditSubject, JournalError, Who};
use ppob_types::ProviderName;

use crate::config::Told;
use crate::engine::Inner;
use crate::operator::audit::Deed;
use crate::{Engine, EngineConfig, ProviderSetup, Remapped};

/// What the engine is told from now on.
#[derive(Debug)]
pub struct Reload {
    /// How it behaves.
    pub config: EngineConfig,
    /// Exactly the providers it has, each of its kind and account. A provider that is not the one before takes its
    /// place behind the same breaker and limits; new limits change those.
    pub providers: BTreeMap<ProviderName, ProviderSetup>,
    /// Who wants it.
    pub who: Who,
    /// Which keys change, for the audit; no values.
    pub changes: String,
}

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// A provider is missing, new, or of another kind or account.
    #[error(
        "the provider {0} was added, removed, is of another kind or logs in as another account; that needs a restart, and nothing was changed"
    )]
    OtherProviders(ProviderName),
    /// It could not be written down who changed what.
    #[error("the journal cannot be used just now, so nothing was changed. Try again")]
    JournalUnavailable,
}

impl Engine {
    /// Tells the engine something else, all of it at once, and says what the new mappings did.
    ///
    /// Who works on an attempt goes on with what it began with; every later one begins with the new.
    /// Once this was called it happens, also if the caller goes away.
    ///
    /// # Errors
    /// [`ReloadError`]; nothing was changed.
    pub async fn reload(
        &self,
        reload: Reload,
    ) -> Result<BTreeMap<ProviderName, Remapped>, ReloadError> {
        let entry = Deed {
            who: &reload.who,
            action: "ReloadConfig",
            subject: AuditSubject::Configuration,
            reason: "",
            before: String::new(),
            after: reload.changes.clone(),
        }
        .entry(self.inner.now());
        let inner = Arc::clone(&self.inner);
        let work = async move {
            // One at a time, from looking at what is there to replacing it.
            let _alone = inner.reloading.lock().await;
            let told = inner.fit(reload)?;
            let followed = inner.follow_addresses(&told).await;
            followed.map_err(|_: JournalError| ReloadError::JournalUnavailable)?;
            // First: what nobody could look up later must not take effect.
            let noted = inner.journal.audit(entry).await;
            noted.map_err(|_: JournalError| ReloadError::JournalUnavailable)?;
            Ok(inner.retell(told).await)
        };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(ReloadError::JournalUnavailable))
    }
}

impl Inner {
    /// The new providers in the places of those before. Changes nothing yet.
    fn fit(&self, reload: Reload) -> Result<Told, ReloadError> {
        let before = self.told();
        if let Some(gone) = before.setups.keys().find(|name| !reload.providers.contains_key(*name))
        {
            return Err(ReloadError::OtherProviders(gone.clone()));
        }
        let mut providers = BTreeMap::new();
        for (name, setup) in reload.providers {
            let info = setup.guarded.provider.info();
            let earlier = before.setups.get(&name);
            let earlier =
                earlier.filter(|earlier| earlier.guarded.provider.info().is_same_account(info));
            let Some(earlier) = earlier else {
                return Err(ReloadError::OtherProviders(name));
            };
            let guarded = setup.guarded.in_place_of(&earlier.guarded);
            providers.insert(name, ProviderSetup { guarded, ..setup });
        }
        Ok(Told::new(reload.config, providers))
    }

    /// From here on nothing fails.
    async fn retell(&self, told: Told) -> BTreeMap<ProviderName, Remapped> {
        let before = self.told();
        self.providers.tell(told);
        self.follow_accounts(&before).await;
        self.something_due.notify_one();
        let mut remapped = BTreeMap::new();
        for (name, setup) in &self.told().setups {
            let earlier = before.setups.get(name);
            if earlier.is_none_or(|earlier| !setup.mapping.is_configured_as(&earlier.mapping)) {
                remapped.insert(name.clone(), self.map_anew(name).await);
            }
        }
        remapped
    }
}
