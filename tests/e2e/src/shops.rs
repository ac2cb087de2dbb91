//! Engines at the simulated providers of the other kinds: a world for each, with everything its provider needs.
//!
//! Digiflazz and IAK are reached by TLS, as they really are: only then a refusal of theirs is authentic.

mod digiflazz;
mod h2h;
mod iak;

use std::net::SocketAddr;

pub use digiflazz::DigiflazzShop;
pub use h2h::{H2hShop, Profile};
pub use iak::IakShop;

use crate::{Engine, Problem, Relay, Result, World};

/// TLS in front of a provider that speaks without it, and the world's trust in it.
async fn tls_in_front_of(provider: SocketAddr, world: &mut World) -> Result<Relay> {
    let relay = Relay::ending_tls(provider).await?;
    let file = world.directory().join("provider.pem");
    std::fs::write(&file, relay.certificate())?;
    world.environment.push(("SSL_CERT_FILE", file.display().to_string()));
    Ok(relay)
}

/// Starts the engine, lets callbacks come to it, and waits for the price of each of `products`.
async fn serve(world: &World, callbacks: &Relay, products: &[&str]) -> Result<Engine> {
    let engine = world.serve_without_prices().await?;
    let listener = engine.addresses.callbacks.clone();
    callbacks.lead(&listener.ok_or_else(|| Problem::new("nobody listens for callbacks"))?)?;
    for product in products {
        engine.wait_for_price_of(product).await?;
    }
    Ok(engine)
}

/// Where a provider of this name is to send callbacks.
fn callback_url(callbacks: &Relay, provider: &str) -> String {
    format!("http://{}/callbacks/{provider}", callbacks.address())
}
