//! The engine over the journal in memory and scripted providers, in paused time.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bills;
mod doubt;
mod failover;
mod idempotency;
mod restart;
mod support;
