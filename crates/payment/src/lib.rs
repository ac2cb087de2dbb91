//! The payment as a pure state machine.
//!
//! [`step`] is a total function of the payment, an [`Event`] and the time: it does no I/O, reads no
//! clock and draws no number. [`next`] says what is to be done about a payment now. Everything a
//! caller is told about a payment is derived from the value these two leave behind, once the journal
//! has made it durable.
#![warn(clippy::wildcard_enum_match_arm)]

mod ask;
mod attempt;
mod event;
mod invariants;
mod mutation;
mod next;
mod remember;
mod request;
mod retention;
mod schedule;
mod state;
mod step;

pub use attempt::{Attempt, AttemptState, Evidence, EvidenceKind, Hint, LateCharge};
pub use event::{Event, NewAttempt, Resolution};
pub use invariants::{Invariant, broken};
pub use mutation::{Mutant, mutated};
#[cfg(feature = "mutants")]
pub use mutation::{clear_mutant, set_mutant};
pub use next::{Next, next};
pub use remember::{Remembered, remember};
pub use request::{Approval, PaymentRequest, ShownBill};
pub use schedule::next_check_after;
pub use state::{Conclusion, Payment, PaymentState, Terms};
pub use step::{Note, Refused, Step, step};
