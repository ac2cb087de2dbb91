//! The price cache: one immutable snapshot, refreshed in the background, saved for a warm restart.

mod saved;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use ppob_journal::{AuditSubject, JournalError, Who};
use ppob_layers::BreakerState;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_routing::{Catalogue, ChangeKind, MappedList};
use ppob_types::{Clock, Monotonic, PriceList, PriceRow, ProviderName, Rupiah, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, watch};

use crate::engine::Inner;
use crate::inquiry::guarded;
use crate::operator::audit::Deed;
use crate::operator::require_who;
use crate::{Engine, OperateError, ProviderSetup};

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

/// What a new mapping did to a provider's offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remapped {
    /// The list at hand was mapped anew; so many offers changed.
    Changed(usize),
    /// The list was not read yet since the start. So many offers of earlier are not sold until it is.
    Withdrawn(usize),
}

/// The price cache.
#[derive(Debug)]
pub(crate) struct Prices {
    snapshot: ArcSwap<Catalogue>,
    /// Swapping is one at a time; reading never waits.
    swapping: AsyncMutex<()>,
    /// The lists as the providers gave them, to be mapped anew when the mapping changes.
    lists: Mutex<BTreeMap<ProviderName, FetchedList>>,
    /// What the configuration said when each provider's offers were mapped.
    mapped_by: Mutex<BTreeMap<ProviderName, String>>,
    fetching: Mutex<BTreeMap<ProviderName, Arc<AsyncMutex<()>>>>,
    status: Mutex<BTreeMap<ProviderName, CatalogueStatus>>,
    /// How many providers answered or failed at least once since the start.
    tried: watch::Sender<usize>,
}

/// A price list as a provider gave it.
#[derive(Clone, Debug)]
struct FetchedList {
    list: Arc<PriceList>,
    fetched_at: Timestamp,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            snapshot: ArcSwap::from_pointee(Catalogue::default()),
            swapping: AsyncMutex::new(()),
            lists: Mutex::default(),
            mapped_by: Mutex::default(),
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

    fn list(&self, provider: &ProviderName) -> Option<FetchedList> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(provider).cloned()
    }

    fn keep_list(&self, provider: &ProviderName, list: FetchedList) {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.insert(provider.clone(), list);
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
        require_who(who)?;
        let refreshed = self.inner.refresh(provider).await?;
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
        let wanted = self.inner.told().setups.len();
        let mut tried = self.inner.prices.tried.subscribe();
        let _ = tried.wait_for(|count| *count >= wanted).await;
    }
}

impl Inner {
    /// One background loop per provider.
    pub(crate) fn start_refreshing(this: &Arc<Self>) {
        for name in this.told().setups.keys() {
            let (inner, name) = (Arc::clone(this), name.clone());
            this.tasks.spawn(async move { inner.refresh_again_and_again(&name).await });
        }
    }

    async fn refresh_again_and_again(&self, name: &ProviderName) {
        let now = self.clock.monotonic();
        let (mut prices, mut balance) = (Regularly::from(now), Regularly::from(now));
        let mut heal_at = now;
        loop {
            let told = self.told();
            let Some(setup) = told.setups.get(name) else { return };
            let now = self.clock.monotonic();
            if prices.is_due(now, setup.price_list_every) {
                if let Ok(Err(error)) = self.refresh(name).await {
                    tracing::warn!(provider = %name, class = error.class(), "prices not refreshed");
                }
                self.prices.tried.send_modify(|count| *count += 1);
                prices.done(now, self.draw());
            }
            if balance.is_due(now, told.config.balance_every) {
                self.read_balance(name, setup).await;
                balance.done(now, self.draw());
            }
            let at = prices.at(setup.price_list_every).min(balance.at(told.config.balance_every));
            let until = at.since(self.clock.monotonic());
            tokio::select! {
                biased;
                () = self.tasks.stopping().cancelled() => return,
                () = tokio::time::sleep(until.clamp(Duration::from_millis(10), BREAKER_LOOK)) => {}
            }
            self.heal(name, &mut heal_at).await;
        }
    }

    /// A breaker that has been open long enough waits for a read, never for a payment, to succeed.
    async fn heal(&self, name: &ProviderName, not_before: &mut Monotonic) {
        let Some(setup) = self.providers.get(name) else { return };
        let now = self.clock.monotonic();
        let waits = setup.guarded.reserve.overview().breaker == BreakerState::HalfOpen;
        if !waits || now < *not_before {
            return;
        }
        *not_before = now.plus(HEAL_EVERY);
        if setup.guarded.provider.info().tells_balance {
            self.read_balance(name, &setup).await;
        } else if let Ok(Err(error)) = self.refresh(name).await {
            tracing::warn!(provider = %name, class = error.class(), "the provider is not back yet");
        }
    }

    /// Our deposit as the provider tells it now, if it can be asked.
    pub(crate) async fn read_balance(
        &self,
        name: &ProviderName,
        setup: &ProviderSetup,
    ) -> Option<Rupiah> {
        let provider = &setup.guarded.provider;
        if !provider.info().tells_balance {
            return None;
        }
        let asked_at = self.now();
        match guarded(provider.balance(&self.call_context())).await {
            Ok(balance) => {
                let current = || self.providers.is_current(name, setup);
                if current() {
                    self.accounts.sighted(name, balance, asked_at);
                }
                self.providers.balances.seen(name, balance, self.now(), current);
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
    ) -> Result<Result<RefreshReport, ProviderError>, OperateError> {
        let flight = self.prices.single_flight(name);
        let _single = flight.lock().await;
        let setup = self.providers.get(name).ok_or(OperateError::NoSuchProvider)?;
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
                return Ok(Err(self.refresh_failed(name, empty)));
            }
            Ok(list) => FetchedList { list: Arc::new(list), fetched_at: self.now() },
            Err(error) => return Ok(Err(self.refresh_failed(name, error))),
        };
        self.prices.keep_list(name, list.clone());
        let report = self.map_and_swap(name, &list).await;
        self.prices.with_status(name, |status| {
            status.fetched_at = Some(list.fetched_at);
            status.last_error = None;
            status.failed_at = None;
        });
        Ok(Ok(report))
    }

    /// Maps a list as the engine was told last, and swaps. One at a time, so that a mapping from before
    /// a reload never comes after it.
    async fn map_and_swap(&self, name: &ProviderName, fetched: &FetchedList) -> RefreshReport {
        let _swapping = self.prices.swapping.lock().await;
        let list = &fetched.list;
        let setup = self.providers.get(name);
        let mapped = setup.as_ref().map(|setup| setup.mapping.map_list(list)).unwrap_or_default();
        let mapped_by = setup.map(|setup| setup.mapping.configuration()).unwrap_or_default();
        self.prices.note_mapping(name, mapped_by);
        let changes = self.swap(name, &mapped, fetched.fetched_at).await;
        let report = RefreshReport {
            mapped: mapped.mapped.len(),
            unmapped: mapped.unmapped.len(),
            unreadable: list.unreadable.len(),
            changes,
        };
        for conflict in &mapped.conflicts {
            tracing::warn!(provider = %name, %conflict, "mapping conflict");
        }
        let seen = self.prices.with_status(name, |status| {
            let before = status.first_seen.clone();
            status.remember(mapped.unmapped, self.now());
            status.first_seen != before
        });
        if seen {
            self.save_first_seen().await;
        }
        report
    }

    /// Maps the list at hand anew, for a mapping that has changed. Without one (it was not read since
    /// the start) nothing is sold until it is read: the offers at hand may be what was mapped wrongly.
    pub(crate) async fn map_anew(&self, name: &ProviderName) -> Remapped {
        if let Some(fetched) = self.prices.list(name) {
            return Remapped::Changed(self.map_and_swap(name, &fetched).await.changes);
        }
        let _swapping = self.prices.swapping.lock().await;
        // Read meanwhile, and so mapped as it is told now.
        if self.prices.list(name).is_some() {
            return Remapped::Changed(0);
        }
        Remapped::Withdrawn(self.swap(name, &MappedList::default(), self.now()).await)
    }

    /// Since when products are listed that nobody mapped: for people, who ask what is new.
    async fn save_first_seen(&self) {
        let told = self.told();
        let listed: BTreeMap<&ProviderName, BTreeMap<String, Timestamp>> =
            told.setups.keys().map(|name| (name, self.prices.status(name).first_seen)).collect();
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

    /// To be called by whoever holds `swapping`.
    async fn swap(&self, name: &ProviderName, mapped: &MappedList, as_of: Timestamp) -> usize {
        let before = self.prices.catalogue();
        let update = before.with_prices(name, &mapped.mapped, as_of);
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
        self.prices.snapshot.store(Arc::new(update.catalogue));
        self.providers.changed.send_modify(|count| *count = count.wrapping_add(1));
        self.save_catalogue().await;
        changes
    }
}

/// Something done at intervals that may change in between.
#[derive(Clone, Copy, Debug)]
struct Regularly {
    done_at: Option<Monotonic>,
    from: Monotonic,
    /// Thousandths by which the interval is stretched, so that providers are not all asked in the same
    /// second.
    stretched: u32,
}

impl Regularly {
    const fn from(from: Monotonic) -> Self {
        Self { done_at: None, from, stretched: 0 }
    }

    fn at(&self, every: Duration) -> Monotonic {
        self.done_at.map_or(self.from, |done| {
            done.plus(every.saturating_mul(1_000 + self.stretched) / 1_000)
        })
    }

    fn is_due(&self, now: Monotonic, every: Duration) -> bool {
        now >= self.at(every)
    }

    /// Up to a tenth longer until the next time.
    fn done(&mut self, now: Monotonic, draw: u64) {
        self.done_at = Some(now);
        self.stretched = u32::try_from(draw % 101).unwrap_or_default();
    }
}
