//! The simulated accounts in the configuration of the sandbox.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::addresses::Simulated;
use super::kinds::{SECRET, digiflazz, iak, mmbc, okeconnect};
use crate::config::{Loaded, ProviderTable};
use crate::exit::Exit;
use crate::failure::Failure;

/// Adds the accounts to the configuration, as providers at the simulators. Their secret is put into `directory`,
/// because configuration names secrets only.
pub(super) fn add(
    loaded: &mut Loaded,
    simulated: &BTreeMap<String, Simulated>,
    directory: &Path,
) -> Result<(), Failure> {
    let secret = directory.join("secret");
    std::fs::write(&secret, SECRET).map_err(|error| {
        Failure::new(
            Exit::Refused,
            format!(
                "The simulated accounts' password could not be written to {}: {error}. Nothing was \
                 started; make room there, or set TMPDIR to another directory.",
                secret.display()
            ),
        )
    })?;
    for table in tables(simulated, &secret) {
        let Value::Object(table) = table else { continue };
        let read = ProviderTable::read(table, loaded.providers.len(), "the sandbox");
        let table = read.map_err(|error| Failure::usage(error.to_string()))?;
        if loaded.providers.iter().any(|other| other.name == table.name) {
            return Err(Failure::usage(format!(
                "{} is the name of a simulated provider of the sandbox; rename yours. Nothing was started.",
                table.name
            )));
        }
        loaded.providers.push(table);
    }
    // What a refusal said about the balance is soon replaced by what the balance is.
    loaded.config.reconciliation.balance_every_s = std::num::NonZeroU64::MIN;
    Ok(())
}

fn tables(simulated: &BTreeMap<String, Simulated>, secret: &Path) -> Vec<Value> {
    let at = |name: &str| simulated.get(name).map(|one| one.address.as_str()).unwrap_or_default();
    let mut tables = mmbc::tables(at(mmbc::KIND), secret);
    tables.extend([
        digiflazz::table_at(at(digiflazz::NAME), secret),
        iak::table_at(at(iak::NAME), secret),
        okeconnect::table_at(at(okeconnect::NAME), secret),
    ]);
    tables
}

/// How to log in at a simulator, for people.
pub(super) fn login(simulator: &str) -> &'static str {
    match simulator {
        mmbc::KIND => mmbc::LOGIN,
        digiflazz::NAME => digiflazz::LOGIN,
        iak::NAME => iak::LOGIN,
        okeconnect::NAME => okeconnect::LOGIN,
        _ => "",
    }
}
