//! One call, counted when it ends however it ends.

use std::sync::Arc;

use metrics::{counter, gauge, histogram};
use ppob_types::{Clock, Monotonic};
use tonic::Code;
use tonic::codegen::http::HeaderMap;

use super::methods::Named;

/// One call. Counted when dropped; a call whose end nobody saw was cancelled by its caller.
#[derive(Debug)]
pub(crate) struct Record {
    named: Named,
    clock: Arc<dyn Clock>,
    begun: Monotonic,
    code: Option<Code>,
}

impl Record {
    pub(crate) fn begin(named: Named, clock: Arc<dyn Clock>) -> Self {
        let begun = clock.monotonic();
        let record = Self { named, clock, begun, code: None };
        record.in_flight(1.0);
        record
    }

    /// Notes the status, if headers or trailers carry one.
    pub(crate) fn see(&mut self, headers: &HeaderMap) {
        if let Some(code) = headers.get("grpc-status") {
            self.code = Some(Code::from_bytes(code.as_bytes()));
        }
    }

    /// The answer ended without a status where one belongs.
    pub(crate) fn broken(&mut self) {
        self.code.get_or_insert(Code::Unknown);
    }

    fn in_flight(&self, change: f64) {
        gauge!(
            "ppob_grpc_requests_in_flight",
            "service" => Arc::clone(&self.named.service), "method" => Arc::clone(&self.named.method)
        )
        .increment(change);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.in_flight(-1.0);
        let code = name(self.code.unwrap_or(Code::Cancelled));
        let Named { service, method } = self.named.clone();
        counter!(
            "ppob_grpc_requests_total",
            "service" => Arc::clone(&service), "method" => Arc::clone(&method), "code" => code
        )
        .increment(1);
        histogram!(
            "ppob_grpc_request_duration_seconds", "service" => service, "method" => method
        )
        .record(self.clock.monotonic().since(self.begun));
    }
}

/// The name of a code, as the gRPC specification writes it.
const fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
