//! What tests may count on when they use this crate.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod cluster;
mod database;
mod wrapper;
