//! Digiflazz as a provider: against its documentation word by word, and against the simulated Digiflazz.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod callbacks;
mod codes;
mod document;
mod families;
mod lookups;
mod lost;
mod prices;
mod requests;
mod support;
mod test_numbers;
