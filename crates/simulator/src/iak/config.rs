//! How a simulator is set up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::http::CallbackAddress;

/// Gives the local time (WIB): `YYYY-MM-DD HH:MM:SS`.
pub type LocalTime = Arc<dyn Fn() -> String + Send + Sync>;

/// The local time of a simulator that was given no clock.
pub const FIXED_LOCAL_TIME: &str = "2026-01-15 10:00:00";

/// An account of the simulated provider.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Login, a phone number; also the account's name in the ledger.
    pub username: String,
    /// The key that signatures are made with.
    pub api_key: String,
    /// The deposit at the start, in rupiah. Both hosts take from it.
    pub balance: i64,
}

/// What the account's own guard against doubles refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// Nothing.
    None,
    /// The same product for the same number a second time on one day: 202. What accounts begin with.
    #[default]
    Product,
    /// Any product for the same number a second time on one day: 207.
    Number,
}

/// What a second payment of one inquiry is answered with. The document does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayTwice {
    /// With the same result as the first one.
    #[default]
    SameAnswer,
    /// With code 01: paid already.
    AlreadyPaid,
}

/// How a simulator is set up.
#[derive(Clone)]
pub struct IakConfig {
    /// Port of both hosts on 127.0.0.1; 0 lets the system choose. Their paths do not meet.
    pub port: u16,
    /// Port of the control endpoint on 127.0.0.1; 0 lets the system choose.
    pub control_port: u16,
    /// The accounts, at least one, each username once.
    pub accounts: Vec<AccountConfig>,
    /// The clock behind `datetime`, the cut-off, the daily guard and the age of inquiries.
    pub local_time: LocalTime,
    /// Where ends of top-ups are reported; nowhere by default.
    pub callbacks: Option<CallbackAddress>,
    /// At which status check a top-up succeeds; 0 for never, as in the provider's sandbox, where a person
    /// presses a button.
    pub succeeds_at_check: u32,
    /// The guard against doubles.
    pub restriction: Restriction,
    /// What a second payment of one inquiry gets.
    pub pay_twice: PayTwice,
    /// How many seconds an inquiry may be paid. The document does not say.
    pub inquiry_valid_s: i64,
    /// The first number of a top-up, and of an inquiry: they are counted apart and may meet.
    pub first_tr_id: u64,
    /// Whether the list of top-ups lies in `data.pricelist` (seen) and not in `data` (documented).
    pub wrapped_price_list: bool,
    /// What top-ups cost by their codes, in rupiah, if not what the document says.
    pub prices: BTreeMap<String, i64>,
    /// How long, by the machine's own clock, until a top-up ends by itself and its callback goes out; without it
    /// none does.
    pub ends_after: Option<Duration>,
    /// Whether the last four digits of a number choose what happens ([`MAGIC_NUMBERS`](super::MAGIC_NUMBERS)),
    /// and not the last one. Every meter is known then.
    pub magic_numbers: bool,
}

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nobody could log in.
    #[error("a simulator needs at least one account")]
    NoAccount,
    /// Two accounts have one username.
    #[error("the account {0} is configured twice")]
    DuplicateAccount(String),
    /// The port is taken, or there are no sockets left.
    #[error("cannot listen on 127.0.0.1, choose another port or 0: {0}")]
    Listen(#[from] std::io::Error),
}

impl AccountConfig {
    /// An account.
    pub fn new(username: &str, api_key: &str, balance: i64) -> Self {
        Self { username: username.to_owned(), api_key: api_key.to_owned(), balance }
    }
}

impl IakConfig {
    /// A simulator on ports of the system's choice, at a fixed local time.
    pub fn new(accounts: Vec<AccountConfig>) -> Self {
        Self {
            port: 0,
            control_port: 0,
            accounts,
            local_time: Arc::new(|| FIXED_LOCAL_TIME.to_owned()),
            callbacks: None,
            succeeds_at_check: 1,
            restriction: Restriction::default(),
            pay_twice: PayTwice::default(),
            inquiry_valid_s: 3_600,
            first_tr_id: 9_732_787,
            wrapped_price_list: false,
            prices: BTreeMap::new(),
            ends_after: None,
            magic_numbers: false,
        }
    }

    /// The same simulator with a clock.
    #[must_use]
    pub fn local_time(mut self, now: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.local_time = Arc::new(now);
        self
    }
}

/// Shows no key.
impl fmt::Debug for AccountConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccountConfig")
            .field("username", &self.username)
            .field("balance", &self.balance)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IakConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IakConfig")
            .field("port", &self.port)
            .field("control_port", &self.control_port)
            .field("accounts", &self.accounts)
            .field("callbacks", &self.callbacks)
            .field("succeeds_at_check", &self.succeeds_at_check)
            .field("restriction", &self.restriction)
            .field("pay_twice", &self.pay_twice)
            .field("inquiry_valid_s", &self.inquiry_valid_s)
            .field("first_tr_id", &self.first_tr_id)
            .field("wrapped_price_list", &self.wrapped_price_list)
            .field("prices", &self.prices)
            .field("ends_after", &self.ends_after)
            .field("magic_numbers", &self.magic_numbers)
            .finish_non_exhaustive()
    }
}
