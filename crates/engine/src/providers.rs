//! The configured providers, and what is known about them while they work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use ppob_journal::{AuditEntry, Journal, JournalError};
use ppob_provider::{Capability, RefusalTrust, StatusLookup};
use ppob_routing::{Lookup, LookupBy, Mode, ProviderFacts};
use ppob_types::{
    Family, Monotonic, PayAnswer, PayOutcome, ProductCode, ProviderName, Rupiah, Timestamp,
};
use tokio::sync::{Mutex as AsyncMutex, watch};

use crate::ProviderSetup;
use crate::accounts::Accounts;
use crate::balance::Balances;
use crate::config::Told;
use crate::health::HealthBook;
use crate::switches::{ModeSwitch, OfferSwitch, Switches};

const DOCUMENT: &str = "provider-switches";

/// How long a balance counts that a provider showed by the way.
const BALANCE_USABLE: Duration = Duration::from_mins(5);

/// The configured providers.
#[derive(Debug)]
pub(crate) struct Providers {
    told: ArcSwap<Told>,
    accounts: Arc<Accounts>,
    pub(crate) balances: Balances,
    switches: RwLock<Switches>,
    saving: AsyncMutex<()>,
    /// Rises whenever what can be bought, or from whom, may be another.
    pub(crate) changed: watch::Sender<u64>,
    /// Counts switches; the second is the last one that the journal holds.
    switched: AtomicU64,
    saved: AtomicU64,
    /// What was done, until the journal holds it.
    unaudited: Mutex<Vec<AuditEntry>>,
    /// How payments went lately.
    pub(crate) health: HealthBook,
}

impl Providers {
    pub(crate) fn new(told: Told, accounts: Arc<Accounts>) -> Self {
        Self {
            accounts,
            told: ArcSwap::from_pointee(told),
            balances: Balances::default(),
            switches: RwLock::default(),
            saving: AsyncMutex::new(()),
            changed: watch::Sender::new(0),
            switched: AtomicU64::new(0),
            saved: AtomicU64::new(0),
            unaudited: Mutex::default(),
            health: HealthBook::default(),
        }
    }

    pub(crate) async fn restore(&self, journal: &dyn Journal) -> Result<(), JournalError> {
        if let Some(json) = journal.load_document(DOCUMENT).await? {
            let saved = Switches::read(&json)
                .map_err(|error| JournalError::Corrupt(format!("{DOCUMENT}: {error}")))?;
            *self.switches.write().unwrap_or_else(PoisonError::into_inner) = saved;
        }
        Ok(())
    }

    /// What the engine was told last.
    pub(crate) fn told(&self) -> Arc<Told> {
        self.told.load_full()
    }

    /// Replaces what the engine was told. A deposit that is looked at through another provider from
    /// now on is not known any more: it may be another one.
    pub(crate) fn tell(&self, told: Told) {
        let before = self.told.swap(Arc::new(told));
        let after = self.told();
        for (name, setup) in &after.setups {
            setup.guarded.apply_limits();
            let earlier = before.setups.get(name);
            if !earlier.is_some_and(|earlier| setup.guarded.has_provider_of(&earlier.guarded)) {
                self.balances.forget(name);
            }
        }
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(crate) fn get(&self, name: &ProviderName) -> Option<Arc<ProviderSetup>> {
        self.told.load().setups.get(name).map(Arc::clone)
    }

    /// Whether what `setup` asks is still what is asked under this name.
    pub(crate) fn is_current(&self, name: &ProviderName, setup: &ProviderSetup) -> bool {
        let told = self.told.load();
        told.setups.get(name).is_some_and(|now| now.guarded.has_provider_of(&setup.guarded))
    }

    /// What ranking needs to know, for the providers of one product.
    pub(crate) fn facts<'a>(
        &self,
        told: &Told,
        names: impl Iterator<Item = &'a ProviderName>,
        product: &ProductCode,
        family: Family,
        now: Timestamp,
        moment: Monotonic,
    ) -> BTreeMap<ProviderName, ProviderFacts> {
        let switches = self.switches.read().unwrap_or_else(PoisonError::into_inner);
        names
            .filter_map(|name| {
                let setup = told.setups.get(name)?;
                let capability = setup.guarded.provider.capability(family);
                let reserve = setup.guarded.reserve.facts(product);
                let health = self.health.known(name, family, moment);
                let facts = ProviderFacts {
                    mode: switches.mode(name),
                    offer_switched_off: switches.offer(name, product, now).is_some(),
                    can_pay: capability.pay,
                    can_inquire: capability.inquiry.is_supported(),
                    balance: self.usable_balance(name, setup, now),
                    balance_floor: setup.balance_floor,
                    breaker_open: !reserve.admits,
                    waits_its_turn: self.accounts.waits_its_turn(name),
                    has_room: reserve.has_room,
                    price_max_age: setup.price_max_age,
                    cost_tolerance: setup.cost_tolerance,
                    lookup: lookup(&capability),
                    priority: setup.priority,
                    weight: setup.weight,
                    health: health.unwrap_or_else(|| self.health.guess(name, moment)),
                    health_is_known: health.is_some(),
                };
                Some((name.clone(), facts))
            })
            .collect()
    }

    /// The balance to rank with. A provider that cannot be asked for it shows it only when we pay
    /// there, so what it showed long ago must not keep us from ever paying there again.
    fn usable_balance(
        &self,
        name: &ProviderName,
        setup: &ProviderSetup,
        now: Timestamp,
    ) -> Option<Rupiah> {
        let known = self.balances.known(name)?;
        let fresh = now.since(known.seen_at) <= BALANCE_USABLE;
        (fresh || setup.guarded.provider.info().tells_balance).then_some(known.amount)
    }

    pub(crate) fn mode(&self, name: &ProviderName) -> Mode {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).mode(name)
    }

    /// Whether nobody switched the provider, or this product at it, off.
    pub(crate) fn takes(&self, name: &ProviderName, product: &ProductCode, now: Timestamp) -> bool {
        let switches = self.switches.read().unwrap_or_else(PoisonError::into_inner);
        switches.mode(name) == Mode::Active && switches.offer(name, product, now).is_none()
    }

    /// The mode of a provider and who set it; none if nobody ever did.
    pub(crate) fn switched(&self, name: &ProviderName) -> Option<ModeSwitch> {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).switched(name)
    }

    /// The products of a provider that are switched off at `now`.
    pub(crate) fn offers_off(
        &self,
        name: &ProviderName,
        now: Timestamp,
    ) -> Vec<(ProductCode, OfferSwitch)> {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).offers(name, now)
    }

    /// Switches a provider. Takes effect at once, also if the journal fails to remember it.
    pub(crate) async fn set_mode(
        &self,
        journal: &dyn Journal,
        name: &ProviderName,
        switch: ModeSwitch,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.switch(journal, audit, |switches| switches.set_mode(name, switch)).await
    }

    /// Switches a product at one provider off, or back on with `None` (*gangguan*). Takes effect at
    /// once.
    pub(crate) async fn set_offer(
        &self,
        journal: &dyn Journal,
        name: &ProviderName,
        product: &ProductCode,
        off: Option<OfferSwitch>,
        audit: AuditEntry,
    ) -> Result<(), JournalError> {
        self.switch(journal, audit, |switches| switches.set_offer(name, product, off)).await
    }

    async fn switch(
        &self,
        journal: &dyn Journal,
        audit: AuditEntry,
        change: impl FnOnce(&mut Switches) + Send,
    ) -> Result<(), JournalError> {
        // It takes effect before anything waits.
        change(&mut self.switches.write().unwrap_or_else(PoisonError::into_inner));
        self.unaudited.lock().unwrap_or_else(PoisonError::into_inner).push(audit);
        self.switched.fetch_add(1, Ordering::SeqCst);
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        self.save_switches(journal).await
    }

    /// Saves what was switched, if that is not done yet. Called again now and then, so that a journal
    /// that was down learns of it.
    pub(crate) async fn save_switches(&self, journal: &dyn Journal) -> Result<(), JournalError> {
        // One at a time, so that the document saved last is the state switched last.
        let _alone = self.saving.lock().await;
        let switched = self.switched.load(Ordering::SeqCst);
        if self.saved.load(Ordering::SeqCst) == switched {
            return Ok(());
        }
        // At least once: a commit that is durable unnoticed is audited twice rather than never.
        let entries = self.unaudited.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let count = entries.len();
        let json =
            serde_json::to_string(&*self.switches.read().unwrap_or_else(PoisonError::into_inner));
        let saved = match json {
            Ok(json) => journal.save_audited_document(DOCUMENT, json, entries).await,
            Err(error) => Err(JournalError::Unavailable(error.to_string())),
        };
        if saved.is_ok() {
            self.saved.store(switched, Ordering::SeqCst);
            self.unaudited.lock().unwrap_or_else(PoisonError::into_inner).drain(..count);
        }
        saved
    }

    /// How far refusals of a provider prove anything: the least, of what it can pay.
    pub(crate) fn least_trust(&self, name: &ProviderName) -> RefusalTrust {
        let Some(setup) = self.get(name) else { return RefusalTrust::None };
        let weight = |trust: &RefusalTrust| match trust {
            RefusalTrust::None => 0,
            RefusalTrust::CorroboratedByBalance => 1,
            RefusalTrust::Authenticated => 2,
        };
        Family::ALL
            .into_iter()
            .map(|family| setup.guarded.provider.capability(family))
            .filter(|capability| capability.pay)
            .map(|capability| capability.refusals)
            .min_by_key(weight)
            .unwrap_or_default()
    }

    /// Takes over the balance that a definite answer of `setup` states; others prove nothing.
    pub(crate) fn saw_balance(
        &self,
        name: &ProviderName,
        setup: &ProviderSetup,
        answer: &PayAnswer,
        now: Timestamp,
    ) {
        let definite = matches!(answer.outcome, PayOutcome::Succeeded | PayOutcome::Rejected(_));
        if let Some(balance) = answer.observed.balance_after
            && definite
        {
            self.balances.seen(name, balance, now, || self.is_current(name, setup));
        }
    }

    /// Whether the deposit still covers this cost and its floor, as far as it is known.
    pub(crate) fn can_afford(
        &self,
        name: &ProviderName,
        setup: &ProviderSetup,
        cost: Rupiah,
        now: Timestamp,
    ) -> bool {
        self.usable_balance(name, setup, now)
            .is_none_or(|balance| balance.minus(cost).is_ok_and(|rest| rest >= setup.balance_floor))
    }
}

/// How a lost answer can be found out.
const fn lookup(capability: &Capability) -> Lookup {
    let by = match capability.status {
        StatusLookup::None => LookupBy::Nothing,
        StatusLookup::ProviderReference => LookupBy::TheirReference,
        StatusLookup::ClientReference | StatusLookup::Either => LookupBy::OurReference,
    };
    Lookup { by, carries_our_reference: capability.client_reference }
}

impl ProviderSetup {
    /// Whether a status check's refusal is worth enough to ask another provider.
    pub(crate) fn trusts_report(&self, family: Family) -> bool {
        self.guarded.provider.capability(family).refusals == RefusalTrust::Authenticated
    }
}
