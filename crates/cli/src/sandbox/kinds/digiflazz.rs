//! One account at Digiflazz, the cheapest for larger tokens, games and some credit.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ppob_simulator::digiflazz::{
    AccountConfig, DigiflazzConfig, DigiflazzHandle, DigiflazzSimulator, ListLimit, Prepaid,
};
use ppob_types::Clock;
use serde_json::{Value, json};

use super::{DEPOSIT, SECRET, named, not_started, product, seconds, table};
use crate::failure::Failure;

/// What the account is called at the engine.
pub(in crate::sandbox) const NAME: &str = "digiflazz";

/// Its login at the simulator.
pub(in crate::sandbox) const USERNAME: &str = "sandbox-digiflazz";

/// How to log in, as a configuration writes it.
pub(in crate::sandbox) const LOGIN: &str =
    "username = \"sandbox-digiflazz\", api_key, webhook_secret";

/// How long something pending takes.
const ENDS_AFTER: Duration = Duration::from_secs(1);

/// Starts it, with the time of this machine.
pub(in crate::sandbox) async fn start(clock: &Arc<dyn Clock>) -> Result<DigiflazzHandle, Failure> {
    let mut account = AccountConfig::new(USERNAME, "only-plays", SECRET, DEPOSIT);
    account.webhook_secret = Some(SECRET.to_owned());
    let mut config = DigiflazzConfig::new(vec![account]);
    let time = Arc::clone(clock);
    config.seconds = Arc::new(move || seconds(&time));
    config.ends_after = Some(ENDS_AFTER);
    // Another engine may ask for the list of the same account.
    config.list_limit = ListLimit::Off;
    config.prepaid = sold();
    config.magic_numbers = true;
    DigiflazzSimulator::start(config).await.map_err(not_started)
}

/// What is sold besides bills. Without cut-off hours, so that the sandbox does the same at any hour.
fn sold() -> Vec<Prepaid> {
    let token = |code, name, price| Prepaid::new(code, name, "PLN", "PLN", price).token();
    let credit = |code, name, brand, price| Prepaid::new(code, name, "Pulsa", brand, price);
    vec![
        token("pln20", "PLN 20.000", 20_750),
        token("pln50", "PLN 50.000", 50_350),
        token("pln100", "PLN 100.000", 100_300),
        credit("tsel5", "Telkomsel 5.000", "TELKOMSEL", 5_650),
        credit("tsel10", "Telkomsel 10.000", "TELKOMSEL", 10_600),
        credit("xld25", "Xl 25.000", "XL", 24_700),
        Prepaid::new("gopay25", "Go Pay 25.000", "E-Money", "GO PAY", 25_400),
        Prepaid::new("ml86", "MOBILELEGEND - 86 Diamond", "Games", "MOBILE LEGENDS", 19_500),
    ]
}

/// The account as a provider of the engine.
pub(in crate::sandbox) fn table_at(base_url: &str, secret: &Path) -> Value {
    table(json!({
        "name": NAME,
        "kind": "digiflazz",
        "base_url": base_url,
        "username": USERNAME,
        "api_key": named(secret),
        "webhook_secret": named(secret),
        "mapping": {
            "pln20": product("PLN-PREPAID-20000", "pln-prepaid", "Token PLN 20.000"),
            "pln50": product("PLN-PREPAID-50000", "pln-prepaid", "Token PLN 50.000"),
            "pln100": product("PLN-PREPAID-100000", "pln-prepaid", "Token PLN 100.000"),
            "tsel5": product("TSEL-5000", "mobile-top-up", "Telkomsel 5.000"),
            "tsel10": product("TSEL-10000", "mobile-top-up", "Telkomsel 10.000"),
            "xld25": product("XL-25000", "mobile-top-up", "XL 25.000"),
            "gopay25": product("EMONEY-GOPAY-25000", "emoney", "GoPay 25.000"),
            "ml86": product("GAME-MOBILE-LEGENDS-86", "games", "Mobile Legends 86 Diamond"),
            "pln": product("PLN-POSTPAID", "pln-postpaid", "PLN Tagihan Bulanan"),
            "plnnontaglist": product("PLN-NON-TAGLIS", "pln-non-taglis", "PLN Non Taglis"),
            "internet": product("TELKOM-INDIHOME", "telkom", "IndiHome"),
            "bpjs": product("BPJS-KESEHATAN", "bpjs", "BPJS Kesehatan"),
            "pgas": product("GAS-PGN", "gas", "Perusahaan Gas Negara"),
        },
    }))
}
