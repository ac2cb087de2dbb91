//! Generated gRPC code of package ppob.v1, and a small client.
//!
//! The files below `generated/` come from `proto/` by `cargo run -p ppob-tidy --bin gen`; a test
//! keeps them fresh.

mod client;
mod endpoint;
pub mod error;

pub use client::{ApiKey, ApiKeyError, PayError, PpobClient, is_final};
pub use endpoint::{ClientTls, EndpointError, endpoint};

/// The messages, services and clients of package `ppob.v1`.
///
/// `Debug` of a message shows `***` for fields that hold secrets or personal data.
pub mod v1 {
    include!("generated/ppob.v1.rs");
    include!("generated/debug.rs");
}

/// The encoded descriptors of the package and its imports, comments included; for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/ppob_v1.bin");
