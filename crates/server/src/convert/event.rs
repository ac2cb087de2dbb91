//! Events.
//!
//! The kind that a caller is told depends only on the event and on facts about the payment that never
//! change once they are there, so that reading the same events again tells the same.

use ppob_api::v1::PaymentEventKind;
use ppob_journal::{EventKind, PaymentEvent, StoredPayment};
use ppob_payment::{Conclusion, PaymentState};

use super::scalar::count;

/// What happened, in the words of the API.
pub(crate) fn kind(event: &PaymentEvent, stored: &StoredPayment) -> PaymentEventKind {
    match event.kind {
        EventKind::Accepted => PaymentEventKind::Accepted,
        EventKind::AttemptBegun => PaymentEventKind::AttemptStarted,
        EventKind::Reversed => PaymentEventKind::Reversed,
        EventKind::GaveUp => PaymentEventKind::Failed,
        EventKind::Answered
        | EventKind::Reported
        | EventKind::Recovered
        | EventKind::Abandoned
        | EventKind::Resolved => by_state(event, stored),
    }
}

/// The attempt an event is about; 0 if it is about the payment itself.
pub(crate) fn attempt_number(event: &PaymentEvent, stored: &StoredPayment) -> i32 {
    match event.kind {
        EventKind::Accepted | EventKind::GaveUp | EventKind::Abandoned => 0,
        EventKind::AttemptBegun
        | EventKind::Answered
        | EventKind::Reported
        | EventKind::Recovered
        | EventKind::Resolved
        | EventKind::Reversed => stored
            .payment
            .attempts
            .iter()
            .rev()
            .find(|attempt| attempt.begun_at <= event.at)
            .map_or(0, |attempt| count(attempt.number)),
    }
}

fn by_state(event: &PaymentEvent, stored: &StoredPayment) -> PaymentEventKind {
    let brings_news = event.kind != EventKind::Abandoned;
    match event.state {
        PaymentState::Succeeded if became_paid(event, stored) => PaymentEventKind::Succeeded,
        PaymentState::Succeeded => PaymentEventKind::ReceiptGained,
        PaymentState::Failed if concluded(event, stored) => PaymentEventKind::Failed,
        PaymentState::Failed if late_charge(event, stored) => PaymentEventKind::LateCharge,
        PaymentState::Failed | PaymentState::Reversed => PaymentEventKind::Changed,
        // A status check that brought nothing leaves the payment in doubt as it was.
        PaymentState::InDoubt if event.kind == EventKind::Reported => PaymentEventKind::Changed,
        PaymentState::InDoubt if brings_news => PaymentEventKind::InDoubt,
        PaymentState::Processing if brings_news => PaymentEventKind::Pending,
        PaymentState::Accepted if brings_news => PaymentEventKind::AttemptEnded,
        PaymentState::InDoubt | PaymentState::Processing | PaymentState::Accepted => {
            PaymentEventKind::Changed
        }
    }
}

fn concluded(event: &PaymentEvent, stored: &StoredPayment) -> bool {
    match stored.payment.conclusion {
        Some(
            Conclusion::Succeeded { at, .. }
            | Conclusion::Failed { at, .. }
            | Conclusion::Reversed { at, .. },
        ) => at == event.at,
        None => false,
    }
}

/// The conclusion of a reversed payment is the reversal; its attempt still knows when it was paid.
fn became_paid(event: &PaymentEvent, stored: &StoredPayment) -> bool {
    concluded(event, stored)
        || matches!(stored.payment.conclusion, Some(Conclusion::Reversed { .. }))
            && stored.payment.paid_attempt().is_some_and(|attempt| attempt.changed_at == event.at)
}

fn late_charge(event: &PaymentEvent, stored: &StoredPayment) -> bool {
    stored
        .payment
        .attempts
        .iter()
        .filter_map(|attempt| attempt.late_charge.as_ref())
        .any(|late| late.found_at == event.at)
}
