//! Limits of consumers.

use std::time::Duration;

use ppob_api::error::Reason;
use ppob_types::{ConsumerId, Family, Rupiah};
use tonic::Status;

use super::{Problem, SOON};

/// What a quota is about; which consumer it is, the caller knows.
const OF_CONSUMER: &str = "consumer";

/// More than one payment of the consumer may come to.
pub(super) fn above_payment_limit(message: String, total: Rupiah, limit: Rupiah) -> Status {
    Problem::nothing_done(Reason::PAYMENT_LIMIT_EXCEEDED, message)
        .with("total_rupiah", total.get())
        .with("limit_rupiah", limit.get())
        .quota(OF_CONSUMER)
        .status()
}

/// More than the consumer's day may come to. No `RetryInfo`: midnight is far, and payments that fail
/// give theirs back earlier.
pub(super) fn above_day_limit(
    message: String,
    total: Rupiah,
    counted: Rupiah,
    limit: Rupiah,
) -> Status {
    Problem::nothing_done(Reason::DAY_LIMIT_EXCEEDED, message)
        .with("total_rupiah", total.get())
        .with("counted_rupiah", counted.get())
        .with("limit_rupiah", limit.get())
        .quota(OF_CONSUMER)
        .status()
}

/// As many payments are being worked on as may be.
pub(super) fn too_many_in_flight(message: String, limit: u32) -> Status {
    Problem::nothing_done(Reason::TOO_MANY_IN_FLIGHT, message)
        .with("limit", limit)
        .retry_after(SOON)
        .quota(OF_CONSUMER)
        .status()
}

/// The consumer may not see or buy products of this family.
pub(crate) fn family_not_allowed(family: Family) -> Status {
    let message = format!(
        "this consumer may not use products of the family {family}; nothing was done. Ask the operator for it"
    );
    Problem::nothing_done(Reason::FAMILY_NOT_ALLOWED, message).with("family", family).status()
}

/// More calls per second than the consumer may make.
pub(crate) fn too_fast(consumer: &ConsumerId, wait: Duration) -> Status {
    let message = format!(
        "the consumer {consumer} makes more calls per second than it may; nothing was done. Wait and try again"
    );
    Problem::nothing_done(Reason::RATE_LIMITED, message)
        .retry_after(wait)
        .quota(OF_CONSUMER)
        .status()
}

/// More streams at a time than a consumer may hold open.
pub(crate) fn too_many_streams(most: usize) -> Status {
    let message = format!(
        "this consumer holds {most} streams open, as many as may be at a time; nothing was done. End one first"
    );
    Problem::nothing_done(Reason::RATE_LIMITED, message)
        .retry_after(SOON)
        .quota(OF_CONSUMER)
        .status()
}
