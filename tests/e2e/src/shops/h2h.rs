//! An account at an H2H centre.

use ppob_simulator::CallbackAddress;
pub use ppob_simulator::h2h::Profile;
use ppob_simulator::h2h::{H2hConfig, H2hHandle, H2hSimulator};

use super::{callback_url, serve};
use crate::world::{DEPOSIT, NO_LIMITS};
use crate::{Engine, Relay, Result, World};

const MEMBER: &str = "OK001";
const SECRET: &str = "centre-secret-for-tests";

/// An engine's world at a centre.
#[derive(Debug)]
pub struct H2hShop {
    /// The journal and the configuration.
    pub world: World,
    /// The centre.
    pub provider: H2hHandle,
    /// The way of its callbacks.
    pub callbacks: Relay,
    /// The engine's way to it.
    pub way: Relay,
    profile: Profile,
}

impl H2hShop {
    /// At a centre that speaks so, named `centre` at the engine.
    ///
    /// # Errors
    /// If no directory can be made or no port is free.
    pub async fn new(profile: Profile) -> Result<Self> {
        let callbacks = Relay::plain().await?;
        let provider = H2hSimulator::start(H2hConfig {
            callbacks: Some(CallbackAddress::parse(&callback_url(&callbacks, "centre"))?),
            ..H2hConfig::new(profile, MEMBER, SECRET, SECRET, DEPOSIT)
        })
        .await?;
        let way = Relay::plain().await?;
        way.lead(provider.origin().trim_start_matches("http://"))?;
        let origin = format!("http://{}", way.address());
        let mut world = World::new().await?.with_only(&table(profile, &origin));
        world.environment.push(("E2E_H2H_SECRET", SECRET.to_owned()));
        Ok(Self { world, provider, callbacks, way, profile })
    }

    /// Starts the engine, and waits until it knows all prices of `products`.
    ///
    /// # Errors
    /// If it does not get ready.
    pub async fn serve(&self, products: &[&str]) -> Result<Engine> {
        if self.profile == Profile::Rajabiller {
            // It sends no callbacks, so nobody listens.
            let engine = self.world.serve_without_prices().await?;
            for product in products {
                engine.wait_for_price_of(product).await?;
            }
            return Ok(engine);
        }
        serve(&self.world, &self.callbacks, products).await
    }
}

fn table(profile: Profile, origin: &str) -> String {
    let secret = "{ env = \"E2E_H2H_SECRET\" }";
    let own = match profile {
        Profile::OkeConnect => format!(
            "description = \"okeconnect\"\nbase_url = \"{origin}\"\nprice_list_base_url = \"{origin}\"\n\
             member = \"{MEMBER}\"\npassword = {secret}\nprice_id = \"905c\"\n"
        ),
        Profile::OtomaX => format!(
            "description = \"otomax\"\nbase_url = \"{origin}\"\nmember = \"{MEMBER}\"\n\
             password = {secret}\nprices = {{ S5 = 5500, PLN20 = 20150, BYRPLN = 1350 }}\n"
        ),
        Profile::Rajabiller => format!(
            "description = \"rajabiller\"\nbase_url = \"{origin}/transaksi\"\nuid = \"{MEMBER}\"\n\
             prices = {{ S5H = 5500, PLNPASCH = 1350, WASDA = 1350 }}\n"
        ),
    };
    format!(
        "\n[[provider]]\nname = \"centre\"\nkind = \"h2h\"\nallow_plaintext = true\n\
         pin = {secret}\n{own}{NO_LIMITS}"
    )
}
