//! One account at an H2H centre, the cheapest for mobile credit. `OkeConnect`'s description fits best: it has a
//! price list, a status check that only looks, and callbacks.

use std::path::Path;
use std::sync::Arc;

use ppob_simulator::h2h::{H2hConfig, H2hHandle, H2hSimulator, Kind, Product, Profile};
use ppob_types::Clock;
use serde_json::{Value, json};

use super::{DEPOSIT, SECRET, first_number, named, not_started, table};
use crate::failure::Failure;

/// What the account is called at the engine.
pub(in crate::sandbox) const NAME: &str = "okeconnect";

/// Its login at the simulator.
const MEMBER: &str = "OK0001";

/// How to log in, as a configuration writes it.
pub(in crate::sandbox) const LOGIN: &str =
    "member = \"OK0001\", price_id = \"sandbox\", pin, password";

/// Starts it, with the time of this machine.
pub(in crate::sandbox) async fn start(clock: &Arc<dyn Clock>) -> Result<H2hHandle, Failure> {
    let mut config = H2hConfig::new(Profile::OkeConnect, MEMBER, SECRET, SECRET, DEPOSIT);
    config.first_number = first_number(clock);
    config.products = sold();
    let time = Arc::clone(clock);
    config.local_time = Arc::new(move || time.now().wib());
    H2hSimulator::start(config).await.map_err(not_started)
}

fn sold() -> Vec<Product> {
    let product = |code: &str, name: &str, kind| Product {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        open: true,
    };
    let bill = Kind::Bill { admin: 2_500, margin: 1_350 };
    vec![
        product("S5", "Telkomsel 5.000", Kind::TopUp { price: 5_500 }),
        product("S10", "Telkomsel 10.000", Kind::TopUp { price: 10_450 }),
        product("T5", "Three 5.000", Kind::TopUp { price: 5_300 }),
        product("DML86", "Mobile Legends 86 Diamond", Kind::TopUp { price: 19_800 }),
        product("PLN20", "Token PLN 20.000", Kind::Token { price: 20_800 }),
        product("PLN50", "Token PLN 50.000", Kind::Token { price: 50_450 }),
        product("PLN100", "Token PLN 100.000", Kind::Token { price: 100_400 }),
        product("BPLA", "PLN Bulanan", bill),
        product("BBPJS", "BPJS Kesehatan", bill),
    ]
}

/// The account as a provider of the engine. The description says which product each code is.
pub(in crate::sandbox) fn table_at(origin: &str, secret: &Path) -> Value {
    table(json!({
        "name": NAME,
        "kind": "h2h",
        "description": "okeconnect",
        "base_url": origin,
        "member": MEMBER,
        "pin": named(secret),
        "password": named(secret),
        "price_id": "sandbox",
        // Nobody can forge a refusal on the way inside one machine.
        "failover_on_refusal": "always",
    }))
}
