//! The engine as a whole: its parts, its start and its end.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ppob_journal::{Journal, JournalError, Restored, Who};
use ppob_payment::{Attempt, Mutant, mutated};
use ppob_provider::CallContext;
use ppob_types::{Clock, IdError, Monotonic, ProviderName, Timestamp};
use tokio::sync::{Mutex, Notify};

use crate::accounts::Accounts;
use crate::catalogue::Prices;
use crate::clock::SteadyClock;
use crate::config::Told;
use crate::intake::Entrances;
use crate::limits::Spending;
use crate::live::Live;
use crate::logins::Logins;
use crate::providers::Providers;
use crate::tasks::Tasks;
use crate::turns::Turns;
use crate::{EngineConfig, ProviderSetup};

/// What the engine is made of.
#[derive(Debug)]
pub struct Parts {
    /// How it behaves.
    pub config: EngineConfig,
    /// The durable record.
    pub journal: Arc<dyn Journal>,
    /// Whom it can ask.
    pub providers: BTreeMap<ProviderName, ProviderSetup>,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the draws of the strategy `weighted` and the jitter of refreshes start.
    pub seed: u64,
}

/// Why the engine did not start. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal could not be read.
    #[error("the journal could not be read at start: {0}")]
    Journal(#[from] JournalError),
    /// The engine's own name in the audit is no name.
    #[error("the engine has no name to act under: {0}")]
    Name(#[from] IdError),
    /// A provider logs in as another account, and the one before has open payments.
    #[error(
        "{provider} logs in as another account than the one that open payments ({sent}) were sent to, and \
         those can be asked about nowhere else. Give the new account a name of its own, and keep the one \
         before under {provider} until they have ended"
    )]
    AnotherAccount {
        /// Its name in the configuration.
        provider: ProviderName,
        /// How many.
        sent: usize,
    },
}

/// The engine. Cheap to clone; all clones are one engine.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) providers: Providers,
    pub(crate) clock: Arc<SteadyClock>,
    /// Deposit accounts that nothing else uses.
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) prices: Prices,
    pub(crate) live: Live,
    pub(crate) entrances: Entrances,
    pub(crate) spending: Spending,
    pub(crate) tasks: Tasks,
    /// Wakes the reconciliation worker.
    pub(crate) something_due: Notify,
    pub(crate) turns: Turns,
    /// Reloads are one at a time.
    pub(crate) reloading: Mutex<()>,
    /// Under which name the engine itself acts.
    pub(crate) itself: Who,
    /// Tells this run of the engine from others.
    pub(crate) run: u64,
    draws: AtomicU64,
    /// What came of the document that a restore left.
    pub(crate) restored: OnceLock<Restored>,
    /// Until then the record may have forgotten what became of an attempt.
    pub(crate) set_back_at: OnceLock<Timestamp>,
    pub(crate) logins: Logins,
    draining: AtomicBool,
    stopping_since: OnceLock<Monotonic>,
}

impl Engine {
    /// Starts the engine: takes over what an earlier process left open, then opens for payments.
    ///
    /// Whatever was being sent when the earlier process ended is in doubt now; nothing is sent again.
    ///
    /// # Errors
    /// [`StartError`] if the journal cannot be read. Nothing was sent.
    pub async fn start(parts: Parts) -> Result<Self, StartError> {
        let opened = parts.journal.opened();
        let ahead = opened.time_high_water.since(parts.clock.now());
        if ahead > Duration::from_mins(5) {
            tracing::error!(
                seconds = ahead.as_secs(),
                "the machine's clock is behind the journal's latest time; set it right"
            );
        }
        let started = parts.clock.now().as_micros().unsigned_abs();
        let clock = Arc::new(SteadyClock::new(parts.clock, opened.time_high_water));
        let accounts = Arc::new(Accounts::new(Arc::clone(&clock)));
        let engine = Self {
            inner: Arc::new(Inner {
                journal: parts.journal,
                providers: Providers::new(
                    Told::new(parts.config, parts.providers),
                    Arc::clone(&accounts),
                ),
                clock,
                live: Live::new(Arc::clone(&accounts)),
                accounts,
                prices: Prices::default(),
                entrances: Entrances::default(),
                spending: Spending::default(),
                tasks: Tasks::default(),
                something_due: Notify::new(),
                turns: Turns::default(),
                reloading: Mutex::new(()),
                itself: crate::operator::audit::engine()?,
                run: started ^ parts.seed.rotate_left(32) ^ opened.owner_epoch.rotate_left(56),
                draws: AtomicU64::new(parts.seed),
                restored: OnceLock::new(),
                set_back_at: OnceLock::new(),
                logins: Logins::default(),
                draining: AtomicBool::new(false),
                stopping_since: OnceLock::new(),
            }),
        };
        let inner = &engine.inner;
        inner.providers.restore(inner.journal.as_ref()).await?;
        inner.freeze_after_a_restore().await?;
        inner.act_on_lost_sends().await?;
        inner.restore_accounts().await?;
        inner.restore_catalogue().await?;
        let to_drive = Inner::recover(inner).await?;
        inner.compare_logins().await?;
        // From here on nothing fails.
        Inner::start_refreshing(inner);
        Inner::start_reconciling(inner);
        Inner::start_watching_accounts(inner);
        Inner::start_retention(inner);
        Inner::drive_on_taken_over(inner, to_drive);
        Ok(engine)
    }

    /// Whether new payments are refused because the engine is stopping.
    pub fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::SeqCst)
    }

    /// Refuses new payments from now on; those on their way go on.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::SeqCst);
    }

    /// Refuses new payments, lets those on their way end, and closes the journal. May take as long as
    /// a provider may take to answer; ending the process earlier is safe and only turns payments on
    /// their way into payments in doubt.
    ///
    /// # Errors
    /// [`JournalError`] if the journal could not be closed cleanly.
    pub async fn shutdown(&self) -> Result<(), JournalError> {
        self.drain();
        let _ = self.inner.stopping_since.set(self.inner.clock.monotonic());
        self.inner.tasks.finish().await;
        self.inner.journal.close().await
    }

    /// Drops everything where it stands, as a crash of the process would. For simulations.
    #[doc(hidden)]
    pub fn crash(&self) {
        self.drain();
        self.inner.tasks.crash();
    }
}

impl Inner {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the engine was told last.
    pub(crate) fn told(&self) -> Arc<Told> {
        self.providers.told()
    }

    pub(crate) fn call_context(&self) -> CallContext {
        CallContext { clock: self.shared_clock() }
    }

    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    /// How long the provider may still execute this attempt, for all we can be sure of (P8).
    pub(crate) fn left_of_bound(&self, attempt: &Attempt) -> Duration {
        self.left_of_bound_and(attempt, Duration::ZERO)
    }

    /// How long it takes until the bound and `more` after it have surely passed.
    fn left_of_bound_and(&self, attempt: &Attempt, more: Duration) -> Duration {
        let bound = attempt.no_negative_verdict_before.since(attempt.begun_at);
        let by_the_wall = attempt.no_negative_verdict_before.plus(more).since(self.now());
        if mutated(Mutant::BoundByWallClock) {
            return by_the_wall;
        }
        by_the_wall.max(self.clock.left_of(bound.saturating_add(more), attempt.begun_at))
    }

    /// Whether the provider could certainly no longer execute this attempt at an earlier `moment`.
    pub(crate) fn bound_had_passed(&self, attempt: &Attempt, moment: Monotonic) -> bool {
        let since = self.clock.monotonic().since(moment);
        self.left_of_bound_and(attempt, since).is_zero()
    }

    /// Whether the provider can certainly no longer execute this attempt.
    pub(crate) fn bound_has_passed(&self, attempt: &Attempt) -> bool {
        self.left_of_bound(attempt).is_zero()
    }

    pub(crate) fn has_been_stopping_for(&self, span: Duration) -> bool {
        let since = self.stopping_since.get();
        since.is_some_and(|since| self.clock.monotonic().since(*since) >= span)
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// The next number of the stream that the seed starts (`SplitMix64`). Spreads load and timers;
    /// nothing secret depends on it.
    pub(crate) fn draw(&self) -> u64 {
        let state = self.draws.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
        let mut mixed = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
