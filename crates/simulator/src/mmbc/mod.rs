//! MMBC's PPOB JSON API (version 1.0 of 24 July 2018), simulated.
//!
//! # What it answers
//!
//! `POST` with form parameters under `/json/ppob`: `daftarharga`, `cektagihan`, `bayartagihan`,
//! `cekstatus`; and `/json/ceksaldo`, which the document lacks. Answers come with HTTP status 200
//! and `Content-Type: text/html; charset=UTF-8`; success or refusal is in `result`.
//!
//! Bills follow from product, customer number and month, so the same number always owes the same.
//! Paying a bill settles it for every account until the next month. A token can be bought again
//! and again, each time with an invoice, a debit and 20 digits of its own.
//!
//! # What is invented
//!
//! The document leaves these open; they are written here as plausibly as possible: every refusal
//! text except the three in the document, `bulantagihan` of several months (`202512,202601`),
//! `detailtagihan`, the formats of plates, dues and instalments, the success of `ceksaldo`, the
//! field tables of BPJS Kesehatan and PLN non-taglis (taken from what clients read), the cost of
//! products without an admin fee (`Tagihan + 0`), and empty `reff` and `stroomtoken` while a
//! payment is pending. A pending payment that ends in `No Data!` keeps its debit until it is
//! refunded by hand.
//!
//! # Magic customer numbers
//!
//! The last four digits of a customer number choose what happens: see [`MAGIC_NUMBERS`]. A fault
//! that is switched on comes before a magic number of the same slot.
//!
//! # Control endpoint
//!
//! JSON over HTTP on a port of its own; a body that is not understood is answered with 400 and
//! `{"error": "…"}`.
//!
//! ```text
//! curl $CONTROL/ledger                  # every charge, and pay requests per login
//! curl "$CONTROL/ledger?after=120"      # only charges after the 120th
//! curl "$CONTROL/statement?account=dummy"  # its statement as CSV; &delayed=2 leaves out the latest two
//!                                       # debits, &foreign_row=1 adds one that is nobody's
//! curl $CONTROL/accounts                # balances
//! curl $CONTROL/requests                # requests per verb and login
//! curl $CONTROL/magic                   # magic customer numbers
//! curl $CONTROL/faults                  # what is switched on
//! curl -X DELETE $CONTROL/faults        # switch everything off
//!
//! # the next two payments of one login are debited, then the connection is reset
//! curl $CONTROL/faults -d '{"fault": {"kind": "drop", "stage": "after_debit", "ending": "reset"},
//!                           "verb": "bayartagihan", "account": "dummy", "times": 2}'
//! # every answer gets a PHP notice in front
//! curl $CONTROL/faults -d '{"fault": {"kind": "php_notice"}}'
//!
//! curl $CONTROL/accounts/dummy/deposit -d '{"amount": 1000000}'
//! curl -X POST $CONTROL/charges/7/refund
//! curl $CONTROL/prices -d '{"account": "dummy", "product": "PLN", "fee": 900, "status": "Close"}'
//! ```
//!
//! The kinds of faults and their fields are those of [`FaultKind`], in snake case.

mod accounts;
mod board;
mod book;
mod call;
mod catalogue;
mod config;
mod control;
mod counts;
mod dress;
mod families;
mod faults;
mod handle;
mod hash;
mod invoice;
mod magic;
mod month;
mod plan;
mod quote;
mod service;
mod slots;
mod state;
mod statement;
mod texts;
mod values;
mod verb;
mod verbs;
mod wire;

pub use accounts::{AccountConfig, AccountView, DEFAULT_FEE, PriceUpdate, ProductStatus};
pub use config::{FIXED_LOCAL_TIME, LocalTime, MmbcConfig, StartError};
pub use counts::RequestCounts;
pub use faults::{Fault, FaultError, FaultKind, PendingEnd, Stage};
pub use handle::{MmbcHandle, MmbcSimulator};
pub use magic::{MAGIC_NUMBERS, MagicNumber};
pub use state::ControlError;
pub use statement::StatementSwitches;
pub use verb::Verb;
