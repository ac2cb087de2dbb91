//! Why an inquiry, a question or an abandonment was not answered.

use ppob_api::error::Reason;
use ppob_engine::{AbandonError, InquireError, QueryError};
use ppob_types::RefusalCode;
use tonic::Status;

use super::{Problem, SOON, Violations, unknown_product};

/// As a status. An inquiry moves no money.
pub(crate) fn inquire(error: InquireError) -> Status {
    let message = error.to_string();
    match error {
        InquireError::UnknownProduct(code) => unknown_product(code.as_str()),
        InquireError::NumberInvalid(error) => {
            Violations::one("customer_number", &error.to_string())
        }
        InquireError::FieldInvalid { field, problem } => Violations::one(field, problem),
        // In our own words: those of a provider may name the customer.
        InquireError::Refused { code, .. } => {
            let reason = refusal(code);
            let message = format!("{} {} {}", reason.happened, reason.money, reason.action);
            Problem::nothing_done(reason, message).precondition("customer_number").status()
        }
        InquireError::NoRoute => {
            Problem::nothing_done(Reason::NO_ROUTE, message).precondition("product_code").status()
        }
        InquireError::Unanswered => {
            Problem::nothing_done(Reason::PROVIDERS_UNAVAILABLE, message).retry_after(SOON).status()
        }
        InquireError::JournalUnavailable => {
            Problem::nothing_done(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
    }
}

/// As a status. A question changes nothing, but its error says nothing about a payment either: it
/// must not look like the refusal of one.
pub(crate) fn query(error: QueryError) -> Status {
    let message = error.to_string();
    match error {
        QueryError::NotFound => Problem::new(Reason::PAYMENT_NOT_FOUND, message).status(),
        QueryError::UnknownProduct(code) => unknown_product(code.as_str()),
        QueryError::JournalUnavailable => {
            Problem::new(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
    }
}

/// As a status. None of them promises anything about the payment.
pub(crate) fn abandon(error: &AbandonError) -> Status {
    let message = error.to_string();
    match error {
        AbandonError::AttemptAlive => {
            Problem::new(Reason::ATTEMPT_ALIVE, message).precondition("payment_id").status()
        }
        AbandonError::Ended => {
            Problem::new(Reason::PAYMENT_SUCCEEDED, message).precondition("payment_id").status()
        }
        AbandonError::JournalUnavailable => {
            Problem::unclear(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
    }
}

const fn refusal(code: RefusalCode) -> &'static Reason {
    match code {
        RefusalCode::NumberInvalid => Reason::NUMBER_INVALID,
        RefusalCode::BillAlreadyPaid => Reason::BILL_ALREADY_PAID,
        RefusalCode::CutOff => Reason::CUT_OFF,
        RefusalCode::AmountInvalid => Reason::AMOUNT_INVALID,
        RefusalCode::LimitReached => Reason::LIMIT_REACHED,
        RefusalCode::InsufficientBalance
        | RefusalCode::ProductClosed
        | RefusalCode::Credentials
        | RefusalCode::CostAboveCap
        | RefusalCode::Duplicate
        | RefusalCode::Other => Reason::PROVIDER_REFUSED,
    }
}
