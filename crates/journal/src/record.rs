//! What is stored of a payment, and the changes that are made to it.

use std::time::Duration;

use ppob_payment::{Payment, PaymentRequest, PaymentState};
use ppob_types::{ConsumerId, Family, PaymentKey, ProductCode, Rupiah, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Fingerprint, GuardKey};

/// A payment as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPayment {
    /// Whose it is and what its owner calls it.
    pub key: PaymentKey,
    /// Unique in this journal, rising; given at acceptance.
    pub serial: u64,
    /// Rises by one with each change; compared and set.
    pub version: u64,
    /// What was asked for.
    pub request: PaymentRequest,
    /// The fingerprint of the request.
    pub fingerprint: Fingerprint,
    /// The machine's value.
    pub payment: Payment,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A payment to be accepted.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// Whose it is and what its owner calls it.
    pub key: PaymentKey,
    /// From [`crate::Journal::reserve_serial`]; makes the ids of its attempts.
    pub serial: u64,
    /// What was asked for.
    pub request: PaymentRequest,
    /// The fingerprint of the request.
    pub fingerprint: Fingerprint,
    /// The machine's value: accepted, or already with its first attempt being sent, so that
    /// acceptance and first intent share one commit.
    pub payment: Payment,
    /// After a success, an equal payment within this span needs `repeat` = last + 1.
    pub duplicate_window: Duration,
    /// The payment named by `despite_in_doubt` may be pushed out of the guard: the engine has
    /// checked that it is in doubt, past its bound, prepaid, and of the same consumer. The store
    /// still checks that it is the holder, and in doubt.
    pub may_displace_holder: bool,
    /// The most that the consumer's payments of one day (WIB, by acceptance) may count together, this
    /// one with its [`Payment::counted`] included.
    pub day_max: Option<Rupiah>,
    /// The time of acceptance.
    pub now: Timestamp,
}

/// What became of an acceptance. Only `Accepted` wrote anything.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Acceptance {
    /// Durable.
    Accepted(Box<StoredPayment>),
    /// The same consumer has the same id with the same fingerprint: this is that payment.
    Known(Box<StoredPayment>),
    /// The same consumer has the same id with another fingerprint. Nothing was done.
    Conflict,
    /// The id was abandoned before it came into being.
    Abandoned,
    /// Another payment for the same product and customer is open.
    Guarded {
        /// Which one; the engine shows it to its owner only.
        holder: PaymentKey,
    },
    /// The payment named by `despite_in_doubt` does not hold the guard (any more): it has ended, maybe
    /// paid. Its owner must look at it before paying again.
    HolderChanged,
    /// An equal payment succeeded a short while ago; it needs this `repeat` to be made again.
    RepeatNeeded {
        /// The `repeat` that is accepted.
        repeat: u32,
        /// When the earlier one succeeded; told only of the same consumer's own payment.
        succeeded_at: Option<Timestamp>,
    },
    /// With this payment the consumer's day would count more than `day_max`.
    DayLimit {
        /// What its payments of that day count already.
        counted: Rupiah,
    },
}

/// A change to a payment. Compared and set on the version.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which payment.
    pub key: PaymentKey,
    /// The version it was made from.
    pub expected_version: u64,
    /// The machine's value after it.
    pub payment: Payment,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub now: Timestamp,
    /// Unlisted reply texts to be counted with it: provider and masked text.
    pub unlisted: Vec<(ppob_types::ProviderName, String)>,
    /// What to note about who did it, for operator actions.
    pub audit: Option<crate::AuditEntry>,
    /// That two persons call an attempt not executed. Without it no store lets an attempt end so.
    pub agreement: Option<crate::Agreement>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Committed {
    /// Durable; this is the payment now.
    Done(Box<StoredPayment>),
    /// Somebody changed it first: re-read, step again, or give up. Nothing was written.
    Stale,
    /// The provider reference settles another payment already. Nothing was written.
    ReferenceTaken {
        /// The payment it settles.
        by: PaymentKey,
    },
}

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Accepted.
    Accepted,
    /// An attempt's intent was recorded.
    AttemptBegun,
    /// The call that pays answered.
    Answered,
    /// A status check, callback or re-inquiry brought something.
    Reported,
    /// A new process took over.
    Recovered,
    /// No further attempt.
    GaveUp,
    /// The caller abandoned it, or tried to.
    Abandoned,
    /// A person resolved it.
    Resolved,
    /// The provider gave the money back.
    Reversed,
}

/// One entry of the append-only event table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentEvent {
    /// Global sequence, rising, without reorder per payment.
    pub sequence: u64,
    /// Which payment.
    pub key: PaymentKey,
    /// The payment's version after it.
    pub version: u64,
    /// What happened.
    pub kind: EventKind,
    /// What a caller is told after it.
    pub state: PaymentState,
    /// When.
    pub at: Timestamp,
}

/// A place in the event table: everything up to and including this sequence was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(pub u64);

/// Which payments to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this consumer.
    pub consumer: Option<ConsumerId>,
    /// Only in one of these states; empty means all.
    pub states: Vec<PaymentState>,
    /// Only of this product.
    pub product: Option<ProductCode>,
    /// Only of this family.
    pub family: Option<Family>,
    /// Only for this product and customer.
    pub guard: Option<GuardKey>,
    /// Only accepted at or after this.
    pub accepted_from: Option<Timestamp>,
    /// Only accepted before this.
    pub accepted_until: Option<Timestamp>,
}

/// A slice of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only payments with a serial below this.
    pub before_serial: Option<u64>,
    /// At most this many.
    pub limit: usize,
}

impl StoredPayment {
    /// The guard key of the payment.
    pub fn guard_key(&self) -> GuardKey {
        guard_key(&self.request)
    }
}

impl NewPayment {
    /// The guard key of the payment.
    pub fn guard_key(&self) -> GuardKey {
        guard_key(&self.request)
    }
}

fn guard_key(request: &PaymentRequest) -> GuardKey {
    GuardKey {
        product: request.purchase.product.clone(),
        customer: request.purchase.customer.clone(),
    }
}

impl EventKind {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AttemptBegun => "attempt-begun",
            Self::Answered => "answered",
            Self::Reported => "reported",
            Self::Recovered => "recovered",
            Self::GaveUp => "gave-up",
            Self::Abandoned => "abandoned",
            Self::Resolved => "resolved",
            Self::Reversed => "reversed",
        }
    }
}
