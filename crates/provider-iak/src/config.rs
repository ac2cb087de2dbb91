//! The provider's table of the configuration.

use std::time::Duration;

use ppob_http::{BaseUrl, Timeouts};
use ppob_provider::{BuildError, RefusalTrust, SecretRef, read_settings};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::sign::Credentials;

/// `[[provider]]` with `kind = "iak"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where top-ups are sold.
    #[serde(default = "prepaid_address")]
    prepaid_url: String,
    /// Where bills are paid.
    #[serde(default = "postpaid_address")]
    postpaid_url: String,
    /// Permits addresses without TLS.
    #[serde(default)]
    allow_plaintext: bool,
    username: Login,
    api_key: SecretRef,
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
    /// Seconds for which an inquiry may be paid.
    #[serde(default = "inquiry_valid_for_s")]
    inquiry_valid_for_s: u64,
    /// What a refusal is worth.
    #[serde(default)]
    failover_on_refusal: FailoverOnRefusal,
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
    /// If nobody can have forged it: over https.
    #[default]
    Authenticated,
    /// Never.
    Never,
}

/// The configuration, checked.
pub(crate) struct Settings {
    pub(crate) prepaid: BaseUrl,
    pub(crate) postpaid: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) pay_timeouts: Timeouts,
    pub(crate) read_timeouts: Timeouts,
    pub(crate) price_list_every: Duration,
    pub(crate) late_execution_bound: Duration,
    pub(crate) inquiry_valid_for: Duration,
    pub(crate) trusts_refusals: bool,
    pub(crate) warnings: Vec<String>,
}

/// How long the answer to a payment should be waited for at least.
const PATIENCE: Duration = Duration::from_mins(3);
/// How long IAK itself says that answers about bills should be waited for.
const PATIENCE_WITH_BILLS: Duration = Duration::from_secs(30);

impl Config {
    /// Reads the table.
    ///
    /// # Errors
    /// [`BuildError`] at the key that is wrong. The message never repeats a value of `api_key`.
    pub(crate) fn read(settings: &Value) -> Result<Self, BuildError> {
        if settings.get("api_key").is_some_and(Value::is_string) {
            return Err(BuildError::new(
                "api_key",
                "a key does not stand in the configuration; write { env = \"NAME\" } or { file = \"PATH\" }",
            ));
        }
        read_settings(settings)
    }

    /// Checks everything and fetches the secrets.
    ///
    /// # Errors
    /// [`BuildError`] at the key that is wrong.
    pub(crate) fn check(self) -> Result<Settings, BuildError> {
        let address = |key: &str, text: &str| {
            let address = BaseUrl::parse(text, self.allow_plaintext);
            address.map_err(|error| BuildError::new(key, error.to_string()))
        };
        let prepaid = address("prepaid_url", &self.prepaid_url)?;
        let postpaid = address("postpaid_url", &self.postpaid_url)?;
        let timeouts = |key: &str, total: u64| {
            let connect = Duration::from_millis(self.connect_timeout_ms);
            Timeouts::new(connect, Duration::from_millis(total))
                .map_err(|error| BuildError::new(key, error.to_string()))
        };
        let pay_timeouts = timeouts("pay_timeout_ms", self.pay_timeout_ms)?;
        let read_timeouts = timeouts("read_timeout_ms", self.read_timeout_ms)?;
        let secret = |key: &str, secret: &SecretRef| -> Result<SecretString, BuildError> {
            secret.resolve().map_err(|error| BuildError::new(key, error.to_string()))
        };
        let username = match &self.username {
            Login::Plain(name) => name.as_str().into(),
            Login::Secret(name) => secret("username", name)?,
        };
        let mut warnings = Vec::new();
        if prepaid.is_plaintext() || postpaid.is_plaintext() {
            warnings.push(
                "requests are not encrypted: answers can be forged on the way, and so can callbacks by whoever saw a request; use https addresses"
                    .to_owned(),
            );
        }
        if pay_timeouts.total() < PATIENCE {
            warnings.push(format!(
                "pay_timeout_ms = {} is short: slow payments become unknown; 180000 is usual",
                self.pay_timeout_ms
            ));
        }
        if read_timeouts.total() < PATIENCE_WITH_BILLS {
            warnings.push(format!(
                "read_timeout_ms = {} is short: billers answer inquiries within 30000, says IAK",
                self.read_timeout_ms
            ));
        }
        Ok(Settings {
            prepaid,
            postpaid,
            credentials: Credentials::new(username, secret("api_key", &self.api_key)?),
            pay_timeouts,
            read_timeouts,
            price_list_every: Duration::from_secs(self.price_list_every_s),
            late_execution_bound: Duration::from_secs(self.late_execution_bound_s),
            inquiry_valid_for: Duration::from_secs(self.inquiry_valid_for_s),
            trusts_refusals: self.failover_on_refusal == FailoverOnRefusal::Authenticated,
            warnings,
        })
    }
}

impl Settings {
    /// What refusals of the host at `base` are worth.
    pub(crate) fn trust(&self, base: &BaseUrl) -> RefusalTrust {
        match (self.trusts_refusals, base.is_plaintext()) {
            (false, _) => RefusalTrust::None,
            (true, true) => RefusalTrust::CorroboratedByBalance,
            (true, false) => RefusalTrust::Authenticated,
        }
    }
}

fn prepaid_address() -> String {
    "https://prepaid.iak.id/".to_owned()
}

fn postpaid_address() -> String {
    "https://mobilepulsa.net/".to_owned()
}

const fn connect_timeout_ms() -> u64 {
    4_000
}

const fn pay_timeout_ms() -> u64 {
    180_000
}

const fn read_timeout_ms() -> u64 {
    45_000
}

const fn price_list_every_s() -> u64 {
    300
}

const fn late_execution_bound_s() -> u64 {
    3_600
}

const fn inquiry_valid_for_s() -> u64 {
    1_800
}

#[cfg(test)]
mod tests;
