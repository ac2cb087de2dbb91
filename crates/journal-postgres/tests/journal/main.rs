//! The journal in a real database.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod canary;
mod growth;
mod moving;
mod opening;
mod rules;
mod sealed;
mod server;
mod set_back;
mod suite;
mod support;
mod tampering;
mod tls;
mod values;
