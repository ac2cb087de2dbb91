//! The two deposit accounts of the sandbox, on both sides.

use std::path::Path;

use ppob_simulator::mmbc::AccountConfig;
use serde_json::{Value, json};

use crate::config::{Loaded, ProviderTable};
use crate::exit::Exit;
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

/// No secret: it opens nothing but the simulator of this machine.
const PASSWORD: &str = "sandbox";
const DEPOSIT: i64 = 100_000_000;

/// Whether the provider of this name is simulated.
pub(super) fn is_simulated(provider: &str) -> bool {
    ACCOUNTS.iter().any(|account| account.provider == provider)
}

/// The accounts as the simulator knows them.
pub(super) fn of_the_simulator() -> Vec<AccountConfig> {
    let account = |account: &Account| {
        let config = AccountConfig::new(account.login, PASSWORD, DEPOSIT).fee(account.fee);
        if account.short_for_magic { config.short_for_magic() } else { config }
    };
    ACCOUNTS.iter().map(account).collect()
}

/// How to log in at the simulator, for people.
pub(super) fn logins() -> String {
    let login =
        |account: &Account| format!("  username = \"{}\", password: {PASSWORD}", account.login);
    ACCOUNTS.iter().map(login).collect::<Vec<_>>().join("\n")
}

/// Adds the accounts to the configuration, as providers at `base_url`. Their password is put into
/// `directory`, because configuration names secrets only.
pub(super) fn add(loaded: &mut Loaded, base_url: &str, directory: &Path) -> Result<(), Failure> {
    let password = directory.join("password");
    std::fs::write(&password, PASSWORD).map_err(|error| {
        Failure::new(
            Exit::Refused,
            format!(
                "The simulated accounts' password could not be written to {}: {error}. Nothing was \
                 started; make room there, or set TMPDIR to another directory.",
                password.display()
            ),
        )
    })?;
    for account in &ACCOUNTS {
        if loaded.providers.iter().any(|table| table.name.as_str() == account.provider) {
            return Err(Failure::usage(format!(
                "{} is the name of a simulated provider of the sandbox; rename yours. Nothing was started.",
                account.provider
            )));
        }
        let Value::Object(table) = table(account, base_url, &password) else {
            continue;
        };
        let read = ProviderTable::read(table, loaded.providers.len(), "the sandbox");
        let table = read.map_err(|error| Failure::usage(error.to_string()))?;
        loaded.providers.push(table);
    }
    // What a refusal said about the balance is soon replaced by what the balance is.
    loaded.config.reconciliation.balance_every_s = std::num::NonZeroU64::MIN;
    Ok(())
}

fn table(account: &Account, base_url: &str, password: &Path) -> Value {
    json!({
        "name": account.provider,
        "kind": "mmbc",
        "base_url": base_url,
        "allow_plaintext": true,
        "username": account.login,
        "password": { "file": password },
        "balance_path": "../ceksaldo",
        "price_list_every_s": 10,
        "late_execution_bound_s": 60,
        // Nobody can forge a refusal on the way inside one machine.
        "failover_on_refusal": "always",
        "limits": {
            "pay_per_second": 1_000,
            "pay_burst": 1_000,
            "pay_in_flight": 1_000,
            "reads_per_second": 1_000,
            "reads_in_flight": 1_000,
        },
    })
}
