//! How a simulator is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::catalogue::{Prepaid, prepaid};
use crate::http::CallbackAddress;

/// Gives the time in seconds since 1970-01-01T00:00:00Z.
pub type Seconds = Arc<dyn Fn() -> i64 + Send + Sync>;

/// 15 January 2026, 10:00 in Western Indonesian Time: the time of a simulator that was given no clock.
pub const FIXED_SECONDS: i64 = 1_768_446_000;

/// An account of the simulated provider.
#[derive(Clone)]
pub struct AccountConfig {
    /// User name; also the account's name in the ledger.
    pub username: String,
    /// The key that only plays: with it the documented test numbers do what they are documented to do.
    pub development_key: String,
    /// The key that buys.
    pub production_key: String,
    /// The deposit at the start, in rupiah.
    pub balance: i64,
    /// Where callbacks go, unless a purchase names another address of this machine (`cb_url`).
    pub webhook: Option<CallbackAddress>,
    /// What callbacks are signed with; without it they are not signed.
    pub webhook_secret: Option<String>,
}

/// What the limit of one price list in five minutes counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListLimit {
    /// Prepaid and bills apart.
    #[default]
    PerKind,
    /// Both together.
    Shared,
    /// Nothing: any number is given out.
    Off,
}

/// How a simulator is set up.
#[derive(Clone)]
pub struct DigiflazzConfig {
    /// Port of the API on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
    /// Port of the control endpoint on 127.0.0.1; 0 lets the system choose.
    pub control_port: u16,
    /// The accounts, at least one, each user name once.
    pub accounts: Vec<AccountConfig>,
    /// The clock behind days, minutes and cut-offs.
    pub seconds: Seconds,
    /// The look-up, from 1, at which a pending transaction has ended; without it none ends by being looked up.
    pub ends_at_check: Option<u32>,
    /// How long, by the machine's own clock, until a pending transaction ends by itself and its callback goes
    /// out; without it none does.
    pub ends_after: Option<Duration>,
    /// What the limit of price lists counts.
    pub list_limit: ListLimit,
    /// Whether two purchases under one reference within a minute are both carried out: what the documentation
    /// warns of.
    pub doubles_within_a_minute: bool,
    /// What the payment of a bill without an inquiry of the same day is answered with: 50 or 02.
    pub not_inquired: &'static str,
    /// What is sold besides bills.
    pub prepaid: Vec<Prepaid>,
    /// Whether the last four digits of a number choose what happens ([`MAGIC_NUMBERS`](super::MAGIC_NUMBERS)).
    pub magic_numbers: bool,
}

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum DigiflazzStartError {
    /// Nobody could call.
    #[error("a simulator needs at least one account")]
    NoAccount,
    /// Two accounts have one user name.
    #[error("the account {0} is configured twice")]
    DuplicateAccount(String),
    /// The port is taken, or there are no sockets left.
    #[error("cannot listen on 127.0.0.1, choose another port or 0: {0}")]
    Listen(#[from] std::io::Error),
}

impl AccountConfig {
    /// An account without callbacks.
    pub fn new(username: &str, development_key: &str, production_key: &str, balance: i64) -> Self {
        Self {
            username: username.to_owned(),
            development_key: development_key.to_owned(),
            production_key: production_key.to_owned(),
            balance,
            webhook: None,
            webhook_secret: None,
        }
    }

    /// The same account with signed callbacks.
    #[must_use]
    pub fn webhook(mut self, address: CallbackAddress, secret: &str) -> Self {
        self.webhook = Some(address);
        self.webhook_secret = Some(secret.to_owned());
        self
    }
}

impl DigiflazzConfig {
    /// A simulator on ports of the system's choice, at a fixed time, whose pending transactions have ended at the
    /// second look-up.
    pub fn new(accounts: Vec<AccountConfig>) -> Self {
        Self {
            port: 0,
            control_port: 0,
            accounts,
            seconds: Arc::new(|| FIXED_SECONDS),
            ends_at_check: Some(2),
            ends_after: None,
            list_limit: ListLimit::PerKind,
            doubles_within_a_minute: false,
            not_inquired: "50",
            prepaid: prepaid(),
            magic_numbers: false,
        }
    }
}

/// Shows neither key nor secret.
impl fmt::Debug for AccountConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccountConfig")
            .field("username", &self.username)
            .field("balance", &self.balance)
            .field("webhook", &self.webhook)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DigiflazzConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DigiflazzConfig")
            .field("port", &self.port)
            .field("control_port", &self.control_port)
            .field("accounts", &self.accounts)
            .field("list_limit", &self.list_limit)
            .finish_non_exhaustive()
    }
}
