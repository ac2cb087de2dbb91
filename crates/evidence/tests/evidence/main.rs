//! Statements and closes, by their public face.
#![expect(clippy::unwrap_used, reason = "tests")]

mod close;
mod compare;
mod facts;
mod properties;
mod read;
