//! Deposit accounts that nothing else uses: what every attempt there did, and what their balances show.
//!
//! Built from the journal at start and from every durable value afterwards, so a restart forgets nothing.
//! What may be concluded is decided in `ppob_evidence::chain`.

mod document;
mod entry;
mod facts;
mod keep;
mod lane;
mod show;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ppob_evidence::chain::{Sighting, Span};
use ppob_journal::StoredPayment;
use ppob_types::{AttemptId, Clock, PaymentKey, ProviderName, Rupiah, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, Notify};

use self::entry::Entry;
pub(crate) use self::lane::Lane;
pub(crate) use self::show::Shown;
use crate::clock::SteadyClock;

/// How long a balance that was asked for may have lain in somebody's cache.
const CACHED_FOR: Duration = Duration::from_mins(2);

/// The accounts that are declared exclusive.
#[derive(Debug)]
pub(crate) struct Accounts {
    clock: Arc<SteadyClock>,
    kept: Mutex<BTreeMap<ProviderName, Account>>,
    /// Wakes whoever looks at them.
    changed: Notify,
    saving: AsyncMutex<()>,
}

/// One of them.
#[derive(Debug)]
struct Account {
    /// The chain begins with what was sent from then on.
    begins_at: Timestamp,
    /// A hole was alarmed since, and nobody has switched the provider back yet.
    alarmed: bool,
    entries: BTreeMap<AttemptId, Entry>,
    /// Those of which it is not certain whether they were debited.
    doubted: BTreeSet<AttemptId>,
    sighting: Option<Sighting>,
    /// Payments that hold room there, from before their intent until their outcome is durable.
    on_their_way: u32,
    changed: bool,
    /// What is missing and nothing explains.
    hole: Rupiah,
}

impl Account {
    fn new(begins_at: Timestamp, alarmed: bool) -> Self {
        Self {
            begins_at,
            alarmed,
            entries: BTreeMap::new(),
            doubted: BTreeSet::new(),
            sighting: None,
            on_their_way: 0,
            changed: true,
            hole: Rupiah::ZERO,
        }
    }

    /// Takes over what is known of an attempt, unless something newer is.
    fn put(&mut self, id: &AttemptId, entry: Entry) {
        if self.entries.get(id).is_some_and(|known| known.version > entry.version) {
            return;
        }
        if entry.is_doubted() {
            self.doubted.insert(id.clone());
        } else {
            self.doubted.remove(id);
        }
        self.changed = true;
        self.entries.insert(id.clone(), entry);
    }
}

impl Accounts {
    pub(crate) fn new(clock: Arc<SteadyClock>) -> Self {
        Self { clock, kept: Mutex::default(), changed: Notify::new(), saving: AsyncMutex::new(()) }
    }

    /// Takes over a durable value of a payment. Every one comes by here, and before its attempt is sent.
    pub(crate) fn saw(&self, stored: &StoredPayment) {
        let mut news = false;
        {
            let mut kept = self.kept();
            if kept.is_empty() {
                return;
            }
            for attempt in &stored.payment.attempts {
                if let Some(account) = kept.get_mut(&attempt.provider) {
                    account.put(&attempt.id, Entry::of(stored, attempt));
                    news = true;
                }
            }
        }
        if news {
            self.changed.notify_one();
        }
    }

    /// A balance was asked for at `asked_at`, and `balance` was the answer.
    pub(crate) fn sighted(&self, name: &ProviderName, balance: Rupiah, asked_at: Timestamp) {
        let now = self.clock.now();
        let span = Span { from: asked_at.minus(CACHED_FOR), until: now };
        self.with(name, |account| account.sighting = Some(Sighting { balance, span }));
        self.touch(name);
    }

    /// What the balances of an account show may be another now.
    pub(crate) fn touch(&self, name: &ProviderName) {
        self.with(name, |account| account.changed = true);
        self.changed.notify_one();
    }

    /// Whether the account of this provider is one that nothing else uses.
    pub(crate) fn is_kept(&self, name: &ProviderName) -> bool {
        self.kept().contains_key(name)
    }

    /// What is missing from the account and nothing explains; none if it is not exclusive.
    pub(crate) fn hole(&self, name: &ProviderName) -> Option<Rupiah> {
        self.with(name, |account| account.hole)
    }

    /// Whose attempt it is.
    fn owner(&self, name: &ProviderName, attempt: &AttemptId) -> Option<PaymentKey> {
        self.with(name, |account| account.entries.get(attempt).map(|entry| entry.key.clone()))?
    }

    fn with<T>(&self, name: &ProviderName, work: impl FnOnce(&mut Account) -> T) -> Option<T> {
        self.kept().get_mut(name).map(work)
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<ProviderName, Account>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
