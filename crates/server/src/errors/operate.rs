//! Why an operator's action was not done.

use ppob_api::error::reason;
use ppob_engine::OperateError;
use tonic::{Code, Status};

use super::{Problem, SOON, Violations};
use crate::NotReloaded;

/// Why the configuration was not changed.
pub(crate) fn not_reloaded(error: &NotReloaded) -> Status {
    let message = error.to_string();
    match error {
        NotReloaded::Invalid(_) => {
            Problem::nothing_done(Code::FailedPrecondition, reason::CONFIG_INVALID, message)
                .precondition("configuration")
                .status()
        }
        NotReloaded::JournalUnavailable(_) => {
            Problem::nothing_done(Code::Unavailable, reason::JOURNAL_UNAVAILABLE, message)
                .retry_after(SOON)
                .status()
        }
    }
}

/// As a status.
pub(crate) fn operate(error: &OperateError) -> Status {
    let message = error.to_string();
    let refused = |reason, subject| {
        Problem::nothing_done(Code::FailedPrecondition, reason, message.clone())
            .precondition(subject)
    };
    match error {
        OperateError::NoSuchPayment => {
            Problem::nothing_done(Code::NotFound, reason::PAYMENT_NOT_FOUND, message).status()
        }
        OperateError::NoSuchProvider => {
            Problem::nothing_done(Code::NotFound, reason::PROVIDER_UNKNOWN, message).status()
        }
        OperateError::FieldInvalid { field: "second_actor", problem } => {
            let message = format!("second_actor: {problem}; nothing was changed");
            Problem::nothing_done(Code::FailedPrecondition, reason::SECOND_PERSON_NEEDED, message)
                .precondition("second_actor")
                .status()
        }
        OperateError::FieldInvalid { field, problem } => Violations::one(field, problem),
        OperateError::NotInDoubt => refused(reason::ATTEMPT_NOT_OPEN, "payment_id").status(),
        OperateError::TooEarly { until } => refused(reason::TOO_EARLY_FOR_VERDICT, "not_executed")
            .with("not_before_time", until)
            .status(),
        OperateError::NotConfirmed { .. } => {
            refused(reason::REFERENCE_MISMATCH, "executed.provider_reference").status()
        }
        OperateError::ReferenceTaken => {
            refused(reason::REFERENCE_TAKEN, "executed.provider_reference").status()
        }
        OperateError::ProviderUnavailable(_) => {
            Problem::nothing_done(Code::Unavailable, reason::PROVIDERS_UNAVAILABLE, message)
                .retry_after(SOON)
                .status()
        }
        OperateError::Changed => {
            Problem::nothing_done(Code::Aborted, reason::VERSION_CHANGED, message).status()
        }
        OperateError::JournalUnavailable => {
            Problem::unclear(Code::Unavailable, reason::JOURNAL_UNAVAILABLE, message)
                .retry_after(SOON)
                .status()
        }
    }
}
