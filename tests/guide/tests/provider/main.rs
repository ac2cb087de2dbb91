//! What `make provider` writes, and when it writes nothing.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod refused;
mod tree;
mod written;
