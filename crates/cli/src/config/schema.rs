//! The keys and their defaults, except those of providers.

use std::collections::BTreeMap;
use std::fmt;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use ppob_engine::{DuplicateWindows, EngineConfig, RetentionSpans};
use ppob_journal_sqlite::SendSettings;
use ppob_provider::SecretRef;
use ppob_routing::{Strategy, StrategyTable};
use ppob_types::{Family, ProductCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ConsumerTable, Listen};

/// Everything; of the providers only that they are tables.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) listen: Listen,
    pub(crate) journal: Journal,
    pub(crate) privacy: Privacy,
    pub(crate) log: Log,
    pub(crate) payments: Payments,
    pub(crate) reconciliation: Reconciliation,
    pub(crate) routing: Routing,
    #[serde(skip_serializing)]
    pub(super) consumer: Vec<ConsumerTable>,
    /// Each kind of provider reads its own.
    #[serde(skip_serializing)]
    pub(super) provider: Vec<Map<String, Value>>,
}

/// Where what must not be lost is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Journal {
    pub(crate) path: PathBuf,
    /// Whether every start looks first whether the file is damaged.
    pub(crate) check_at_start: bool,
    /// How a database of PostgreSQL is reached; without it the journal is a file.
    #[serde(skip_serializing, deserialize_with = "super::database::reference")]
    pub(crate) url: Option<SecretRef>,
    /// The authorities that may vouch for the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<PathBuf>,
    /// Whether a database on another machine may be reached without TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow_plaintext: Option<bool>,
    /// How many reads of the database may run at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) readers: Option<NonZeroUsize>,
    /// How long a read may wait for its turn, and a connection for the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patience_s: Option<NonZeroU64>,
    /// The directory of the send journal; without one it stands beside the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sends: Option<PathBuf>,
    /// How many days a full segment of it is kept; 0: for ever.
    pub(crate) sends_kept_days: u32,
    /// The master key; without one it stands in a file beside the journal.
    #[serde(skip_serializing, deserialize_with = "super::journal_keys::reference")]
    pub(crate) key: Option<SecretRef>,
    /// How that key is called.
    #[serde(skip_serializing)]
    pub(crate) key_id: Option<String>,
    /// Keys that wrapped the journal's keys earlier.
    #[serde(skip_serializing)]
    pub(crate) old_key: Vec<OldKey>,
}

/// A master key that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OldKey {
    pub(crate) id: String,
    #[serde(deserialize_with = "super::journal_keys::reference")]
    pub(crate) key: Option<SecretRef>,
}

/// How long what tells about customers is kept, in days; 0 is for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Privacy {
    pub(crate) raw_answers_days: u32,
    pub(crate) personal_data_days: u32,
}

/// What the process tells about its work, on standard error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    pub(crate) filter: String,
}

/// For people or for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

/// The rules of paying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Payments {
    pub(crate) pay_within_s: NonZeroU64,
    pub(crate) max_attempts: std::num::NonZeroU32,
    pub(crate) start_within_s: NonZeroU64,
    pub(crate) inquiry_valid_for_s: NonZeroU64,
    pub(crate) duplicate_window_listed_s: u64,
    pub(crate) duplicate_window_bills_s: u64,
}

/// Finding out what is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Reconciliation {
    pub(crate) parallel_checks: NonZeroUsize,
    pub(crate) check_at_least_every_s: NonZeroU64,
    pub(crate) balance_every_s: NonZeroU64,
    pub(crate) deposit_grace_s: u64,
}

/// In which order providers are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Routing {
    pub(crate) default: Strategy,
    pub(crate) families: BTreeMap<Family, Strategy>,
    pub(crate) products: BTreeMap<ProductCode, Strategy>,
}

/// Without the tables of consumers and providers, in which somebody may have written a secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("journal", &self.journal)
            .field("privacy", &self.privacy)
            .field("log", &self.log)
            .field("payments", &self.payments)
            .field("reconciliation", &self.reconciliation)
            .field("routing", &self.routing)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// What the engine is told.
    pub(crate) fn engine(&self) -> EngineConfig {
        let seconds = |seconds: NonZeroU64| Duration::from_secs(seconds.get());
        let (payments, reconciliation) = (&self.payments, &self.reconciliation);
        EngineConfig {
            pay_within: seconds(payments.pay_within_s),
            max_attempts: payments.max_attempts.get(),
            duplicate_windows: DuplicateWindows {
                listed: Duration::from_secs(payments.duplicate_window_listed_s),
                bills: Duration::from_secs(payments.duplicate_window_bills_s),
            },
            inquiry_valid_for: seconds(payments.inquiry_valid_for_s),
            start_within: seconds(payments.start_within_s),
            strategies: StrategyTable {
                default: self.routing.default,
                families: self.routing.families.clone(),
                products: self.routing.products.clone(),
            },
            parallel_checks: reconciliation.parallel_checks.get(),
            check_at_least_every: seconds(reconciliation.check_at_least_every_s),
            balance_every: seconds(reconciliation.balance_every_s),
            deposit_grace: Duration::from_secs(reconciliation.deposit_grace_s),
            retention: self.privacy.spans(),
        }
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            path: PathBuf::from("ppob.sqlite"),
            check_at_start: true,
            url: None,
            ca: None,
            allow_plaintext: None,
            readers: None,
            patience_s: None,
            sends: None,
            sends_kept_days: 35,
            key: None,
            key_id: None,
            old_key: Vec::new(),
        }
    }
}

impl Journal {
    /// Where the send journal stands and how long it is kept.
    pub(crate) fn sends(&self) -> SendSettings {
        SendSettings {
            directory: self.sends.clone(),
            keep: Duration::from_hours(u64::from(self.sends_kept_days).saturating_mul(24)),
            ..SendSettings::default()
        }
    }
}

impl Privacy {
    fn spans(&self) -> RetentionSpans {
        let span = |days: u32| {
            (days > 0).then(|| Duration::from_hours(u64::from(days).saturating_mul(24)))
        };
        RetentionSpans {
            raw_answers: span(self.raw_answers_days),
            personal_data: span(self.personal_data_days),
        }
    }
}

/// The engine's own defaults, in days.
impl Default for Privacy {
    fn default() -> Self {
        let days = |span: Option<Duration>| {
            let days = span.map_or(0, |span| span.as_secs() / 86_400);
            u32::try_from(days).unwrap_or(u32::MAX)
        };
        let RetentionSpans { raw_answers, personal_data } = EngineConfig::default().retention;
        Self { raw_answers_days: days(raw_answers), personal_data_days: days(personal_data) }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::default(), filter: "info".to_owned() }
    }
}

/// The engine's own defaults, in seconds.
impl Default for Payments {
    fn default() -> Self {
        let engine = EngineConfig::default();
        Self {
            pay_within_s: whole_seconds(engine.pay_within),
            max_attempts: std::num::NonZeroU32::MIN.saturating_add(engine.max_attempts - 1),
            start_within_s: whole_seconds(engine.start_within),
            inquiry_valid_for_s: whole_seconds(engine.inquiry_valid_for),
            duplicate_window_listed_s: engine.duplicate_windows.listed.as_secs(),
            duplicate_window_bills_s: engine.duplicate_windows.bills.as_secs(),
        }
    }
}

impl Default for Reconciliation {
    fn default() -> Self {
        let engine = EngineConfig::default();
        Self {
            parallel_checks: NonZeroUsize::MIN
                .saturating_add(engine.parallel_checks.saturating_sub(1)),
            check_at_least_every_s: whole_seconds(engine.check_at_least_every),
            balance_every_s: whole_seconds(engine.balance_every),
            deposit_grace_s: engine.deposit_grace.as_secs(),
        }
    }
}

fn whole_seconds(span: Duration) -> NonZeroU64 {
    NonZeroU64::MIN.saturating_add(span.as_secs().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_engine() {
        let told = format!("{:?}", Config::default().engine());
        assert_eq!(told, format!("{:?}", EngineConfig::default()));
    }
}
