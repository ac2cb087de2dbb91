//! What is written sealed.
//!
//! A [`MasterKey`] comes from outside and does one thing: it wraps the keys that do the work. These are
//! drawn here, numbered, and kept wrapped beside what they seal: data keys, of which the latest seals
//! and all open, and one index key, which turns a text into a [`BlindIndex`]: equal texts are found
//! again, and nobody without the key can try texts out.
//!
//! Everything is sealed *for its [`Place`]*: what was copied from one row or column to another does not
//! open there.

mod blind;
mod error;
mod key_file;
mod master;
mod place;
mod sealer;
#[cfg(test)]
mod tests;
mod wrapped;

pub use blind::BlindIndex;
pub use error::{KeyError, SealError, UnlockError, UnsealError};
pub use key_file::{create_key_file, read_key_file};
pub use master::{KeyId, MasterKey, MasterKeys};
pub use place::Place;
pub use sealer::{OVERHEAD, Sealer, sealed_with};
pub use wrapped::WrappedKey;
