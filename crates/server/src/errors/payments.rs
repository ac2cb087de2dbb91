//! Why an inquiry, a question or an abandonment was not answered.

use ppob_api::error::reason;
use ppob_engine::{AbandonError, InquireError, QueryError};
use ppob_types::RefusalCode;
use tonic::{Code, Status};

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
        InquireError::Refused { code, .. } => {
            Problem::nothing_done(Code::FailedPrecondition, refusal(code), message)
                .precondition("customer_number")
                .status()
        }
        InquireError::NoRoute => {
            Problem::nothing_done(Code::FailedPrecondition, reason::NO_ROUTE, message)
                .precondition("product_code")
                .status()
        }
        InquireError::Unanswered => {
            Problem::nothing_done(Code::Unavailable, reason::PROVIDERS_UNAVAILABLE, message)
                .retry_after(SOON)
                .status()
        }
        InquireError::JournalUnavailable => {
            Problem::nothing_done(Code::Unavailable, reason::JOURNAL_UNAVAILABLE, message)
                .retry_after(SOON)
                .status()
        }
    }
}

/// As a status. A question changes nothing, but its error says nothing about a payment either: it
/// must not look like the refusal of one.
pub(crate) fn query(error: QueryError) -> Status {
    let message = error.to_string();
    match error {
        QueryError::NotFound => {
            Problem::new(Code::NotFound, reason::PAYMENT_NOT_FOUND, message).status()
        }
        QueryError::UnknownProduct(code) => unknown_product(code.as_str()),
        QueryError::JournalUnavailable => {
            Problem::new(Code::Unavailable, reason::JOURNAL_UNAVAILABLE, message)
                .retry_after(SOON)
                .status()
        }
    }
}

/// As a status. None of them promises anything about the payment.
pub(crate) fn abandon(error: &AbandonError) -> Status {
    let message = error.to_string();
    match error {
        AbandonError::AttemptAlive => {
            Problem::new(Code::FailedPrecondition, reason::ATTEMPT_ALIVE, message)
                .precondition("payment_id")
                .status()
        }
        AbandonError::Ended => {
            Problem::new(Code::FailedPrecondition, reason::PAYMENT_SUCCEEDED, message)
                .precondition("payment_id")
                .status()
        }
        AbandonError::JournalUnavailable => {
            Problem::unclear(Code::Unavailable, reason::JOURNAL_UNAVAILABLE, message)
                .retry_after(SOON)
                .status()
        }
    }
}

const fn refusal(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::NumberInvalid => reason::NUMBER_INVALID,
        RefusalCode::BillAlreadyPaid => reason::BILL_ALREADY_PAID,
        RefusalCode::CutOff => reason::CUT_OFF,
        RefusalCode::AmountInvalid => reason::AMOUNT_INVALID,
        RefusalCode::LimitReached => reason::LIMIT_REACHED,
        RefusalCode::InsufficientBalance
        | RefusalCode::ProductClosed
        | RefusalCode::Credentials
        | RefusalCode::CostAboveCap
        | RefusalCode::Duplicate
        | RefusalCode::Other => reason::PROVIDER_REFUSED,
    }
}
