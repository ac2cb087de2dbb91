#![doc = include_str!("../docs.md")]

mod amount;
mod codes;
mod config;
mod echo;
mod families;
mod inquiry;
mod mapping;
mod pay;
mod prices;
mod provider;
mod receipt;
mod status;
mod wire;

pub use provider::KIND;
