//! The price cache: one immutable snapshot, refreshed in the background, saved for a warm restart.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use ppob_journal::{AuditSubject, JournalError, Who};
use ppob_layers::BreakerState;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_routing::{Catalogue, ChangeKind, MappedList};
use ppob_types::{Clock, Monotonic, PriceRow, ProviderName, Rupiah, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, watch};

use crate::engine::Inner;
use crate::inquiry::guarded;
use crate::operator::audit::Deed;
use crate::operator::require_who;
use crate::{Engine, OperateError, ProviderSetup};

const DOCUMENT: &str = "catalogue";
const FIRST_SEEN: &str = "unmapped-products";

/// How often a half-open breaker is looked for.
const BREAKER_LOOK: Duration = Duration::from_secs(5);

/// How often a provider is asked whether it is back.
const HEAL_EVERY: Duration = Duration::from_secs(30);

/// What a refresh brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefreshReport {
    /// Rows that are products of ours.
    pub mapped: usize,
    /// Rows nobody mapped.
    pub unmapped: usize,
    /// Rows that could not be read.
    pub unreadable: usize,
    /// Prices changed, products opened, closed, added or withdrawn.
    pub changes: usize,
}

/// The price list of one provider, as the engine has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueStatus {
    /// When it was last fetched.
    pub fetched_at: Option<Timestamp>,
    /// Rows nobody mapped: an operator maps or ignores them in the configuration.
    pub unmapped: Vec<PriceRow>,
    /// Since when each of them, by the provider's code, is listed.
    pub first_seen: BTreeMap<String, Timestamp>,
    /// Why the last refresh failed, if it did.
    pub last_error: Option<String>,
    /// When that was.
    pub failed_at: Option<Timestamp>,
}

/// The price cache.
#[derive(Debug)]
pub(crate) struct Prices {
    snapshot: ArcSwap<Catalogue>,
    /// Swapping is one at a time; reading never waits.
    swapping: AsyncMutex<()>,
    fetching: Mutex<BTreeMap<ProviderName, Arc<AsyncMutex<()>>>>,
    status: Mutex<BTreeMap<ProviderName, CatalogueStatus>>,
    /// How many providers answered or failed at least once since the start.
    tried: watch::Sender<usize>,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            snapshot: ArcSwap::from_pointee(Catalogue::default()),
            swapping: AsyncMutex::new(()),
            fetching: Mutex::default(),
            status: Mutex::default(),
            tried: watch::Sender::new(0),
        }
    }
}

impl Prices {
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        self.snapshot.load_full()
    }

    pub(crate) fn status(&self, provider: &ProviderName) -> CatalogueStatus {
        self.with_status(provider, |status| status.clone())
    }

    fn with_status<T>(
        &self,
        provider: &ProviderName,
        work: impl FnOnce(&mut CatalogueStatus) -> T,
    ) -> T {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        work(status.entry(provider.clone()).or_default())
    }

    fn single_flight(&self, provider: &ProviderName) -> Arc<AsyncMutex<()>> {
        let mut fetching = self.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(fetching.entry(provider.clone()).or_default())
    }
}

impl CatalogueStatus {
    /// Takes over what nobody mapped, and since when that is listed.
    fn remember(&mut self, unmapped: Vec<PriceRow>, now: Timestamp) {
        let known = std::mem::take(&mut self.first_seen);
        self.first_seen = unmapped
            .iter()
            .map(|row| {
                let since = known.get(&row.provider_code).copied().unwrap_or(now);
                (row.provider_code.clone(), since)
            })
            .collect();
        self.unmapped = unmapped;
    }
}

impl Engine {
    /// Fetches prices now, of one provider.
    ///
    /// # Errors
    /// [`OperateError`]; the prices that were there stay.
    pub async fn refresh_catalogue(
        &self,
        provider: &ProviderName,
        who: &Who,
    ) -> Result<RefreshReport, OperateError> {
        let setup = self.inner.providers.get(provider).ok_or(OperateError::NoSuchProvider)?;
        require_who(who)?;
        let refreshed = self.inner.refresh(provider, setup).await;
        let after = match &refreshed {
            Ok(report) => format!("{} offers changed", report.changes),
            Err(error) => format!("the prices from before stay: {}", error.class()),
        };
        let (now, reason, before) = (self.inner.now(), "", String::new());
        let subject = AuditSubject::Provider(provider);
        let deed = Deed { who, action: "RefreshCatalog", subject, reason, before, after };
        let audited = self.inner.journal.audit(deed.entry(now)).await;
        audited.map_err(|_| OperateError::JournalUnavailable)?;
        refreshed.map_err(|error| OperateError::ProviderUnavailable(error.message))
    }

    /// The price list of one provider, as the engine has it.
    pub fn catalogue_status(&self, provider: &ProviderName) -> CatalogueStatus {
        self.inner.prices.status(provider)
    }

    /// Waits until every provider's prices were fetched, or failed to be, once since the start.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn first_prices(&self) {
        let wanted = self.inner.providers.all().count();
        let mut tried = self.inner.prices.tried.subscribe();
        let _ = tried.wait_for(|count| *count >= wanted).await;
    }
}

impl Inner {
    /// Prices of the earlier process: stale ones, with their age, are better than none.
    pub(crate) async fn restore_catalogue(&self) -> Result<(), JournalError> {
        self.restore_first_seen().await?;
        let Some(json) = self.journal.load_document(DOCUMENT).await? else {
            return Ok(());
        };
        match serde_json::from_str::<Catalogue>(&json) {
            Ok(catalogue) => {
                for (name, _) in self.providers.all() {
                    let fetched_at = catalogue.as_of(name);
                    self.prices.with_status(name, |status| status.fetched_at = fetched_at);
                }
                self.prices.snapshot.store(Arc::new(catalogue));
            }
            // A catalogue of another version is only a cache: fetch it again.
            Err(error) => {
                tracing::warn!(%error, "the saved catalogue is not readable; fetching anew");
            }
        }
        Ok(())
    }

    /// One background loop per provider.
    pub(crate) fn start_refreshing(this: &Arc<Self>) {
        let names: Vec<ProviderName> = this.providers.all().map(|(name, _)| name.clone()).collect();
        for name in names {
            let inner = Arc::clone(this);
            this.tasks.spawn(async move { inner.refresh_again_and_again(&name).await });
        }
    }

    async fn refresh_again_and_again(&self, name: &ProviderName) {
        let Some(setup) = self.providers.get(name) else {
            return;
        };
        let mut balance_at = self.clock.monotonic();
        let mut prices_at = balance_at;
        let mut heal_at = balance_at;
        loop {
            let now = self.clock.monotonic();
            if now >= prices_at {
                if let Err(error) = self.refresh(name, setup).await {
                    tracing::warn!(provider = %name, class = error.class(), "prices not refreshed");
                }
                self.prices.tried.send_modify(|count| *count += 1);
                prices_at = now.plus(self.jittered(setup.price_list_every));
            }
            if now >= balance_at {
                self.read_balance(name).await;
                balance_at = now.plus(self.jittered(self.config.balance_every));
            }
            let until = prices_at.min(balance_at).since(self.clock.monotonic());
            tokio::select! {
                biased;
                () = self.tasks.stopping().cancelled() => return,
                () = tokio::time::sleep(until.clamp(Duration::from_millis(10), BREAKER_LOOK)) => {}
            }
            self.heal(name, setup, &mut heal_at).await;
        }
    }

    /// A breaker that has been open long enough waits for a read, never for a payment, to succeed.
    async fn heal(&self, name: &ProviderName, setup: &ProviderSetup, not_before: &mut Monotonic) {
        let now = self.clock.monotonic();
        let waits = setup.guarded.reserve.overview().breaker == BreakerState::HalfOpen;
        if !waits || now < *not_before {
            return;
        }
        *not_before = now.plus(HEAL_EVERY);
        if setup.guarded.provider.info().tells_balance {
            self.read_balance(name).await;
        } else if let Err(error) = self.refresh(name, setup).await {
            tracing::warn!(provider = %name, class = error.class(), "the provider is not back yet");
        }
    }

    /// Our deposit as the provider tells it now, if it can be asked.
    pub(crate) async fn read_balance(&self, name: &ProviderName) -> Option<Rupiah> {
        let provider = self.providers.provider(name)?;
        if !provider.info().tells_balance {
            return None;
        }
        match guarded(provider.balance(&self.call_context())).await {
            Ok(balance) => {
                self.providers.balances.seen(name, balance, self.now());
                Some(balance)
            }
            Err(error) => {
                tracing::warn!(provider = %name, class = error.class(), "balance not read");
                None
            }
        }
    }

    /// Fetches, maps and swaps. One at a time per provider.
    async fn refresh(
        &self,
        name: &ProviderName,
        setup: &ProviderSetup,
    ) -> Result<RefreshReport, ProviderError> {
        let flight = self.prices.single_flight(name);
        let _single = flight.lock().await;
        let fetched = guarded(setup.guarded.provider.price_list(&self.call_context())).await;
        let outcome = if fetched.is_ok() { "ok" } else { "failed" };
        metrics::counter!(
            "ppob_catalogue_refreshes_total", "provider" => name.to_string(), "outcome" => outcome
        )
        .increment(1);
        let list = match fetched {
            // A list without a single row is far likelier a mistake than a provider that sells nothing.
            Ok(list) if list.rows.is_empty() => {
                let empty =
                    ProviderError::new(ProviderErrorKind::Unreadable, "the price list is empty");
                return Err(self.refresh_failed(name, empty));
            }
            Ok(list) => list,
            Err(error) => return Err(self.refresh_failed(name, error)),
        };
        let unreadable = list.unreadable.len();
        let mapped = setup.mapping.map_list(&list);
        let changes = self.swap(name, &mapped).await;
        let report = RefreshReport {
            mapped: mapped.mapped.len(),
            unmapped: mapped.unmapped.len(),
            unreadable,
            changes,
        };
        for conflict in &mapped.conflicts {
            tracing::warn!(provider = %name, %conflict, "mapping conflict");
        }
        let before = self.prices.with_status(name, |status| status.first_seen.clone());
        let seen = self.prices.with_status(name, |status| {
            status.fetched_at = Some(self.now());
            status.remember(mapped.unmapped, self.now());
            status.last_error = None;
            status.failed_at = None;
            status.first_seen != before
        });
        if seen {
            self.save_first_seen().await;
        }
        Ok(report)
    }

    /// Since when products are listed that nobody mapped: for people, who ask what is new.
    async fn save_first_seen(&self) {
        let listed: BTreeMap<&ProviderName, BTreeMap<String, Timestamp>> = self
            .providers
            .all()
            .map(|(name, _)| (name, self.prices.status(name).first_seen))
            .collect();
        let saved = match serde_json::to_string(&listed) {
            Ok(json) => {
                self.journal.save_document(FIRST_SEEN, json).await.map_err(|e| e.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = saved {
            tracing::warn!(error, "since when products are listed could not be saved");
        }
    }

    async fn restore_first_seen(&self) -> Result<(), JournalError> {
        let saved = self.journal.load_document(FIRST_SEEN).await?;
        let listed = saved.and_then(|json| {
            serde_json::from_str::<BTreeMap<ProviderName, BTreeMap<String, Timestamp>>>(&json).ok()
        });
        for (name, first_seen) in listed.into_iter().flatten() {
            self.prices.with_status(&name, |status| status.first_seen = first_seen);
        }
        Ok(())
    }

    fn refresh_failed(&self, name: &ProviderName, error: ProviderError) -> ProviderError {
        self.prices.with_status(name, |status| {
            status.last_error = Some(error.message.clone());
            status.failed_at = Some(self.now());
        });
        error
    }

    async fn swap(&self, name: &ProviderName, mapped: &MappedList) -> usize {
        let _swapping = self.prices.swapping.lock().await;
        let before = self.prices.catalogue();
        let update = before.with_prices(name, &mapped.mapped, self.now());
        // The very first list is no news.
        let first = before.as_of(name).is_none();
        for change in update.changes.iter().filter(|_| !first) {
            let kind = match change.kind {
                ChangeKind::Added => "added",
                ChangeKind::Withdrawn => "withdrawn",
                ChangeKind::Opened => "opened",
                ChangeKind::Closed => "closed",
                ChangeKind::CostChanged { .. } => "cost",
                ChangeKind::AdminChanged { .. } => "admin",
            };
            tracing::info!(provider = %name, product = %change.product, kind, "catalogue change");
            metrics::counter!(
                "ppob_catalogue_changes_total", "provider" => name.to_string(), "kind" => kind
            )
            .increment(1);
        }
        let changes = update.changes.len();
        let json = serde_json::to_string(&update.catalogue);
        self.prices.snapshot.store(Arc::new(update.catalogue));
        let saved = match json {
            Ok(json) => self.journal.save_document(DOCUMENT, json).await.map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = saved {
            tracing::warn!(error, "the catalogue could not be saved; a restart starts cold");
        }
        changes
    }

    /// Up to a tenth longer, so that providers are not all asked in the same second.
    fn jittered(&self, span: Duration) -> Duration {
        let thousandths = u32::try_from(1_000 + self.draw() % 101).unwrap_or(1_000);
        span.saturating_mul(thousandths) / 1_000
    }
}
