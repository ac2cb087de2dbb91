//! The provider's table of the configuration.

use std::time::Duration;

use ppob_http::{BaseUrl, Timeouts};
use ppob_provider::{BuildError, RefusalTrust, SecretRef, read_settings};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::codes::{RefusalPattern, Refusals};

/// `[providers.<name>]` with `kind = "mmbc"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the verbs are.
    #[serde(default = "documented_address")]
    base_url: String,
    /// Permits a base address without TLS.
    #[serde(default)]
    allow_plaintext: bool,
    username: Login,
    password: SecretRef,
    /// Milliseconds until a connection must stand.
    #[serde(default = "connect_timeout_ms")]
    connect_timeout_ms: u64,
    /// Milliseconds until the answer to a payment is no longer waited for.
    #[serde(default = "pay_timeout_ms")]
    pay_timeout_ms: u64,
    /// Milliseconds until any other answer is no longer waited for.
    #[serde(default = "read_timeout_ms")]
    read_timeout_ms: u64,
    /// Seconds between two price lists, at least.
    #[serde(default = "price_list_every_s")]
    price_list_every_s: u64,
    /// Seconds after which a payment is no longer carried out late.
    #[serde(default = "late_execution_bound_s")]
    late_execution_bound_s: u64,
    /// The path of the undocumented balance request, below the base address: `../ceksaldo`.
    #[serde(default)]
    balance_path: Option<String>,
    /// What a refusal is worth.
    #[serde(default)]
    failover_on_refusal: FailoverOnRefusal,
    /// Further definite refusals.
    #[serde(default)]
    refusals: Vec<RefusalPattern>,
}

/// A user name, in the clear or by reference.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Login {
    Plain(String),
    Secret(SecretRef),
}

/// When a refusal may lead to another provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FailoverOnRefusal {
    /// If the answer also states a balance that fits.
    #[default]
    Corroborated,
    /// Never.
    Never,
    /// Always; for channels that nobody can forge.
    Always,
}

/// The configuration, checked.
pub(crate) struct Settings {
    pub(crate) base: BaseUrl,
    pub(crate) username: SecretString,
    pub(crate) password: SecretString,
    pub(crate) pay_timeouts: Timeouts,
    pub(crate) read_timeouts: Timeouts,
    pub(crate) price_list_every: Duration,
    pub(crate) late_execution_bound: Duration,
    pub(crate) balance_path: Option<String>,
    pub(crate) trust: RefusalTrust,
    pub(crate) refusals: Refusals,
    pub(crate) warnings: Vec<String>,
}

/// How long the answer to a payment should be waited for at least.
const PATIENCE: Duration = Duration::from_mins(3);

impl Config {
    /// Reads the table.
    ///
    /// # Errors
    /// [`BuildError`] at the key that is wrong. The message never repeats a value of `password`.
    pub(crate) fn read(settings: &Value) -> Result<Self, BuildError> {
        if settings.get("password").is_some_and(Value::is_string) {
            return Err(BuildError::new(
                "password",
                "a password does not stand in the configuration; write { env = \"NAME\" } or { file = \"PATH\" }",
            ));
        }
        read_settings(settings)
    }

    /// Checks everything and fetches the secrets.
    ///
    /// # Errors
    /// [`BuildError`] at the key that is wrong.
    pub(crate) fn check(self) -> Result<Settings, BuildError> {
        let base = BaseUrl::parse(&self.base_url, self.allow_plaintext)
            .map_err(|error| BuildError::new("base_url", error.to_string()))?;
        let timeouts = |key: &str, total: u64| {
            let connect = Duration::from_millis(self.connect_timeout_ms);
            Timeouts::new(connect, Duration::from_millis(total))
                .map_err(|error| BuildError::new(key, error.to_string()))
        };
        let pay_timeouts = timeouts("pay_timeout_ms", self.pay_timeout_ms)?;
        let read_timeouts = timeouts("read_timeout_ms", self.read_timeout_ms)?;
        let secret = |key: &str, secret: &SecretRef| {
            secret.resolve().map_err(|error| BuildError::new(key, error.to_string()))
        };
        let username = match &self.username {
            Login::Plain(name) => name.as_str().into(),
            Login::Secret(name) => secret("username", name)?,
        };
        let refusals = Refusals::new(&self.refusals)
            .map_err(|error| BuildError::new("refusals", error.to_string()))?;
        let mut warnings = Vec::new();
        if base.is_plaintext() {
            warnings.push(
                "requests are not encrypted: the password can be read and answers can be forged on the way; prefer an https address"
                    .to_owned(),
            );
            if self.failover_on_refusal == FailoverOnRefusal::Always {
                warnings.push(
                    "failover_on_refusal = \"always\" without encryption: a forged refusal makes a payment happen twice; prefer \"corroborated\""
                        .to_owned(),
                );
            }
        }
        if pay_timeouts.total() < PATIENCE {
            warnings.push(format!(
                "pay_timeout_ms is below {}: a payment that takes longer becomes unknown",
                PATIENCE.as_millis()
            ));
        }
        Ok(Settings {
            base,
            username,
            password: secret("password", &self.password)?,
            pay_timeouts,
            read_timeouts,
            price_list_every: Duration::from_secs(self.price_list_every_s),
            late_execution_bound: Duration::from_secs(self.late_execution_bound_s),
            balance_path: self.balance_path,
            trust: self.failover_on_refusal.trust(),
            refusals,
            warnings,
        })
    }
}

impl FailoverOnRefusal {
    const fn trust(self) -> RefusalTrust {
        match self {
            Self::Corroborated => RefusalTrust::CorroboratedByBalance,
            Self::Never => RefusalTrust::None,
            Self::Always => RefusalTrust::Authenticated,
        }
    }
}

fn documented_address() -> String {
    "http://klikmbc.co.id/json/ppob/".to_owned()
}

const fn connect_timeout_ms() -> u64 {
    4_000
}

const fn pay_timeout_ms() -> u64 {
    180_000
}

const fn read_timeout_ms() -> u64 {
    30_000
}

const fn price_list_every_s() -> u64 {
    300
}

const fn late_execution_bound_s() -> u64 {
    600
}

#[cfg(test)]
mod tests;
