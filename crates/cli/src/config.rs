//! The configuration: defaults, then a file, then `PPOB_*` variables.
//!
//! Spans are whole numbers with the unit in the key (`pay_within_s`), amounts are rupiah. Secrets
//! stand nowhere in it: a key that needs one names where it is.

mod consumer;
mod database;
mod environment;
mod error;
mod journal_keys;
mod keys;
mod leaves;
mod listen;
mod load;
mod provider;
mod schema;
mod shown;

pub(crate) use consumer::{ConsumerTable, warnings};
pub(crate) use database::{database, sends_directory};
pub(crate) use error::ConfigError;
pub(crate) use journal_keys::key_source;
pub(crate) use keys::of_every_provider;
pub(crate) use leaves::{is_reference, leaves};
pub(crate) use listen::{Listen, TlsTable, loopback};
pub(crate) use load::{Loaded, file_to_read, load, variables};
pub(crate) use provider::{ProviderTable, unknown_key};
pub(crate) use schema::{Config, LogFormat};
pub(crate) use shown::shown;
