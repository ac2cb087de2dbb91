//! One order.

use super::faults::{PendingEnd, Reason};

/// An order that was taken.
#[derive(Clone)]
pub(crate) struct Order {
    /// The centre's number.
    pub(crate) number: u64,
    pub(crate) reference: String,
    pub(crate) product: String,
    pub(crate) name: String,
    pub(crate) dest: String,
    pub(crate) cost: i64,
    pub(crate) bill: i64,
    pub(crate) admin: i64,
    /// The serial number or token.
    pub(crate) serial: String,
    pub(crate) standing: Standing,
    /// `HH:MM`.
    pub(crate) time: String,
    /// How it ends, and at which check.
    pub(crate) course: Option<(PendingEnd, u32)>,
    pub(crate) checks: u32,
    /// Its place in the ledger.
    pub(crate) sequence: u64,
    pub(crate) balance_before: i64,
    pub(crate) balance_after: i64,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Done,
    Pending,
    Failed,
}

/// What became of a request to buy.
pub(crate) enum Bought {
    /// It was taken now.
    Taken(Order),
    /// It was there, and this is how it stands.
    There(Order),
    /// It was refused.
    Refused(Reason),
}

/// What is asked for.
#[derive(Clone, Default)]
pub(crate) struct Ask {
    pub(crate) reference: String,
    pub(crate) product: String,
    pub(crate) dest: String,
}
