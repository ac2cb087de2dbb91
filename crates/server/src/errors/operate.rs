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
    let refused =
        |reason, subject| Problem::nothing_done(reason, message.clone()).precondition(subject);
    match error {
        OperateError::NoSuchPayment => Problem::new(Reason::PAYMENT_NOT_FOUND, message).status(),
        OperateError::NoSuchProvider => Problem::nothing_done(Reason::PROVIDER_UNKNOWN, message)
            .resource("provider", "")
            .status(),
        OperateError::SecondPersonNeeded { .. } => {
            refused(Reason::SECOND_PERSON_NEEDED, "second_actor").status()
        }
        OperateError::PatternRefused(problem) => Violations::one("pattern", problem),
        OperateError::NothingToCheck => refused(Reason::NOTHING_TO_CHECK, "payment_id").status(),
        OperateError::CheckNotPossible => {
            refused(Reason::CHECK_NOT_POSSIBLE, "payment_id").status()
        }
        OperateError::NotVerifiable => refused(Reason::CHECK_NOT_POSSIBLE, reference).status(),
        OperateError::CheckTooEarly { after, .. } => {
            Problem::nothing_done(Reason::CHECK_TOO_EARLY, message).retry_after(*after).status()
        }
        OperateError::StatementUnreadable(_) => {
            refused(Reason::STATEMENT_UNREADABLE, "content").status()
        }
        OperateError::DepositIdReused => {
            Problem::nothing_done(Reason::DEPOSIT_ID_REUSED, message).status()
        }
        // The charge is recorded.
        OperateError::Contradicts => {
            Problem::new(Reason::VERDICT_CONTRADICTS, message).precondition(reference).status()
        }
        OperateError::FieldInvalid { field, problem } => Violations::one(field, problem),
        OperateError::NotInDoubt => refused(Reason::ATTEMPT_NOT_OPEN, "payment_id").status(),
        OperateError::TooEarly { until } => refused(Reason::TOO_EARLY_FOR_VERDICT, "not_executed")
            .with("not_before_time", until)
            .status(),
        OperateError::SeenTooEarly => refused(Reason::TOO_EARLY_FOR_VERDICT, "seen").status(),
        // A verdict that waited may be withdrawn with it.
        OperateError::NotConfirmed { withdrawn: true, .. } => {
            Problem::new(Reason::REFERENCE_MISMATCH, message).precondition(reference).status()
        }
        OperateError::NotConfirmed { withdrawn: false, .. } => {
            refused(Reason::REFERENCE_MISMATCH, reference).status()
        }
        OperateError::ReferenceTaken => refused(Reason::REFERENCE_TAKEN, reference).status(),
        OperateError::ProviderUnavailable(_) => {
            Problem::nothing_done(Reason::PROVIDERS_UNAVAILABLE, message).retry_after(SOON).status()
        }
        OperateError::Changed => Problem::nothing_done(Reason::VERSION_CHANGED, message).status(),
        OperateError::JournalUnavailable => {
            Problem::unclear(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
    }
}
