//! The provider's table of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ppob_http::{BaseUrl, Timeouts};
use ppob_provider::{BuildError, RefusalTrust, SecretRef};
use ppob_types::{Rupiah, Sensitive};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::centre::Centre;
use crate::description::{Given, Worth};
use crate::shipped;

/// A `[[provider]]` table with `kind = "h2h"`, without the keys that belong to the engine.
pub(crate) struct Config {
    /// A shipped description.
    description: Option<String>,
    /// A description of one's own.
    description_file: Option<PathBuf>,
    base_url: Option<String>,
    /// Where the price list is, if it is at another address.
    price_list_base_url: Option<String>,
    allow_plaintext: bool,
    connect_timeout_ms: u64,
    pay_timeout_ms: u64,
    read_timeout_ms: u64,
    /// By the centre's codes: what is debited, or of a bill what is debited on top of it. For centres
    /// that have no price list to ask for.
    prices: BTreeMap<String, Rupiah>,
    /// Instead of what the description says.
    failover_on_refusal: Option<Worth>,
    /// Instead of what the description says.
    late_execution_bound_s: Option<u64>,
    /// Instead of what the description says.
    inquiries_per_number_a_day: Option<u32>,
    /// All other keys: what the description asks for.
    account: Map<String, Value>,
}

const DESCRIPTION_FILE: &str = "description_file";

/// Keys that no description may use for itself.
pub(crate) const OWN_KEYS: [&str; 12] = [
    "description",
    DESCRIPTION_FILE,
    "base_url",
    "price_list_base_url",
    "allow_plaintext",
    "connect_timeout_ms",
    "pay_timeout_ms",
    "read_timeout_ms",
    "prices",
    "failover_on_refusal",
    "late_execution_bound_s",
    "inquiries_per_number_a_day",
];

/// The configuration, checked.
pub(crate) struct Settings {
    pub(crate) centre: Arc<Centre>,
    pub(crate) base: BaseUrl,
    pub(crate) price_base: BaseUrl,
    pub(crate) account: BTreeMap<String, SecretString>,
    /// Which account it is, whatever its secrets are just now.
    pub(crate) login: Sensitive,
    /// Those of them that must not show.
    pub(crate) secrets: Vec<SecretString>,
    pub(crate) pay_timeouts: Timeouts,
    pub(crate) read_timeouts: Timeouts,
    pub(crate) late_execution_bound: Duration,
    pub(crate) trust: RefusalTrust,
    pub(crate) prices: BTreeMap<String, Rupiah>,
    pub(crate) inquiries_a_day: Option<u32>,
    pub(crate) warnings: Vec<String>,
}

/// How long the answer to a payment should be waited for at least.
const PATIENCE: Duration = Duration::from_mins(3);

impl Config {
    /// Reads the table.
    ///
    /// # Errors
    /// [`BuildError`] at the key that is wrong.
    pub(crate) fn read(settings: &Value) -> Result<Self, BuildError> {
        let Value::Object(table) = settings else {
            return Err(BuildError::new("provider", "its settings are no table"));
        };
        let mut table = table.clone();
        let table = &mut table;
        Ok(Self {
            description: take(table, "description")?,
            description_file: take(table, "description_file")?,
            base_url: take(table, "base_url")?,
            price_list_base_url: take(table, "price_list_base_url")?,
            allow_plaintext: take(table, "allow_plaintext")?.unwrap_or(false),
            connect_timeout_ms: take(table, "connect_timeout_ms")?.unwrap_or(CONNECT_TIMEOUT_MS),
            pay_timeout_ms: take(table, "pay_timeout_ms")?.unwrap_or(PAY_TIMEOUT_MS),
            read_timeout_ms: take(table, "read_timeout_ms")?.unwrap_or(READ_TIMEOUT_MS),
            prices: take(table, "prices")?.unwrap_or_default(),
            failover_on_refusal: take(table, "failover_on_refusal")?,
            late_execution_bound_s: take(table, "late_execution_bound_s")?,
            inquiries_per_number_a_day: take(table, "inquiries_per_number_a_day")?,
            account: std::mem::take(table),
        })
    }

    /// Checks everything, reads the description and fetches the secrets.
    ///
    /// # Errors
    /// [`BuildError`] at the key that is wrong.
    pub(crate) fn check(self) -> Result<Settings, BuildError> {
        let centre = self.centre()?;
        let text = self.base_url.as_ref().or(centre.base_url.as_ref()).ok_or_else(|| {
            BuildError::new("base_url", "it is missing, and the description has none either")
        })?;
        let address = |key: &str, text: &str| {
            BaseUrl::parse(text, self.allow_plaintext)
                .map_err(|error| BuildError::new(key, error.to_string()))
        };
        let base = address("base_url", text)?;
        let price_base = match &self.price_list_base_url {
            Some(text) => address("price_list_base_url", text)?,
            None => base.clone(),
        };
        let timeouts = |key: &str, total: u64| {
            let connect = Duration::from_millis(self.connect_timeout_ms);
            Timeouts::new(connect, Duration::from_millis(total))
                .map_err(|error| BuildError::new(key, error.to_string()))
        };
        let pay_timeouts = timeouts("pay_timeout_ms", self.pay_timeout_ms)?;
        let read_timeouts = timeouts("read_timeout_ms", self.read_timeout_ms)?;
        let (account, secrets) = self.account(&centre)?;
        let worth = self.failover_on_refusal.unwrap_or(centre.worth);
        let warnings = warnings(&centre, &base, pay_timeouts, worth);
        check_prices(&centre, &self.prices)?;
        let inquiries_a_day =
            self.inquiries_per_number_a_day.or(centre.limits.inquiries_per_number_a_day);
        let bound = self.late_execution_bound_s.map(Duration::from_secs);
        let login = login(&centre, &account);
        Ok(Settings {
            login,
            late_execution_bound: bound.unwrap_or(centre.late_execution_bound),
            centre,
            base,
            price_base,
            account,
            secrets,
            pay_timeouts,
            read_timeouts,
            trust: worth.trust(),
            prices: self.prices,
            inquiries_a_day,
            warnings,
        })
    }

    fn centre(&self) -> Result<Arc<Centre>, BuildError> {
        match (&self.description, &self.description_file) {
            (Some(name), None) => {
                let centre = shipped::centre(name).ok_or_else(|| {
                    BuildError::new(
                        "description",
                        format!(
                            "there is no shipped description {name:?}; there are {}. For one of your own \
                             write description_file",
                            shipped::names().join(", ")
                        ),
                    )
                })?;
                centre.map_err(|error| BuildError::new("description", error.to_string()))
            }
            (None, Some(path)) => {
                let wrong = |what: String| {
                    BuildError::new("description_file", format!("{}: {what}", path.display()))
                };
                let text = std::fs::read_to_string(path)
                    .map_err(|error| wrong(format!("it could not be read: {error}")))?;
                Centre::read(&text).map(Arc::new).map_err(|error| {
                    wrong(format!("{error}. Try it with `ppob h2h test {}`", path.display()))
                })
            }
            (chosen, _) => {
                if chosen.is_none() {
                    self.no_other_keys(&shipped::account_names())?;
                }
                Err(BuildError::new(
                    "description",
                    format!(
                        "write either description (one of {}) or description_file",
                        shipped::names().join(", ")
                    ),
                ))
            }
        }
    }

    /// An error at a key that is neither this kind's nor one of `account`.
    fn no_other_keys(&self, account: &BTreeSet<&str>) -> Result<(), BuildError> {
        let other = self.account.keys().find(|name| !account.contains(name.as_str()));
        let Some(name) = other else { return Ok(()) };
        let known = account.iter().copied().chain(OWN_KEYS);
        let known = known.filter(|key| *key != DESCRIPTION_FILE).map(|key| format!("`{key}`"));
        let known = known.collect::<Vec<_>>().join(", ");
        let message = format!(
            "unknown field `{name}`, expected one of {known}; {DESCRIPTION_FILE} stands in place of description"
        );
        Err(BuildError::new(name, message))
    }

    /// Every value that the description asks for, and those that are secret.
    fn account(
        &self,
        centre: &Centre,
    ) -> Result<(BTreeMap<String, SecretString>, Vec<SecretString>), BuildError> {
        self.no_other_keys(&centre.account.keys().map(String::as_str).collect())?;
        let mut account = BTreeMap::new();
        let mut secrets = Vec::new();
        for (name, given) in &centre.account {
            let value = self.account.get(name).filter(|value| !value.is_null());
            let value = value
                .ok_or_else(|| BuildError::new(name, "it is missing; the description needs it"))?;
            // No message repeats the value: it may be a secret in the wrong place.
            let value = match (value, given) {
                (Value::String(text), Given::Plain) => SecretString::from(text.as_str()),
                (Value::String(_), Given::Secret) => {
                    return Err(BuildError::new(
                        name,
                        "a secret does not stand in the configuration; write { env = \"NAME\" } or \
                         { file = \"PATH\" }",
                    ));
                }
                (value, given) => {
                    let secret = SecretRef::deserialize(value).map_err(|_| {
                        let text = if *given == Given::Plain { "text, " } else { "" };
                        let refs = "{ env = \"NAME\" } or { file = \"PATH\" }";
                        BuildError::new(name, format!("write {text}{refs}"))
                    })?;
                    secret.resolve().map_err(|error| BuildError::new(name, error.to_string()))?
                }
            };
            if *given == Given::Secret {
                secrets.push(value.clone());
            }
            account.insert(name.clone(), value);
        }
        Ok((account, secrets))
    }
}

/// What tells this account from others: all of it that is no secret, at a centre of this kind. Not its
/// address, which centres change while the accounts stay.
fn login(centre: &Centre, account: &BTreeMap<String, SecretString>) -> Sensitive {
    let plain =
        |(name, _): &(&String, &SecretString)| centre.account.get(*name) == Some(&Given::Plain);
    let has_plain = account.iter().any(|one| plain(&one));
    let told = account.iter().filter(|one| !has_plain || plain(one));
    let told = told.map(|(name, value)| format!("\n{name}={}", value.expose_secret()));
    format!("{}{}", centre.title, told.collect::<String>()).into()
}

/// Takes a key out of the table.
fn take<T: DeserializeOwned>(
    table: &mut Map<String, Value>,
    key: &str,
) -> Result<Option<T>, BuildError> {
    match table.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value)
            .map(Some)
            .map_err(|error| BuildError::new(key, error.to_string())),
    }
}

fn check_prices(centre: &Centre, prices: &BTreeMap<String, Rupiah>) -> Result<(), BuildError> {
    let asks = centre.prices.as_ref().is_some_and(|source| source.asked.is_some());
    if asks && !prices.is_empty() {
        return Err(BuildError::new(
            "prices",
            "the centre is asked for its price list; leave them out",
        ));
    }
    if !asks && prices.is_empty() {
        return Err(BuildError::new(
            "prices",
            "the centre has no price list to ask for, so nothing would be sold; write CODE = RUPIAH",
        ));
    }
    let free =
        prices.iter().find(|(code, price)| !centre.products.is_bill(code) && !price.is_positive());
    match free {
        Some((code, _)) => {
            Err(BuildError::new(format!("prices.{code}"), "a price is above zero, but for bills"))
        }
        None => Ok(()),
    }
}

fn warnings(centre: &Centre, base: &BaseUrl, pay: Timeouts, worth: Worth) -> Vec<String> {
    let mut warnings = Vec::new();
    if base.is_plaintext() {
        warnings.push(
            "requests are not encrypted: the password can be read and answers can be forged on the way; \
             prefer an https address"
                .to_owned(),
        );
        if worth == Worth::Always {
            warnings.push(
                "refusals count always, without encryption: a forged refusal makes a payment happen \
                 twice; set failover_on_refusal = \"corroborated\""
                    .to_owned(),
            );
        }
    }
    if centre.pay.carries_credentials_in_address() {
        warnings.push(
            "the centre takes credentials in the address only: whoever keeps addresses in a log on the \
             way keeps them, too"
                .to_owned(),
        );
    }
    if pay.total() < PATIENCE {
        warnings.push(format!(
            "pay_timeout_ms is below {}: a payment that takes longer becomes unknown",
            PATIENCE.as_millis()
        ));
    }
    if let Some(calls) = centre.limits.calls_per_second {
        warnings.push(format!(
            "the centre permits {calls} calls per second; see limits.pay_per_second and \
             limits.reads_per_second"
        ));
    }
    warnings
}

impl Worth {
    const fn trust(self) -> RefusalTrust {
        match self {
            Self::Corroborated => RefusalTrust::CorroboratedByBalance,
            Self::Never => RefusalTrust::None,
            Self::Always => RefusalTrust::Authenticated,
        }
    }
}

const CONNECT_TIMEOUT_MS: u64 = 4_000;
const PAY_TIMEOUT_MS: u64 = 180_000;
const READ_TIMEOUT_MS: u64 = 30_000;

#[cfg(test)]
mod tests;
