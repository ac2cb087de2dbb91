//! The simulated accounts, kind by kind, on both sides: at the simulator and in the engine's configuration.
//! What they cost differs, so that there is something to choose.

pub(super) mod digiflazz;
pub(super) mod iak;
pub(super) mod mmbc;
pub(super) mod okeconnect;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use ppob_types::Clock;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;

/// No secret: it opens nothing but the simulators of this machine.
pub(super) const SECRET: &str = "sandbox";

/// What every account has at the start, in rupiah.
const DEPOSIT: i64 = 100_000_000;

/// A number for the first transaction: a journal that is kept must not meet those of an earlier sandbox again.
fn first_number(clock: &Arc<dyn Clock>) -> u64 {
    u64::try_from(seconds(clock)).unwrap_or(1)
}

fn seconds(clock: &Arc<dyn Clock>) -> i64 {
    clock.now().as_micros() / 1_000_000
}

/// A provider's table: `own`, and what all of them have. `secret` is a file, because configuration names secrets
/// only.
fn table(own: Value) -> Value {
    let mut table = json!({
        "allow_plaintext": true,
        "late_execution_bound_s": 60,
        "limits": {
            "pay_per_second": 1_000,
            "pay_burst": 1_000,
            "pay_in_flight": 1_000,
            "reads_per_second": 1_000,
            "reads_in_flight": 1_000,
        },
    });
    if let (Value::Object(table), Value::Object(own)) = (&mut table, own) {
        table.extend(own);
    }
    table
}

/// How a configuration names the secret.
fn named(secret: &Path) -> Value {
    json!({ "file": secret })
}

/// One of our products, as `[provider.mapping]` writes it.
fn product(code: &str, family: &str, name: &str) -> Value {
    json!({ "product": code, "family": family, "name": name })
}

fn not_started(error: impl Display) -> Failure {
    Failure::new(
        Exit::Refused,
        format!(
            "A simulator could not start: {error}. Nothing was started; it needs a free port of this \
             machine."
        ),
    )
}
