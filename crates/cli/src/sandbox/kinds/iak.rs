//! One account at IAK, the cheapest for e-money. It takes every top-up first, and tells its end by callback.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ppob_simulator::iak::{AccountConfig, IakConfig, IakHandle, IakSimulator, Restriction};
use ppob_types::Clock;
use serde_json::{Value, json};

use super::{DEPOSIT, SECRET, first_number, named, not_started, product, table};
use crate::failure::Failure;

/// What the account is called at the engine.
pub(in crate::sandbox) const NAME: &str = "iak";

/// Its login at the simulator.
const USERNAME: &str = "081200000000";

/// How to log in, as a configuration writes it.
pub(in crate::sandbox) const LOGIN: &str = "username = \"081200000000\", api_key";

/// How long a top-up takes.
const ENDS_AFTER: Duration = Duration::from_secs(1);

/// What other prices than those of IAK's document are, in rupiah.
const PRICES: [(&str, i64); 4] =
    [("hpln20000", 20_850), ("hpln50000", 50_600), ("xld25000", 24_850), ("gopay25000", 25_300)];

/// Starts it, with the time of this machine.
pub(in crate::sandbox) async fn start(clock: &Arc<dyn Clock>) -> Result<IakHandle, Failure> {
    let mut config = IakConfig::new(vec![AccountConfig::new(USERNAME, SECRET, DEPOSIT)]);
    config.first_tr_id = first_number(clock);
    config.prices = PRICES.map(|(code, price)| (code.to_owned(), price)).into_iter().collect();
    // Whoever plays buys the same thing again and again.
    config.restriction = Restriction::None;
    config.ends_after = Some(ENDS_AFTER);
    config.magic_numbers = true;
    let time = Arc::clone(clock);
    let config = config.local_time(move || time.now().wib());
    IakSimulator::start(config).await.map_err(not_started)
}

/// The account as a provider of the engine. IAK's codes of credit, tokens and most bills are known by themselves.
pub(in crate::sandbox) fn table_at(base_url: &str, secret: &Path) -> Value {
    let known_by_us = BTreeMap::from([
        ("gopay25000", product("EMONEY-GOPAY-25000", "emoney", "GoPay 25.000")),
        ("game103", product("GAME-MOBILE-LEGENDS-86", "games", "Mobile Legends 86 Diamond")),
    ]);
    table(json!({
        "name": NAME,
        "kind": "iak",
        "prepaid_url": base_url,
        "postpaid_url": base_url,
        "username": USERNAME,
        "api_key": named(secret),
        "price_list_every_s": 10,
        "mapping": known_by_us,
    }))
}
