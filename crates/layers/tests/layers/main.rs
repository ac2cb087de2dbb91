//! The layers around a provider, in virtual time.
#![expect(clippy::unwrap_used, reason = "tests")]

mod pay;
mod reads;
mod reserve;
mod support;
mod watching;
