#![doc = include_str!("../docs.md")]

mod codes;
mod config;
mod inquiry;
mod pay;
mod prices;
mod provider;
mod status;
mod wire;

pub use provider::KIND;
