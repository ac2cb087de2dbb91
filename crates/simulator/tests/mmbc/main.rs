//! The simulated MMBC over real sockets, seen by a raw client.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod answer_faults;
mod connection_faults;
mod control_endpoint;
mod documented_answers;
mod magic_numbers;
mod support;
mod truth_ledger;
