//! IAK's prepaid interface (version 2) and its postpaid interface, simulated.
//!
//! # What it answers
//!
//! `POST` with JSON at the paths of both hosts, which do not meet: `/api/check-balance`, `/api/pricelist`,
//! `/api/top-up`, `/api/check-status`, `/api/inquiry-pln`; and `/api/v1/bill/check` for `pricelist-pasca`,
//! `inq-pasca`, `pay-pasca` and `checkstatus`. Every signature is checked.
//!
//! A top-up is always "process" at first. It is debited at once and ends at a status check, by a callback, or
//! by hand ([`IakHandle::settle`]), or by itself if it is set up so; a repeated reference is a status check. Of
//! bills, the last digit of the number chooses what happens ([`sandbox_numbers`]), or of both the last four
//! ([`MAGIC_NUMBERS`]); what was paid is owed no more.
//!
//! # What is invented
//!
//! The document leaves these open: how refusals look (code and message, of top-ups the reference and status
//! 2), the codes behind the test numbers (time-out 103, paid 01, wrong number 14, failed 37, pending 39,
//! error of the biller 105 and failed at the status check), what a second payment of one inquiry gets
//! ([`PayTwice`]), how long an inquiry lives (04 after it), that a failed payment was debited and given back,
//! that an inquiry of eight PLN bills states the money of the four that are paid, and an unknown path (404
//! with 117).
//!
//! # Control endpoint
//!
//! JSON over HTTP on a port of its own; a body that is not understood is answered with 400 and
//! `{"error": "…"}`.
//!
//! ```text
//! curl $CONTROL/ledger                  # every charge, and pay requests per login
//! curl $CONTROL/accounts                # balances
//! curl $CONTROL/faults                  # what is switched on
//! curl -X DELETE $CONTROL/faults        # switch everything off
//! curl $CONTROL/magic
//! curl $CONTROL/faults -d '{"fault": {"kind": "drop", "stage": "after_work"}, "verb": "pay-pasca", "times": 1}'
//! curl $CONTROL/settle -d '{"username": "081200000000", "ref_id": "P000000000001N1", "success": true}'
//! curl $CONTROL/products -d '{"code": "PGAS", "closed": true}'
//! curl $CONTROL/accounts/081200000000/deposit -d '{"amount": 1000000}'
//! ```
//!
//! The kinds of faults and their fields are those of [`FaultKind`], in snake case.

mod bills;
mod book;
mod call;
mod catalogue;
mod codes;
mod config;
mod control;
mod faults;
mod handle;
mod magic;
mod moment;
mod quote;
mod sandbox;
mod service;
mod state;
mod top_ups;

pub use call::Verb;
pub use config::{
    AccountConfig, FIXED_LOCAL_TIME, IakConfig, LocalTime, PayTwice, Restriction, StartError,
};
pub use faults::{Fault, FaultError, FaultKind, PendingEnd, Stage};
pub use handle::{IakHandle, IakSimulator};
pub use magic::MAGIC_NUMBERS;
pub use sandbox::{Promise, SandboxNumber, sandbox_numbers};
pub use state::ControlError;
