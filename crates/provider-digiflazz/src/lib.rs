#![doc = include_str!("../docs.md")]

mod amount;
mod balance;
mod callback;
mod codes;
mod config;
mod echo;
mod families;
mod inquiry;
mod mapping;
mod pay;
mod prices;
#[cfg(feature = "testkit")]
pub mod properties;
mod provider;
mod receipt;
mod request;
mod sign;
mod status;
mod wire;

pub use provider::KIND;
