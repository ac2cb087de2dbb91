//! The server over loopback, with the engine over the journal in memory and a scripted provider.
#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod callbacks;
mod callbacks_bounds;
mod callbacks_reach;
mod catalogue;
mod consumers;
mod events;
mod life;
mod limits;
mod listing;
mod numbers;
mod operators;
mod payments;
mod privacy;
mod reasons;
mod records;
mod reload;
mod reviews;
mod statements;
mod support;
mod tls;
mod verdicts;
mod watching;
mod watching_catalog;
mod wire;
