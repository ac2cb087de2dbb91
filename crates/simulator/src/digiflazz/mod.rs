//! Digiflazz's buyer API, simulated from its documentation.
//!
//! # What it answers
//!
//! `POST` with JSON under `/v1`: `cek-saldo`, `price-list`, `transaction` (a purchase, or by `commands`
//! `inq-pasca`, `pay-pasca`, `status-pasca`) and `inquiry-pln`. Every call passes, in this order: user name and
//! signature (42, 41), address (45), types (40), code (43), deposit (44), and only then its reference: the same
//! purchase under the same reference is answered with what was stored, without a debit; another one under it is
//! 49; after 90 days the reference is forgotten, and the same request buys again.
//!
//! With the development key the documented test numbers do what they are documented to do ([`TEST_NUMBERS`]);
//! every other number succeeds. Where it is set up so, the last four digits of a number choose instead
//! ([`MAGIC_NUMBERS`]), whatever the key.
//!
//! # What is invented
//!
//! The documentation leaves these open: what an inquiry fails with (02), the code of `Data belum ada` (50), the
//! amounts of bills it has no sample of, which rule of a product comes first, the HTTP status of refusals (200, a
//! fault makes it 400), and what is repeated by a refusal that keeps no transaction (nothing).
//!
//! # Control endpoint
//!
//! ```text
//! curl $CONTROL/ledger                  # every charge, and pay requests per account
//! curl $CONTROL/accounts                # balances
//! curl $CONTROL/requests                # requests of each kind
//! curl $CONTROL/violations              # references that were used too soon, or wrongly
//! curl $CONTROL/faults                  # what is switched on
//! curl -X DELETE $CONTROL/faults        # switch everything off
//!
//! # the next two purchases are debited, then the connection is reset
//! curl $CONTROL/faults -d '{"fault": {"kind": "drop", "stage": "after_debit", "ending": "reset"},
//!                           "verb": "top-up", "times": 2}'
//! # callbacks come twice, and before the answer
//! curl $CONTROL/faults -d '{"fault": {"kind": "callbacks", "early": true, "twice": true}}'
//!
//! curl $CONTROL/accounts/demo-user/deposit -d '{"amount": 1000000}'
//! curl -X POST $CONTROL/accounts/demo-user/ping   # try the callback address
//! curl -X POST $CONTROL/settle          # end what is pending, and send its callbacks
//! curl $CONTROL/settle -d '{"ref_id": "P0000000000B3N1", "success": true}'   # one of them, and so
//! curl $CONTROL/pass -d '{"seconds": 90}'          # let time pass
//! curl $CONTROL/magic
//! curl $CONTROL/products -d '{"code": "xld10", "price": 10500, "stock": 0}'
//! ```
//!
//! The kinds of faults and their fields are those of [`FaultKind`], in snake case.

mod answers;
mod bills;
mod book;
mod call;
mod callbacks;
mod catalogue;
mod codes;
mod config;
mod control;
mod door;
mod dress;
mod faults;
mod handle;
mod lists;
mod magic;
mod pasca;
mod plan;
mod service;
mod sign;
mod state;
mod test_numbers;
mod topup;
mod transaction;

pub use book::Violation;
pub use call::Verb;
pub use callbacks::SentCallback;
pub use catalogue::{Prepaid, ProductUpdate};
pub use config::{
    AccountConfig, DigiflazzConfig, DigiflazzStartError, FIXED_SECONDS, ListLimit, Seconds,
};
pub use faults::{Fault, FaultKind, PendingEnd, Stage};
pub use handle::{DigiflazzHandle, DigiflazzSimulator};
pub use magic::MAGIC_NUMBERS;
pub use state::DigiflazzControlError;
pub use test_numbers::{TEST_NUMBERS, TestCourse, TestNumber};
