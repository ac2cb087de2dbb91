//! H2H centres, simulated: three ways of speaking over one book.
//!
//! # What they answer
//!
//! - [`Profile::OkeConnect`]: `GET /trx?product&dest&refID&memberID&pin&password`, in words; the same call with
//!   `check=1` looks only; `GET /trx/balance`; `GET /harga/json?id=`. A code `Bxxx` pays a bill, `Cxxx` asks
//!   about it. A bill's price in the list is a commission, written as a negative amount.
//! - [`Profile::OtomaX`]: `GET /trx?memberID&product&dest&refID&sign` and `GET /balance?memberID&sign`, signed;
//!   the same call again answers what became of the first.
//! - [`Profile::Rajabiller`]: `POST /transaksi/json.php`, a JSON object with `method`; a payment of a bill needs
//!   `ref2` and `nominal` of its inquiry. Nothing recognises a repeated `ref1`.
//!
//! A repeated reference is answered with what is there, and never debited again, where the profile knows
//! references. The deposit is debited when an order is taken, and gets the money back when it fails.
//!
//! # What is invented
//!
//! Everything about bills at `OkeConnect`; `sudah pernah` and the report of an `OtomaX` centre are the usual words of
//! the trade; the numbers of STATUS at Rajabiller but 00, 68 and 77.
//!
//! # Magic customer numbers
//!
//! The last four digits choose what happens: see [`MAGIC_NUMBERS`]. A fault that is switched on comes first.
//!
//! # Control endpoint
//!
//! ```text
//! curl $CONTROL/ledger                    # every charge, and pay requests
//! curl $CONTROL/faults                    # what is switched on; -X DELETE switches everything off
//! curl $CONTROL/faults -d '{"fault": {"kind": "drop", "stage": "after_debit"}, "call": "pay", "times": 1}'
//! curl $CONTROL/deposit -d '{"amount": 1000000}'
//! curl $CONTROL/settle -d '{"reference": "P0000000000B3N1", "end": "success"}'   # sends a callback, too
//! curl $CONTROL/magic
//! ```

mod book;
mod catalogue;
mod config;
mod control;
mod faults;
mod fields;
mod handle;
mod magic;
mod order;
mod service;
mod sign;
mod speech;
mod state;
mod words;

pub use catalogue::{Kind, Product};
pub use config::{H2hConfig, Profile, StartError};
pub use faults::{Call, Echo, Fault, FaultKind, PendingEnd, Reason};
pub use handle::{H2hHandle, H2hSimulator};
pub use magic::{MAGIC_NUMBERS, MagicNumber};
pub use state::ControlError;
