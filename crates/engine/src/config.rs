//! What the engine is told about itself and its providers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ppob_evidence::statement::StatementFormat;
use ppob_layers::GuardedProvider;
use ppob_routing::{Mapping, StrategyTable};
use ppob_types::{Family, ProviderName, Rupiah};

/// How the engine behaves.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// No attempt begins later than this after acceptance, unless the caller asks for less.
    pub pay_within: Duration,
    /// The most attempts of one payment.
    pub max_attempts: u32,
    /// After a success, an equal payment within this span needs `repeat` = last + 1.
    pub duplicate_windows: DuplicateWindows,
    /// How long a payment may name an inquiry.
    pub inquiry_valid_for: Duration,
    /// A permit older than this does not start a send any more.
    pub start_within: Duration,
    /// How offers are ordered.
    pub strategies: StrategyTable,
    /// How many status checks run at the same time.
    pub parallel_checks: usize,
    /// The longest the reconciliation worker sleeps.
    pub check_at_least_every: Duration,
    /// How often balances are asked for, where a provider tells them.
    pub balance_every: Duration,
    /// How long money may have come into an exclusive account without a recorded deposit before its
    /// provider is frozen.
    pub deposit_grace: Duration,
    /// How long what tells about customers is kept.
    pub retention: RetentionSpans,
}

/// How long after its last change a payment that has ended keeps what tells about the customer; `None`
/// is for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionSpans {
    /// The answers of providers as they came.
    pub raw_answers: Option<Duration>,
    /// Number, name, address, token, receipt. At least as long as the longest duplicate window.
    pub personal_data: Option<Duration>,
}

/// Spans in which an equal payment counts as a double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuplicateWindows {
    /// For products with a listed price.
    pub listed: Duration,
    /// For bills.
    pub bills: Duration,
}

/// One configured provider.
#[derive(Clone, Debug)]
pub struct ProviderSetup {
    /// The provider with its layers, and its reservations.
    pub guarded: GuardedProvider,
    /// What its product codes mean.
    pub mapping: Mapping,
    /// Lower is asked first (strategy `priority`, and between equals of the others).
    pub priority: u32,
    /// Its share (strategy `weighted`).
    pub weight: u32,
    /// What must remain of the deposit.
    pub balance_floor: Rupiah,
    /// Nothing else uses this deposit account, and every deposit is recorded: a promise of the operator.
    /// From its balances is concluded which attempts were executed.
    pub exclusive: bool,
    /// How much more than ranked an attempt may cost.
    pub cost_tolerance: Rupiah,
    /// No payment on prices older than this.
    pub price_max_age: Duration,
    /// How often prices are fetched; at least the provider's own least interval.
    pub price_list_every: Duration,
    /// How it writes its statements.
    pub statement: StatementFormat,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            pay_within: Duration::from_mins(2),
            max_attempts: 3,
            duplicate_windows: DuplicateWindows::default(),
            inquiry_valid_for: Duration::from_mins(30),
            start_within: Duration::from_secs(10),
            strategies: StrategyTable::default(),
            parallel_checks: 16,
            check_at_least_every: Duration::from_mins(1),
            balance_every: Duration::from_mins(1),
            deposit_grace: Duration::from_hours(4),
            retention: RetentionSpans::default(),
        }
    }
}

impl Default for RetentionSpans {
    fn default() -> Self {
        let days = |days: u64| Some(Duration::from_hours(days * 24));
        Self { raw_answers: days(90), personal_data: days(365) }
    }
}

impl Default for DuplicateWindows {
    fn default() -> Self {
        Self { listed: Duration::from_mins(10), bills: Duration::from_hours(24) }
    }
}

impl DuplicateWindows {
    /// The window of a family.
    pub const fn of(&self, family: Family) -> Duration {
        if family.is_bill() { self.bills } else { self.listed }
    }
}

/// Providers by name.
pub(crate) type Setups = BTreeMap<ProviderName, Arc<ProviderSetup>>;

/// What the engine was told, as one value: a reload replaces all of it at once, and whoever works with
/// one goes on with it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) config: EngineConfig,
    pub(crate) setups: Setups,
}

impl Told {
    pub(crate) fn new(
        config: EngineConfig,
        providers: BTreeMap<ProviderName, ProviderSetup>,
    ) -> Self {
        let setups = providers.into_iter().map(|(name, setup)| (name, Arc::new(setup))).collect();
        Self { config, setups }
    }
}
