//! From what went wrong to a gRPC status with details.
//!
//! Every status carries an `ErrorInfo` of our domain. `accepted = no` in its metadata is the only
//! promise that a call did nothing; a status that the gRPC library makes by itself never has it.

mod catalogue;
mod create;
mod limits;
mod operate;
mod payments;

use std::fmt::Display;
use std::time::Duration;

use ppob_api::error::{ACCEPTED, ACCEPTED_NO, ACCEPTED_UNKNOWN, DOMAIN, Reason};
use tonic::Status;
use tonic_types::{
    BadRequest, ErrorDetail, ErrorInfo, FieldViolation, LocalizedMessage, PreconditionFailure,
    PreconditionViolation, QuotaFailure, QuotaViolation, ResourceInfo, RetryInfo, StatusExt,
};

pub(crate) use catalogue::{page_token_invalid, unknown_product, unknown_provider};
pub(crate) use create::create;
pub(crate) use limits::{family_not_allowed, too_fast, too_many_streams};
pub(crate) use operate::{check, not_reloaded, operate};
pub(crate) use payments::{abandon, inquire, query};

/// How soon a call is repeated when the engine or the journal cannot be used.
pub(crate) const SOON: Duration = Duration::from_secs(1);

/// An error on its way to the caller. Code and Indonesian sentence are those of its [`Reason`].
#[derive(Debug)]
pub(crate) struct Problem {
    reason: &'static Reason,
    message: String,
    info: ErrorInfo,
    more: Vec<ErrorDetail>,
}

/// What is wrong with the fields of one request, all of it at once.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<FieldViolation>);

impl Problem {
    /// An error of which it is certain that the call did nothing and will do nothing.
    pub(crate) fn nothing_done(reason: &'static Reason, message: impl Into<String>) -> Self {
        Self::new(reason, message).with(ACCEPTED, ACCEPTED_NO)
    }

    /// An error after which the call may still take effect.
    pub(crate) fn unclear(reason: &'static Reason, message: impl Into<String>) -> Self {
        Self::new(reason, message).with(ACCEPTED, ACCEPTED_UNKNOWN)
    }

    /// An error that says nothing about `accepted`: the call may have changed something.
    pub(crate) fn new(reason: &'static Reason, message: impl Into<String>) -> Self {
        let none: [(String, String); 0] = [];
        let localized = LocalizedMessage::new("id-ID", reason.indonesian);
        Self {
            reason,
            message: message.into(),
            info: ErrorInfo::new(reason.word, DOMAIN, none),
            more: vec![ErrorDetail::LocalizedMessage(localized)],
        }
    }

    /// Adds a fact for programs.
    pub(crate) fn with(mut self, key: &str, value: impl Display) -> Self {
        self.info.metadata.insert(key.to_owned(), value.to_string());
        self
    }

    /// Says when to try again.
    pub(crate) fn retry_after(mut self, delay: Duration) -> Self {
        let detail = RetryInfo::new(Some(delay));
        self.more.push(ErrorDetail::RetryInfo(detail));
        self
    }

    /// Says what has to change in the world first. `subject` names no customer.
    pub(crate) fn precondition(mut self, subject: &str) -> Self {
        let violation = PreconditionViolation::new(self.reason.word, subject, self.message.clone());
        let detail = PreconditionFailure::new(vec![violation]);
        self.more.push(ErrorDetail::PreconditionFailure(detail));
        self
    }

    /// Says which limit was reached. `subject` is whose limit it is, and names no customer.
    pub(crate) fn quota(mut self, subject: impl Into<String>) -> Self {
        let violation = QuotaViolation::new(subject, self.message.clone());
        let detail = QuotaFailure::new(vec![violation]);
        self.more.push(ErrorDetail::QuotaFailure(detail));
        self
    }

    /// Says which thing was not found.
    pub(crate) fn resource(mut self, kind: &str, name: &str) -> Self {
        let detail = ResourceInfo::new(kind, name, "", self.message.clone());
        self.more.push(ErrorDetail::ResourceInfo(detail));
        self
    }

    /// As a status.
    pub(crate) fn status(self) -> Status {
        let mut details = vec![ErrorDetail::ErrorInfo(self.info)];
        details.extend(self.more);
        Status::with_error_details_vec(self.reason.code, self.message, details)
    }
}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Self {
        problem.status()
    }
}

impl Violations {
    /// Notes that `field` is wrong. `problem` never repeats the value.
    pub(crate) fn add(&mut self, field: impl Into<String>, problem: impl Into<String>) {
        self.0.push(FieldViolation::new(field, problem));
    }

    /// The value, or a note why there is none.
    pub(crate) fn take<T>(&mut self, field: &str, read: Result<T, impl Display>) -> Option<T> {
        read.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// As a status.
    pub(crate) fn status(self) -> Status {
        let said: Vec<String> = self
            .0
            .iter()
            .map(|violation| format!("{}: {}", violation.field, violation.description))
            .collect();
        let message = format!("{}; nothing was done", said.join("; "));
        let mut problem = Problem::nothing_done(Reason::FIELD_INVALID, message);
        let detail = BadRequest::new(self.0);
        problem.more.push(ErrorDetail::BadRequest(detail));
        problem.status()
    }

    /// An error if anything was noted.
    pub(crate) fn check(self) -> Result<(), Status> {
        if self.0.is_empty() { Ok(()) } else { Err(self.status()) }
    }

    /// The error that one field is wrong.
    pub(crate) fn one(field: &str, problem: &str) -> Status {
        let mut violations = Self::default();
        violations.add(field, problem);
        violations.status()
    }
}

/// The server is going down while a stream is open. Says nothing about any payment.
pub(crate) fn shutting_down() -> Status {
    Problem::new(
        Reason::SHUTTING_DOWN,
        "the server is going down; connect again and go on where you are",
    )
    .retry_after(SOON)
    .status()
}

/// The configuration took something from the consumer while a stream of it was open.
pub(crate) fn access_changed() -> Status {
    let message = "who you are or what you may do was configured anew; call again with your \
                   credentials, and go on where you are if they still count. Nothing was done";
    Problem::nothing_done(Reason::CREDENTIALS_INVALID, message).status()
}

/// An RPC that this server does not have yet.
pub(crate) fn not_implemented(rpc: &str) -> Status {
    let message = format!("{rpc} is not implemented in this version; nothing was done");
    Problem::nothing_done(Reason::NOT_IMPLEMENTED, message).status()
}

#[cfg(test)]
mod tests;
