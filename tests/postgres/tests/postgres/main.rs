//! What tests may count on when they use this crate.

mod cluster;
mod database;
mod wrapper;
