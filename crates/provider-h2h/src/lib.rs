#![doc = include_str!("../docs.md")]

mod amount;
mod asking;
mod call;
mod callback;
mod centre;
mod config;
mod description;
mod explain;
mod inquiry;
mod json;
mod mapping;
mod pay;
mod prices;
#[cfg(feature = "testkit")]
pub mod properties;
mod provider;
mod purchase;
mod quota;
mod reading;
mod receipt;
mod reply;
mod rules;
mod sample;
mod shipped;
mod sign;
mod status;
mod template;

pub use centre::{Centre, DescriptionError};
pub use explain::{Explanation, RuleTrial};
pub use provider::KIND;
pub use rules::Call;
pub use shipped::{SHIPPED, Shipped};
