//! The provider's table of the configuration.

use std::time::Duration;

use ppob_http::{BaseUrl, Timeouts};
use ppob_provider::{BuildError, RefusalTrust, SecretRef, read_settings};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

/// `[[provider]]` with `kind = "digiflazz"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the calls are.
    #[serde(default = "documented_address")]
    base_url: String,
    /// Permits a base address without TLS.
    #[serde(default)]
    allow_plaintext: bool,
    username: Login,
    api_key: SecretRef,
    /// Sends `testing: true`: with the development key, nothing is really bought.
    #[serde(default)]
    testing: bool,
    /// The secret of the webhook; without it no callback is taken.
    #[serde(default)]
    webhook_secret: Option<SecretRef>,
    /// Where callbacks of purchases shall go (`cb_url`), if not where the webhook is set up.
    #[serde(default)]
    callback_url: Option<String>,
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
    /// Always over an encrypted connection; over a plain one only with a balance that fits.
    #[default]
    Authenticated,
    /// Only if the answer also states a balance that fits.
    Corroborated,
    /// Never.
    Never,
}

/// The configuration, checked.
pub(crate) struct Settings {
    pub(crate) base: BaseUrl,
    pub(crate) username: SecretString,
    pub(crate) api_key: SecretString,
    pub(crate) testing: bool,
    pub(crate) webhook_secret: Option<SecretString>,
    pub(crate) callback_url: Option<String>,
    pub(crate) pay_timeouts: Timeouts,
    pub(crate) read_timeouts: Timeouts,
    pub(crate) price_list_every: Duration,
    pub(crate) late_execution_bound: Duration,
    pub(crate) trust: RefusalTrust,
    pub(crate) warnings: Vec<String>,
}

/// Digiflazz refuses more than one price list in this time, prepaid and bills together (rc 83).
const LEAST_BETWEEN_LISTS: Duration = Duration::from_mins(5);

/// How long the answer to a payment should be waited for at least.
const PATIENCE: Duration = Duration::from_mins(1);

/// Keys that hold references to secrets.
const SECRETS: [&str; 2] = ["api_key", "webhook_secret"];

impl Config {
    /// Reads the table.
    ///
    /// # Errors
    /// [`BuildError`] at the key that is wrong. The message never repeats a secret.
    pub(crate) fn read(settings: &Value) -> Result<Self, BuildError> {
        for key in SECRETS {
            if settings.get(key).is_some_and(Value::is_string) {
                return Err(BuildError::new(
                    key,
                    "a secret does not stand in the configuration; write { env = \"NAME\" } or { file = \"PATH\" }",
                ));
            }
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
        let api_key = secret("api_key", &self.api_key)?;
        let webhook_secret = self.webhook_secret.as_ref();
        let webhook_secret =
            webhook_secret.map(|name| secret("webhook_secret", name)).transpose()?;
        let price_list_every = Duration::from_secs(self.price_list_every_s);
        if price_list_every < LEAST_BETWEEN_LISTS {
            return Err(BuildError::new(
                "price_list_every_s",
                "Digiflazz refuses price lists more often than every 300 seconds; set at least 300",
            ));
        }
        if let Some(url) = &self.callback_url
            && BaseUrl::parse(url, self.allow_plaintext).is_err()
        {
            return Err(BuildError::new(
                "callback_url",
                "it must be an https address without a password or a query",
            ));
        }
        Ok(Settings {
            trust: self.failover_on_refusal.trust(base.is_plaintext()),
            warnings: self.warnings(base.is_plaintext(), pay_timeouts),
            base,
            username,
            api_key,
            testing: self.testing,
            webhook_secret,
            callback_url: self.callback_url,
            pay_timeouts,
            read_timeouts,
            price_list_every,
            late_execution_bound: Duration::from_secs(self.late_execution_bound_s),
        })
    }

    fn warnings(&self, is_plaintext: bool, pay_timeouts: Timeouts) -> Vec<String> {
        let mut warnings = Vec::new();
        if is_plaintext {
            warnings.push(
                "requests are not encrypted: signatures can be taken over and answers can be forged on the way; prefer an https address"
                    .to_owned(),
            );
        }
        if self.testing {
            warnings.push(
                "testing = true: Digiflazz only plays, and answers for its documented test numbers; nothing is delivered"
                    .to_owned(),
            );
        }
        if pay_timeouts.total() < PATIENCE {
            warnings.push(format!(
                "pay_timeout_ms is below {}: a payment that takes longer becomes unknown",
                PATIENCE.as_millis()
            ));
        }
        warnings
    }
}

impl FailoverOnRefusal {
    const fn trust(self, is_plaintext: bool) -> RefusalTrust {
        match self {
            Self::Authenticated if is_plaintext => RefusalTrust::CorroboratedByBalance,
            Self::Authenticated => RefusalTrust::Authenticated,
            Self::Corroborated => RefusalTrust::CorroboratedByBalance,
            Self::Never => RefusalTrust::None,
        }
    }
}

fn documented_address() -> String {
    "https://api.digiflazz.com/v1/".to_owned()
}

const fn connect_timeout_ms() -> u64 {
    4_000
}

const fn pay_timeout_ms() -> u64 {
    120_000
}

const fn read_timeout_ms() -> u64 {
    60_000
}

const fn price_list_every_s() -> u64 {
    300
}

/// How long a pending transaction may stay so is documented nowhere; a day is a guess on the long side.
const fn late_execution_bound_s() -> u64 {
    86_400
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(more: &Value) -> Result<Settings, BuildError> {
        let mut settings = json!({ "username": "demo-user", "api_key": { "env": "PATH" } });
        if let (Some(settings), Some(more)) = (settings.as_object_mut(), more.as_object()) {
            settings.extend(more.clone());
        }
        Config::read(&settings)?.check()
    }

    fn key_at_fault(more: &Value) -> String {
        checked(more).err().unwrap().key
    }

    #[test]
    fn the_defaults_are_the_documented_address_production_and_no_callbacks() {
        let settings = checked(&json!({})).unwrap();
        assert!(!settings.base.is_plaintext() && !settings.testing);
        assert!(settings.webhook_secret.is_none());
        assert_eq!(settings.trust, RefusalTrust::Authenticated);
        assert_eq!(settings.warnings, Vec::<String>::new());
    }

    #[test]
    fn an_error_names_its_key_and_shows_no_secret() {
        for (more, key) in [
            (json!({ "api_key": "dev-0123456789" }), "api_key"),
            (json!({ "webhook_secret": "whsec-demo" }), "webhook_secret"),
            (json!({ "username": null }), "username"),
            (json!({ "base_url": "http://api.digiflazz.com/v1/" }), "base_url"),
            (json!({ "price_list_every_s": 299 }), "price_list_every_s"),
            (json!({ "callback_url": "http://shop.example/callbacks" }), "callback_url"),
            (json!({ "pay_timeout_ms": 1_000 }), "pay_timeout_ms"),
            (json!({ "testing": "yes" }), "testing"),
            (json!({ "colour": 1 }), "colour"),
            (json!({ "failover_on_refusal": "always" }), "failover_on_refusal"),
        ] {
            assert_eq!(key_at_fault(&more), key, "{more}");
            let error = checked(&more).err().unwrap();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("dev-0123") && !shown.contains("whsec"), "{shown}");
        }
        let missing = Config::read(&json!({ "username": "demo-user" })).unwrap_err();
        assert_eq!(missing.key, "api_key");
    }

    #[test]
    fn without_encryption_a_refusal_alone_is_never_enough() {
        let plain = json!({ "base_url": "http://127.0.0.1:1/v1", "allow_plaintext": true });
        let settings = checked(&plain).unwrap();
        assert_eq!(settings.trust, RefusalTrust::CorroboratedByBalance);
        assert!(settings.warnings[0].contains("encrypted"));
        let never = checked(&json!({ "failover_on_refusal": "never", "testing": true })).unwrap();
        assert_eq!(never.trust, RefusalTrust::None);
        assert!(never.warnings[0].contains("testing"));
    }
}
