//! The `[[provider]]` tables: what every kind has, and what is the kind's own.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use ppob_engine::StatementFormat;
use ppob_layers::Limits;
use ppob_routing::MappingOverride;
use ppob_types::{ProviderName, Rupiah};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{ConfigError, keys};

/// No payment on prices older than this, unless the configuration says otherwise.
const PRICE_MAX_AGE_S: u64 = 3_600;
const PRIORITY: u32 = 100;
const WEIGHT: u32 = 1;

/// One configured provider. `Debug` leaves out the kind's own settings, in which a secret may stand.
#[derive(Clone)]
pub(crate) struct ProviderTable {
    pub(crate) name: ProviderName,
    pub(crate) kind: String,
    pub(crate) priority: u32,
    pub(crate) weight: u32,
    pub(crate) exclusive: bool,
    pub(crate) balance_floor: Rupiah,
    pub(crate) cost_tolerance: Rupiah,
    pub(crate) price_max_age: Duration,
    /// `None`: as often as the provider permits.
    pub(crate) refresh_prices_every: Option<Duration>,
    pub(crate) limits: Limits,
    pub(crate) mapping: BTreeMap<String, MappingOverride>,
    pub(crate) statement: StatementFormat,
    /// What is the kind's own.
    pub(crate) settings: Value,
}

impl fmt::Debug for ProviderTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderTable")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl ProviderTable {
    /// Reads all tables; two of one name are an error.
    pub(super) fn read_all(
        tables: &[Map<String, Value>],
        place: &str,
    ) -> Result<Vec<Self>, ConfigError> {
        let mut read: Vec<Self> = Vec::with_capacity(tables.len());
        for (index, table) in tables.iter().enumerate() {
            let table = Self::read(table.clone(), index, place)?;
            if read.iter().any(|earlier| earlier.name == table.name) {
                return Err(ConfigError::Value {
                    key: format!("provider.{index}.name"),
                    place: place.to_owned(),
                    problem: format!("{} is the name of another provider too", table.name),
                });
            }
            read.push(table);
        }
        Ok(read)
    }

    /// Reads one table.
    pub(crate) fn read(
        table: Map<String, Value>,
        index: usize,
        place: &str,
    ) -> Result<Self, ConfigError> {
        let name = table.get("name").and_then(Value::as_str);
        let shown = name.map_or_else(|| index.to_string(), str::to_owned);
        let mut table = Table { rest: table, shown: shown.clone(), place };
        let needed = |key: &str| ConfigError::Value {
            key: format!("provider.{shown}.{key}"),
            place: place.to_owned(),
            problem: "it is missing; every provider needs one".to_owned(),
        };
        let seconds = |seconds: u64| Duration::from_secs(seconds);
        Ok(Self {
            name: table.take("name")?.ok_or_else(|| needed("name"))?,
            kind: table.take("kind")?.ok_or_else(|| needed("kind"))?,
            priority: table.take("priority")?.unwrap_or(PRIORITY),
            weight: table.take("weight")?.unwrap_or(WEIGHT),
            exclusive: table.take("exclusive_account")?.unwrap_or(false),
            balance_floor: table.take("balance_floor_rupiah")?.unwrap_or_default(),
            cost_tolerance: table.take("cost_tolerance_rupiah")?.unwrap_or_default(),
            price_max_age: seconds(table.take("price_max_age_s")?.unwrap_or(PRICE_MAX_AGE_S)),
            refresh_prices_every: table.take("refresh_prices_every_s")?.map(seconds),
            limits: table.take("limits")?.unwrap_or_default(),
            mapping: table.take("mapping")?.unwrap_or_default(),
            statement: table.take("statement")?.unwrap_or_default(),
            settings: Value::Object(table.rest),
        })
    }
}

/// Adds the defaults of the engine's keys to a table, to show what takes effect.
pub(super) fn fill_in(table: &mut Map<String, Value>) {
    let limits = Limits::default();
    let spans = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let defaults = json!({
        "priority": PRIORITY,
        "weight": WEIGHT,
        "exclusive_account": false,
        "balance_floor_rupiah": 0,
        "cost_tolerance_rupiah": 0,
        "price_max_age_s": PRICE_MAX_AGE_S,
        "statement": StatementFormat::default(),
        "limits": {
            "pay_per_second": limits.pay_per_second,
            "pay_burst": limits.pay_burst,
            "pay_in_flight": limits.pay_in_flight,
            "reads_per_second": limits.reads_per_second,
            "reads_in_flight": limits.reads_in_flight,
            "wait_max_ms": spans(limits.wait_max),
            "read_timeout_ms": spans(limits.read_timeout),
        },
    });
    add_missing(table, defaults);
}

fn add_missing(table: &mut Map<String, Value>, defaults: Value) {
    let Value::Object(defaults) = defaults else {
        return;
    };
    for (key, default) in defaults {
        match table.get_mut(&key) {
            None => {
                table.insert(key, default);
            }
            Some(Value::Object(inner)) => add_missing(inner, default),
            Some(_) => {}
        }
    }
}

/// An unknown key of the kind's own, with the nearest of all keys a table of this kind may have.
///
/// `problem` is the kind's sentence, which names its keys in backticks.
pub(crate) fn unknown_key(
    problem: &str,
    provider: &ProviderName,
    place: &str,
) -> Option<ConfigError> {
    let (_, rest) = problem.split_once("unknown field `")?;
    let (wrong, rest) = rest.split_once('`')?;
    let own = rest.split('`').skip(1).step_by(2);
    let every: Vec<&str> = keys::of_every_provider().collect();
    let nearest = keys::nearest(wrong, own.chain(every));
    Some(ConfigError::UnknownKey {
        key: format!("provider.{provider}.{wrong}"),
        place: place.to_owned(),
        nearest: nearest.map(|key| format!("provider.{provider}.{key}")),
    })
}

/// A table from which keys are taken until only the kind's own are left.
struct Table<'a> {
    rest: Map<String, Value>,
    /// Its name, or its number in the list.
    shown: String,
    place: &'a str,
}

impl Table<'_> {
    fn take<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.rest.remove(key) else {
            return Ok(None);
        };
        let read = serde_json::from_value(value);
        read.map(Some).map_err(|error| ConfigError::Value {
            key: format!("provider.{}.{key}", self.shown),
            place: self.place.to_owned(),
            problem: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(table: &Value) -> Result<ProviderTable, ConfigError> {
        let table = table.as_object().unwrap().clone();
        ProviderTable::read(table, 0, "ppob.toml")
    }

    #[test]
    fn what_is_not_the_engines_is_left_to_the_kind() {
        let table = read(&json!({
            "name": "mmbc-a", "kind": "mmbc", "priority": 1,
            "limits": { "pay_per_second": 5 },
            "mapping": { "X": { "ignore": true } },
            "base_url": "https://mmbc.example/", "username": "u",
        }))
        .unwrap();
        assert_eq!(table.priority, 1);
        assert_eq!(table.limits.pay_per_second.get(), 5);
        assert_eq!(table.mapping.get("X"), Some(&MappingOverride::Ignore));
        assert_eq!(table.settings, json!({ "base_url": "https://mmbc.example/", "username": "u" }));
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        let error = read(&json!({ "name": "a", "kind": "mmbc", "weight": "much" })).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`provider.a.weight` in ppob.toml: invalid type: string \"much\", expected a whole number, as in 500000"
        );
        let error = read(&json!({ "name": "a" })).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`provider.a.kind` in ppob.toml: it is missing; every provider needs one"
        );
    }

    #[test]
    fn a_misspelt_key_is_compared_with_the_kinds_and_the_engines_keys() {
        let name = ProviderName::new("mmbc-a").unwrap();
        let near = |wrong: &str| {
            let problem =
                format!("unknown field `{wrong}`, expected one of `base_url`, `password`");
            unknown_key(&problem, &name, "ppob.toml").unwrap().to_string()
        };
        assert_eq!(
            near("pasword"),
            "unknown key `provider.mmbc-a.pasword` in ppob.toml; did you mean `provider.mmbc-a.password`?"
        );
        assert!(near("prioritty").contains("did you mean `provider.mmbc-a.priority`?"));
        assert!(near("zzzzzz").contains("config/ppob.example.toml"));
        assert_eq!(unknown_key("it is empty", &name, "ppob.toml"), None);
    }
}
