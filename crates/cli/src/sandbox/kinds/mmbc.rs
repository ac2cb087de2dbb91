//! Two accounts at MMBC, the cheapest for bills.

use std::path::Path;
use std::sync::Arc;

use ppob_simulator::mmbc::{AccountConfig, MmbcConfig, MmbcHandle, MmbcSimulator};
use ppob_types::Clock;
use serde_json::{Value, json};

use super::{DEPOSIT, SECRET, first_number, named, not_started, table};
use crate::failure::Failure;

/// One account: the provider's name at the engine, the login and what it charges on top, in rupiah.
struct Account {
    provider: &'static str,
    login: &'static str,
    fee: i64,
    short_for_magic: bool,
}

const ACCOUNTS: [Account; 2] = [
    // Cheaper, so that it is asked first.
    Account { provider: "mmbc-a", login: "sandbox-a", fee: 500, short_for_magic: true },
    Account { provider: "mmbc-b", login: "sandbox-b", fee: 700, short_for_magic: false },
];

/// What the simulator is called.
pub(in crate::sandbox) const KIND: &str = "mmbc";

/// What the accounts are called at the engine.
pub(in crate::sandbox) const NAMES: [&str; 2] = [ACCOUNTS[0].provider, ACCOUNTS[1].provider];

/// How to log in, as a configuration writes it.
pub(in crate::sandbox) const LOGIN: &str = "username = \"sandbox-a\" or \"sandbox-b\", password";

/// Starts it on `port` (0: the system chooses), with the time of this machine.
pub(in crate::sandbox) async fn start(
    clock: &Arc<dyn Clock>,
    port: u16,
) -> Result<MmbcHandle, Failure> {
    let account = |account: &Account| {
        let config = AccountConfig::new(account.login, SECRET, DEPOSIT).fee(account.fee);
        if account.short_for_magic { config.short_for_magic() } else { config }
    };
    let mut config = MmbcConfig::new(ACCOUNTS.iter().map(account).collect());
    config.port = port;
    config.first_invoice = first_number(clock);
    let time = Arc::clone(clock);
    let config = config.local_time(move || time.now().wib());
    MmbcSimulator::start(config).await.map_err(not_started)
}

/// The accounts as providers of the engine.
pub(in crate::sandbox) fn tables(base_url: &str, secret: &Path) -> Vec<Value> {
    let one = |account: &Account| {
        table(json!({
            "name": account.provider,
            "kind": KIND,
            "base_url": base_url,
            "username": account.login,
            "password": named(secret),
            "balance_path": "../ceksaldo",
            "price_list_every_s": 10,
            // Nobody can forge a refusal on the way inside one machine.
            "failover_on_refusal": "always",
        }))
    };
    ACCOUNTS.iter().map(one).collect()
}
