//! HTTP servers that speak a provider's protocol, with faults and a truth ledger.
//!
//! A simulator listens on real sockets, so that whatever talks to it needs no switch for tests. It
//! is written from the provider's documentation alone and shares no code with the crates that talk
//! to providers: a mistake in reading the documentation must not appear on both sides.
//!
//! Three things make it worth more than a stub. It misbehaves on demand, down to half an answer or
//! a reset connection. It keeps a [`Ledger`] of what was really debited, which the engine under
//! test never sees. And it outlives the engine, so a crash can be audited.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use ppob_simulator::mmbc::{AccountConfig, MmbcConfig, MmbcSimulator};
//!
//! let accounts = vec![AccountConfig::new("dummy", "dummy123", 1_000_000)];
//! let simulator = MmbcSimulator::start(MmbcConfig::new(accounts)).await?;
//! assert!(simulator.base_url().ends_with("/json/ppob"));
//! assert_eq!(simulator.ledger().charges.len(), 0);
//! simulator.shutdown().await;
//! # Ok::<(), ppob_simulator::mmbc::StartError>(())
//! # }).unwrap();
//! ```

/// The template of a simulator, which `make provider` copies. No release carries it.
#[cfg(feature = "template")]
pub mod bebek;
pub mod digiflazz;
pub mod h2h;
mod http;
pub mod iak;
mod ledger;
pub mod mmbc;

pub use http::{CallbackAddress, CallbackAddressError, CallbackSendError, Ending, Framing};
pub use ledger::{Charge, Ledger};
