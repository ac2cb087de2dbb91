//! Why an operator's action was not done.

use ppob_api::error::reason;
use ppob_engine::OperateError;
use tonic::{Code, Status};

use super::{Problem, SOON, Violations};

/// As a status, of a verdict.
pub(crate) fn operate(error: &OperateError) -> Status {
    with_reference_in(error, "executed.provider_reference")
}

/// As a status, of a check.
pub(crate) fn check(error: &OperateError) -> Status {
    with_reference_in(error, "provider_reference")
}

/// `reference` is the field that names the provider's own number.
fn with_reference_in(error: &OperateError, reference: &str) -> Status {
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
        OperateError::SecondPersonNeeded { .. } => {
            refused(reason::SECOND_PERSON_NEEDED, "second_actor").status()
        }
        OperateError::PatternRefused(problem) => Violations::one("pattern", problem),
        OperateError::NothingToCheck => refused(reason::NOTHING_TO_CHECK, "payment_id").status(),
        OperateError::CheckNotPossible => {
            refused(reason::CHECK_NOT_POSSIBLE, "payment_id").status()
        }
        OperateError::NotVerifiable => refused(reason::CHECK_NOT_POSSIBLE, reference).status(),
        OperateError::CheckTooEarly { after, .. } => {
            Problem::nothing_done(Code::ResourceExhausted, reason::CHECK_TOO_EARLY, message)
                .retry_after(*after)
                .status()
        }
        OperateError::DepositIdReused => {
            Problem::nothing_done(Code::AlreadyExists, reason::DEPOSIT_ID_REUSED, message).status()
        }
        // The charge is recorded.
        OperateError::Contradicts => {
            Problem::new(Code::FailedPrecondition, reason::VERDICT_CONTRADICTS, message)
                .precondition(reference)
                .status()
        }
        OperateError::FieldInvalid { field, problem } => Violations::one(field, problem),
        OperateError::NotInDoubt => refused(reason::ATTEMPT_NOT_OPEN, "payment_id").status(),
        OperateError::TooEarly { until } => refused(reason::TOO_EARLY_FOR_VERDICT, "not_executed")
            .with("not_before_time", until)
            .status(),
        // A verdict that waited may be withdrawn with it.
        OperateError::NotConfirmed { withdrawn: true, .. } => {
            Problem::new(Code::FailedPrecondition, reason::REFERENCE_MISMATCH, message)
                .precondition(reference)
                .status()
        }
        OperateError::NotConfirmed { withdrawn: false, .. } => {
            refused(reason::REFERENCE_MISMATCH, reference).status()
        }
        OperateError::ReferenceTaken => refused(reason::REFERENCE_TAKEN, reference).status(),
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
