//! The durable record of payments.
//!
//! [`Journal`] is what the engine needs of a store; each backend lives in a crate of its own and
//! passes the same behaviour suite. The rules that keep money safe are constraints of the store, not
//! only checks of the caller: one payment per id, one live attempt per payment, one open payment per
//! product and customer, compare-and-set on the version, events that are only ever added.

mod audit;
mod contract;
mod error;
mod inquiry;
mod keys;
#[cfg(feature = "testkit")]
mod memory;
mod operator;
mod proposal;
mod record;
mod restored;
mod retention;
mod sends;
mod settlement;
#[cfg(feature = "testkit")]
pub mod suite;

pub use audit::{AuditEntry, AuditFilter, AuditRecord, AuditSubject, Who};
pub use contract::{Journal, Opened};
pub use error::JournalError;
pub use inquiry::StoredInquiry;
pub use keys::{Fingerprint, GuardKey};
#[cfg(feature = "testkit")]
pub use memory::{MemoryCopy, MemoryHooks, MemoryJournal, MemoryWrite, NoHooks};
pub use operator::{Deposit, DepositRecorded, Dossier, Note, UnlistedReply};
pub use proposal::{Agreement, NewProposal, Proposal, Propose, Proposed};
pub use record::{
    Acceptance, Change, Committed, Cursor, EventKind, Filter, NewPayment, Page, PaymentEvent,
    StoredPayment,
};
pub use restored::Restored;
pub use retention::Stripped;
pub use sends::{JournalledSend, LostSends, begun_by};
pub use settlement::{late_charge_at, settled_reference, success_at};
