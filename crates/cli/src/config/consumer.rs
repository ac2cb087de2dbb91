//! The `[[consumer]]` tables: who may call.

use std::num::{NonZeroU32, NonZeroU64};

use ppob_engine::ConsumerLimits;
use ppob_server::{ConsumerSetup, KeyHash, Rate, Role, check_consumers};
use ppob_types::{ConsumerId, Family, Rupiah};
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// One configured consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsumerTable {
    name: ConsumerId,
    /// Hashes. Text, because an error of reading must not show what may be a key.
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    roles: Vec<RoleName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    families: Option<Vec<Family>>,
    #[serde(default = "requests_per_second")]
    requests_per_second: NonZeroU32,
    #[serde(default = "burst")]
    burst: NonZeroU32,
    #[serde(default = "payments_in_flight")]
    payments_in_flight: NonZeroU32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment_max_rupiah: Option<NonZeroU64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day_max_rupiah: Option<NonZeroU64>,
}

/// A role, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RoleName {
    Read,
    Pay,
    Operate,
}

const fn number(n: u32) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(n.saturating_sub(1))
}

const fn requests_per_second() -> NonZeroU32 {
    number(100)
}

const fn burst() -> NonZeroU32 {
    number(200)
}

const fn payments_in_flight() -> NonZeroU32 {
    number(200)
}

/// The consumers, checked as a whole.
pub(super) fn setups(
    tables: &[ConsumerTable],
    place: &str,
) -> Result<Vec<ConsumerSetup>, ConfigError> {
    let setups: Result<Vec<ConsumerSetup>, ConfigError> =
        tables.iter().map(|table| table.setup(place)).collect();
    let setups = setups?;
    check_consumers(&setups).map_err(|error| ConfigError::Value {
        key: format!("consumer.{}.{}", error.consumer, error.key),
        place: place.to_owned(),
        problem: error.problem,
    })?;
    Ok(setups)
}

/// What to know about the consumers.
pub(crate) fn warnings(setups: &[ConsumerSetup]) -> Vec<String> {
    if setups.is_empty() {
        return vec![
            "everybody on this machine may pay as the consumer `local`: no consumers are configured"
                .to_owned(),
        ];
    }
    let both = setups
        .iter()
        .filter(|setup| setup.roles.contains(&Role::Operate) && setup.roles.contains(&Role::Pay));
    let mut warnings: Vec<String> = both
        .map(|setup| {
            format!(
                "the consumer {} may both pay and operate: whoever has its key can pay and settle \
                 what is in doubt; give these roles to two consumers",
                setup.name
            )
        })
        .collect();
    if !setups.iter().any(|setup| setup.roles.contains(&Role::Operate)) {
        warnings.push(
            "no consumer has the role `operate`, so nobody can use the operators' service"
                .to_owned(),
        );
    }
    warnings
}

impl ConsumerTable {
    fn setup(&self, place: &str) -> Result<ConsumerSetup, ConfigError> {
        let keys: Result<Vec<KeyHash>, _> = self.keys.iter().map(|key| key.parse()).collect();
        let keys = keys.map_err(|error: ppob_server::KeyHashError| ConfigError::Value {
            key: format!("consumer.{}.keys", self.name),
            place: place.to_owned(),
            problem: error.to_string(),
        })?;
        let rupiah = |most: Option<NonZeroU64>| {
            most.map(|most| Rupiah::new(i64::try_from(most.get()).unwrap_or(i64::MAX)))
        };
        Ok(ConsumerSetup {
            name: self.name.clone(),
            keys,
            certificate: self.certificate.clone(),
            roles: self.roles.iter().map(|role| role.role()).collect(),
            limits: ConsumerLimits {
                families: self.families.clone().map(Into::into),
                payments_in_flight: Some(self.payments_in_flight),
                payment_max: rupiah(self.payment_max_rupiah),
                day_max: rupiah(self.day_max_rupiah),
            },
            rate: Some(Rate { per_second: self.requests_per_second, burst: self.burst }),
        })
    }
}

impl RoleName {
    const fn role(self) -> Role {
        match self {
            Self::Read => Role::Read,
            Self::Pay => Role::Pay,
            Self::Operate => Role::Operate,
        }
    }
}
