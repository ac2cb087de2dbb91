//! Accounts at IAK's sandbox, with callbacks.

use std::fmt::Write as _;

use ppob_simulator::CallbackAddress;
use ppob_simulator::iak::{AccountConfig, IakConfig, IakHandle, IakSimulator};

use super::{callback_url, serve, tls_in_front_of};
use crate::world::{DEPOSIT, NO_LIMITS};
use crate::{Engine, Relay, Result, World};

const KEY: &str = "sandbox-key-for-tests";

/// Codes of top-ups, all of which one account sells.
const TOP_UPS: [&str; 11] = [
    "htelkomsel5000",
    "htelkomsel10000",
    "xld25000",
    "hpln20000",
    "hpln50000",
    "gopay25000",
    "game103",
    "hsteam12000",
    "alfamart100",
    "altel10",
    "altel100",
];

/// Codes of bills.
const BILLS: [&str; 20] = [
    "PLNPOSTPAID",
    "PLNNONH",
    "BPJS",
    "BPJSTK",
    "BPJSTKPU",
    "TELKOMPSTN",
    "CBN",
    "TVBIG",
    "TVTLKMV",
    "PGAS",
    "PDAMKOTA.SURABAYA",
    "PDAMKOTA.MEDAN",
    "PDAMKOTA.YOGYAKARTA",
    "AETRA",
    "HPTHREE",
    "FNMEGA",
    "ESAMSAT.JABAR",
    "PBBKOT.CIMAHI",
    "SHOPEEPAY",
    "PDAMKAB.BEKASI",
];

/// What the codes mean that are not well known.
const MEANINGS: [(&str, &str); 4] = [
    ("CBN", "product = \"INTERNET-CBN\", family = \"other\", name = \"CBN\""),
    ("FNMEGA", "product = \"FINANCE-MEGA\", family = \"multifinance\", name = \"Mega Finance\""),
    ("game103", "product = \"GAME-ML-86\", family = \"games\", name = \"Mobile Legend 86\""),
    (
        "gopay25000",
        "product = \"EMONEY-GOPAY-25000\", family = \"emoney\", name = \"GoPay 25.000\"",
    ),
];

/// An engine's world at IAK: an account for all top-ups, named `iak`, and one for each bill. So a product whose
/// payments are lost by its test numbers rests no other product.
#[derive(Debug)]
pub struct IakShop {
    /// The journal and the configuration.
    pub world: World,
    /// The provider. What is worked on there ends when a test presses its button.
    pub provider: IakHandle,
    /// The way of its callbacks.
    pub callbacks: Relay,
    /// The engine's way to it.
    pub way: Relay,
}

impl IakShop {
    /// With all accounts.
    ///
    /// # Errors
    /// If no directory can be made or no port is free.
    pub async fn new() -> Result<Self> {
        let callbacks = Relay::plain().await?;
        let login = |place| AccountConfig::new(&login(place), KEY, DEPOSIT);
        let accounts = (0..=BILLS.len()).map(login).collect();
        let provider = IakSimulator::start(IakConfig {
            callbacks: Some(CallbackAddress::parse(&callback_url(&callbacks, "iak"))?),
            succeeds_at_check: 0,
            ..IakConfig::new(accounts)
        })
        .await?;
        let mut world = World::new().await?;
        let way = tls_in_front_of(provider.address(), &mut world).await?;
        let port = way.address().port();
        let mut tables = table(0, "iak", port, &TOP_UPS);
        for (place, code) in (1..).zip(&BILLS) {
            tables.push_str(&table(place, &format!("iak-{place}"), port, &[code]));
        }
        let mut world = world.with_only(&tables);
        world.environment.push(("E2E_IAK_KEY", KEY.to_owned()));
        Ok(Self { world, provider, callbacks, way })
    }

    /// Starts the engine, and waits until it knows all prices of `products`.
    ///
    /// # Errors
    /// If it does not get ready.
    pub async fn serve(&self, products: &[&str]) -> Result<Engine> {
        serve(&self.world, &self.callbacks, products).await
    }

    /// What IAK has of our money, in all accounts.
    pub fn deposit(&self) -> i64 {
        (0..=BILLS.len()).filter_map(|place| self.provider.balance(&login(place))).sum()
    }

    /// Login of the account that sells a code of IAK's.
    pub fn login_of(code: &str) -> String {
        login(BILLS.iter().position(|bill| *bill == code).map_or(0, |place| place + 1))
    }
}

fn login(place: usize) -> String {
    format!("0812000000{place:02}")
}

/// The table of an account that sells these codes only.
fn table(place: usize, name: &str, port: u16, sells: &[&str]) -> String {
    let login = login(place);
    let mut table = format!(
        "\n[[provider]]\nname = \"{name}\"\nkind = \"iak\"\n\
         prepaid_url = \"https://127.0.0.1:{port}\"\npostpaid_url = \"https://127.0.0.1:{port}\"\n\
         username = \"{login}\"\napi_key = {{ env = \"E2E_IAK_KEY\" }}\n{NO_LIMITS}[provider.mapping]\n"
    );
    for code in TOP_UPS.iter().chain(&BILLS) {
        let meaning = MEANINGS.iter().find(|(known, _)| known == code).map(|(_, meaning)| *meaning);
        let meaning = if sells.contains(code) { meaning } else { Some("ignore = true") };
        if let Some(meaning) = meaning {
            let _infallible = writeln!(table, "\"{code}\" = {{ {meaning} }}");
        }
    }
    table
}
