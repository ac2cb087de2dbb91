//! Accounts: credentials, deposit and price list.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::catalogue::Product;

/// What a bill or a token costs on top of its amount, at most accounts, in rupiah.
pub const DEFAULT_FEE: i64 = 700;

/// An account of the simulated provider.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Login; also the account's name in the ledger.
    pub username: String,
    /// Password in the clear, as the API wants it.
    pub password: String,
    /// The deposit at the start, in rupiah.
    pub balance: i64,
    /// The agent code that refusals tell.
    #[serde(default = "default_agent")]
    pub agent: String,
    /// What leaves the deposit on top of a bill or a face value, in rupiah. Families without an
    /// admin fee cost nothing on top.
    #[serde(default = "default_fee")]
    pub fee: i64,
    /// Fees of single product codes, in rupiah.
    #[serde(default)]
    pub fees: BTreeMap<String, i64>,
    /// Whether the magic number `0402` finds no deposit here.
    #[serde(default)]
    pub short_for_magic: bool,
}

/// What can be seen of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Login.
    pub username: String,
    /// The agent code that refusals tell.
    pub agent: String,
    /// The deposit now, in rupiah.
    pub balance: i64,
    /// Everything that was ever put in, in rupiah.
    pub deposited: i64,
    /// The fee of products without a fee of their own, in rupiah.
    pub fee: i64,
}

/// Whether a product can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProductStatus {
    /// It can.
    Ready,
    /// It cannot.
    Close,
}

/// A change of the price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceUpdate {
    /// The login whose list changes; without it every list.
    #[serde(default)]
    pub account: Option<String>,
    /// The product code.
    pub product: String,
    /// The new cost on top of the amount, in rupiah.
    #[serde(default)]
    pub fee: Option<i64>,
    /// The new admin fee, in rupiah.
    #[serde(default)]
    pub admin: Option<i64>,
    /// Opens or closes the product.
    #[serde(default)]
    pub status: Option<ProductStatus>,
}

/// The price of one product at one account.
#[derive(Clone, Debug)]
pub(crate) struct Price {
    pub(crate) admin: i64,
    pub(crate) fee: i64,
    pub(crate) ready: bool,
    /// Whether admin and fee count once per month of a bill.
    pub(crate) per_sheet: bool,
}

/// An account while the simulator runs.
pub(crate) struct Account {
    pub(crate) config: AccountConfig,
    pub(crate) balance: i64,
    pub(crate) deposited: i64,
    admins: BTreeMap<String, i64>,
    closed: BTreeMap<String, bool>,
}

impl AccountConfig {
    /// An account with the documented prices.
    pub fn new(username: &str, password: &str, balance: i64) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            balance,
            agent: default_agent(),
            fee: DEFAULT_FEE,
            fees: BTreeMap::new(),
            short_for_magic: false,
        }
    }

    /// The same account with another fee, in rupiah.
    #[must_use]
    pub fn fee(mut self, fee: i64) -> Self {
        self.fee = fee;
        self
    }

    /// The same account, short of deposit for the magic number `0402`.
    #[must_use]
    pub fn short_for_magic(mut self) -> Self {
        self.short_for_magic = true;
        self
    }
}

/// Shows no password.
impl fmt::Debug for AccountConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccountConfig")
            .field("username", &self.username)
            .field("balance", &self.balance)
            .field("agent", &self.agent)
            .field("fee", &self.fee)
            .field("fees", &self.fees)
            .field("short_for_magic", &self.short_for_magic)
            .finish_non_exhaustive()
    }
}

impl Account {
    pub(crate) fn new(config: AccountConfig) -> Self {
        Self {
            balance: config.balance,
            deposited: config.balance,
            config,
            admins: BTreeMap::new(),
            closed: BTreeMap::new(),
        }
    }

    pub(crate) fn price(&self, product: &Product, per_sheet: bool) -> Price {
        let usual_fee = if product.family.has_admin() { self.config.fee } else { 0 };
        Price {
            admin: self.admins.get(product.code).copied().unwrap_or(product.admin),
            fee: self.config.fees.get(product.code).copied().unwrap_or(usual_fee),
            ready: !self.closed.get(product.code).copied().unwrap_or(false),
            per_sheet,
        }
    }

    pub(crate) fn update(&mut self, update: &PriceUpdate) {
        if let Some(fee) = update.fee {
            self.config.fees.insert(update.product.clone(), fee);
        }
        if let Some(admin) = update.admin {
            self.admins.insert(update.product.clone(), admin);
        }
        if let Some(status) = update.status {
            self.closed.insert(update.product.clone(), status == ProductStatus::Close);
        }
    }

    pub(crate) fn view(&self) -> AccountView {
        AccountView {
            username: self.config.username.clone(),
            agent: self.config.agent.clone(),
            balance: self.balance,
            deposited: self.deposited,
            fee: self.config.fee,
        }
    }
}

fn default_agent() -> String {
    "JKT-12345".to_owned()
}

fn default_fee() -> i64 {
    DEFAULT_FEE
}
