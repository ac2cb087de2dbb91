//! Why an operator's action was not done.

use ppob_api::error::Reason;
use ppob_engine::OperateError;
use tonic::Status;

use super::{Problem, SOON, Violations};
use crate::NotReloaded;

/// Why the configuration was not changed.
pub(crate) fn not_reloaded(error: &NotReloaded) -> Status {
    let message = error.to_string();
    match error {
        NotReloaded::Invalid(_) => Problem::nothing_done(Reason::CONFIG_INVALID, message)
            .precondition("configuration")
            .status(),
        NotReloaded::JournalUnavailable(_) => {
            Problem::nothing_done(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
    }
}

/// As a status.
pub(crate) fn operate(error: &OperateError) -> Status {
    let message = error.to_string();
    let refused =
        |reason, subject| Problem::nothing_done(reason, message.clone()).precondition(subject);
    match error {
        OperateError::NoSuchPayment => Problem::new(Reason::PAYMENT_NOT_FOUND, message).status(),
        OperateError::NoSuchProvider => Problem::nothing_done(Reason::PROVIDER_UNKNOWN, message)
            .resource("provider", "")
            .status(),
        OperateError::FieldInvalid { field: "second_actor", problem } => {
            let message = format!("second_actor: {problem}; nothing was changed");
            Problem::nothing_done(Reason::SECOND_PERSON_NEEDED, message)
                .precondition("second_actor")
                .status()
        }
        OperateError::FieldInvalid { field, problem } => Violations::one(field, problem),
        OperateError::NotInDoubt => refused(Reason::ATTEMPT_NOT_OPEN, "payment_id").status(),
        OperateError::TooEarly { until } => refused(Reason::TOO_EARLY_FOR_VERDICT, "not_executed")
            .with("not_before_time", until)
            .status(),
        OperateError::NotConfirmed { .. } => {
            refused(Reason::REFERENCE_MISMATCH, "executed.provider_reference").status()
        }
        OperateError::ReferenceTaken => {
            refused(Reason::REFERENCE_TAKEN, "executed.provider_reference").status()
        }
        OperateError::ProviderUnavailable(_) => {
            Problem::nothing_done(Reason::PROVIDERS_UNAVAILABLE, message).retry_after(SOON).status()
        }
        OperateError::Changed => Problem::nothing_done(Reason::VERSION_CHANGED, message).status(),
        OperateError::JournalUnavailable => {
            Problem::unclear(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
    }
}
