//! The rules of this repository, as tests.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a rule that is broken, or cannot be checked, fails its test"
)]

mod calls;
mod deploy;
mod directions;
mod documents;
mod facts;
mod features;
mod files;
mod guide;
mod links;
mod metrics;
mod providers;
mod sources;
mod workspace;
