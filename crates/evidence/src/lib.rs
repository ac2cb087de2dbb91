//! What may be concluded about attempts from balances and statements.
//!
//! Nothing here waits, reads a clock, a store or a network: facts come in as values, and what they show, and
//! what they do not show, goes out as values. Every conclusion says how sound it is.

pub mod chain;
pub mod close;
mod facts;
pub mod statement;

pub use facts::{AttemptFacts, DepositFacts, Standing};
