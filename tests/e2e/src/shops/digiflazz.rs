//! An account at Digiflazz in test mode, with a webhook.

use ppob_simulator::CallbackAddress;
use ppob_simulator::digiflazz::{
    AccountConfig, DigiflazzConfig, DigiflazzHandle, DigiflazzSimulator,
};

use super::{callback_url, serve, tls_in_front_of};
use crate::world::{DEPOSIT, NO_LIMITS};
use crate::{Engine, Relay, Result, World};

const USERNAME: &str = "demo-user";
const KEY: &str = "dev-key-for-tests";
const SECRET: &str = "webhook-secret-for-tests";

/// An engine's world at Digiflazz.
#[derive(Debug)]
pub struct DigiflazzShop {
    /// The journal and the configuration.
    pub world: World,
    /// The provider. What is pending there ends when a test lets it.
    pub provider: DigiflazzHandle,
    /// The way of its callbacks.
    pub callbacks: Relay,
    /// The engine's way to it.
    pub way: Relay,
}

impl DigiflazzShop {
    /// Login of the account.
    pub const USERNAME: &'static str = USERNAME;
    /// What its callbacks are signed with.
    pub const SECRET: &'static str = SECRET;

    /// With one account, named `digiflazz` at the engine.
    ///
    /// # Errors
    /// If no directory can be made or no port is free.
    pub async fn new() -> Result<Self> {
        let callbacks = Relay::plain().await?;
        let webhook = CallbackAddress::parse(&callback_url(&callbacks, "digiflazz"))?;
        let account = AccountConfig::new(USERNAME, KEY, "production-key-for-tests", DEPOSIT)
            .webhook(webhook, SECRET);
        let mut config = DigiflazzConfig::new(vec![account]);
        config.ends_at_check = None;
        let provider = DigiflazzSimulator::start(config).await?;
        let mut world = World::new().await?;
        let way = tls_in_front_of(provider.address(), &mut world).await?;
        let mut world = world.with_only(&table(way.address().port()));
        world.environment.push(("E2E_DIGIFLAZZ_KEY", KEY.to_owned()));
        world.environment.push(("E2E_DIGIFLAZZ_SECRET", SECRET.to_owned()));
        Ok(Self { world, provider, callbacks, way })
    }

    /// Starts the engine, and waits until it knows prices.
    ///
    /// # Errors
    /// If it does not get ready.
    pub async fn serve(&self) -> Result<Engine> {
        serve(&self.world, &self.callbacks, &["XL-10000", "PLN-POSTPAID"]).await
    }
}

fn table(port: u16) -> String {
    format!(
        "\n[[provider]]\nname = \"digiflazz\"\nkind = \"digiflazz\"\n\
         base_url = \"https://127.0.0.1:{port}/v1\"\nusername = \"{USERNAME}\"\ntesting = true\n\
         api_key = {{ env = \"E2E_DIGIFLAZZ_KEY\" }}\n\
         webhook_secret = {{ env = \"E2E_DIGIFLAZZ_SECRET\" }}\n{NO_LIMITS}"
    )
}
