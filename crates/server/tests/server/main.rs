//! The server over loopback, with the engine over the journal in memory and a scripted provider.
#![expect(clippy::unwrap_used, reason = "tests")]

mod catalogue;
mod events;
mod life;
mod limits;
mod listing;
mod numbers;
mod operators;
mod payments;
mod reasons;
mod reload;
mod support;
mod watching;
mod watching_catalog;
mod wire;
