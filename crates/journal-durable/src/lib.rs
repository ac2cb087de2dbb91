//! What every durable journal shares: what is sealed where, the send journal, the chain of hashes.
//!
//! Nothing here knows a database. A backend reads rows into the structs of [`decode`], writes what [`sealed`]
//! made, appends a [`chain::Link`] to each commit and keeps [`sends`] beside it; how, is its own.

pub mod answers;
pub mod chain;
pub mod columns;
pub mod decode;
pub mod files;
pub mod keys;
pub mod lanes;
pub mod moving;
#[cfg(feature = "testkit")]
pub mod properties;
pub mod sealed;
pub mod sends;
pub mod serials;
pub mod unreadable;
