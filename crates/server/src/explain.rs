//! Errors that the gRPC library makes by itself, in our words.
//!
//! Our own errors always carry details. A status without them in the headers of an answer was made
//! before any of our code saw the call, so for the cases known here it is certain that nothing was
//! done. All others are passed on as they are: the caller has to take them as "may be accepted".
//!
//! A defect of our own code (a panic) ends its call with an error that says so, instead of cutting the
//! stream without a word.
//!
//! The answers to questions lose `accepted`, whoever wrote it: a caller that asks what became of a
//! payment must not take the refusal of its question for the refusal of the payment.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::FutureExt;
use ppob_api::error::{ACCEPTED, Reason};
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, Request, Response};
use tonic::{Code, Status};
use tonic_types::{ErrorDetail, StatusExt};
use tower::{Layer, Service};

use crate::errors::{Problem, Violations};

/// Rewrites errors of the gRPC library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExplainErrors;

/// A service whose library errors are explained.
#[derive(Clone, Debug)]
pub(crate) struct Explained<S>(S);

impl<S> Layer<S> for ExplainErrors {
    type Service = Explained<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Explained(inner)
    }
}

impl<S> Service<Request<Body>> for Explained<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let asks = is_question(request.uri().path());
        let begun = catch_unwind(AssertUnwindSafe(|| self.0.call(request)));
        Box::pin(async move {
            let ended = match begun {
                Ok(answering) => AssertUnwindSafe(answering).catch_unwind().await,
                Err(defect) => Err(defect),
            };
            let answer = match ended {
                Ok(answer) => answer?,
                Err(_) => defect().into_http(),
            };
            let ours = explain(answer.headers());
            let ours = if asks { of_question(ours, answer.headers()) } else { ours };
            Ok(ours.map_or(answer, Status::into_http))
        })
    }
}

/// How the library begins to say that it cannot read a request, before it hands it to anybody.
const UNREADABLE: [&str; 4] = [
    "failed to decode Protobuf message",
    "Missing request message",
    "Unexpected EOF decoding stream",
    "protocol error: received message with",
];

/// The beginnings of the names of RPCs that change nothing.
const QUESTIONS: [&str; 6] = ["Get", "BatchGet", "List", "Watch", "Stream", "Explain"];

fn is_question(path: &str) -> bool {
    let method = path.rsplit('/').next().unwrap_or_default();
    QUESTIONS.into_iter().any(|beginning| method.starts_with(beginning))
}

/// The error of a question without `accepted`, if it has that. `explained` goes before what stands in
/// `headers`.
fn of_question(explained: Option<Status>, headers: &HeaderMap) -> Option<Status> {
    if explained.is_none() && !headers.contains_key("grpc-status-details-bin") {
        return None;
    }
    let status = explained.or_else(|| Status::from_header_map(headers))?;
    let mut details = status.get_error_details_vec();
    for detail in &mut details {
        if let ErrorDetail::ErrorInfo(info) = detail {
            info.metadata.remove(ACCEPTED);
        }
    }
    Some(Status::with_error_details_vec(status.code(), status.message(), details))
}

/// The error in our words, if it is one of the library's that we know.
fn explain(headers: &HeaderMap) -> Option<Status> {
    if !headers.contains_key("grpc-status") || headers.contains_key("grpc-status-details-bin") {
        return None;
    }
    let status = Status::from_header_map(headers)?;
    let said = status.message();
    match status.code() {
        Code::OutOfRange if said.contains("message length too large") => Some(too_large()),
        Code::Internal if UNREADABLE.into_iter().any(|beginning| said.starts_with(beginning)) => {
            Some(Violations::one(
                "request",
                "is not a message of this API; generate your client from the current proto files",
            ))
        }
        Code::Unimplemented if said.contains("compress") || said.contains("Content is") => {
            Some(unimplemented(
                "compressed messages are not taken; send them uncompressed. Nothing was done",
            ))
        }
        Code::Unimplemented => Some(unimplemented(
            "this server has no such service or method on this port; the operator's service has a port of its own. Nothing was done",
        )),
        _ => None,
    }
}

fn too_large() -> Status {
    Violations::one(
        "request",
        "is larger than this server takes (64 KiB); no request of this API needs as much",
    )
}

fn unimplemented(message: &str) -> Status {
    Problem::nothing_done(Reason::NOT_IMPLEMENTED, message).status()
}

/// Our own code panicked. What it had begun goes on in the engine.
fn defect() -> Status {
    metrics::counter!("ppob_task_panics_total").increment(1);
    Problem::unclear(
        Reason::INTERNAL,
        "the server has a defect and the call ended in it; a payment that was asked for may be accepted. Repeat the same call with the same id, or get the payment",
    )
    .status()
}

#[cfg(test)]
mod tests {
    use ppob_api::error::{may_be_accepted, metadata_of, reason, reason_of};

    use super::*;

    fn explained(status: Status) -> Option<Status> {
        let answer: Response<Body> = status.into_http();
        explain(answer.headers())
    }

    #[test]
    fn library_errors_before_the_handler_promise_that_nothing_was_done() {
        let large = Status::out_of_range(
            "Error, decoded message length too large: found 9 bytes, the limit is: 8 bytes",
        );
        let large = explained(large).unwrap();
        assert_eq!(large.code(), Code::InvalidArgument);
        assert!(!may_be_accepted(&large));
        let missing = explained(Status::unimplemented("")).unwrap();
        assert_eq!(reason_of(&missing).as_deref(), Some(reason::NOT_IMPLEMENTED));
    }

    #[test]
    fn a_refused_question_is_not_the_refusal_of_a_payment() {
        let refused = Problem::nothing_done(Reason::PRODUCT_UNKNOWN, "no such one")
            .with("product_code", "PLN-X")
            .resource("product", "PLN-X")
            .status();
        assert!(!may_be_accepted(&refused));
        let answer: Response<Body> = refused.clone().into_http();
        let told = of_question(None, answer.headers()).unwrap();
        assert!(may_be_accepted(&told));
        assert_eq!((told.code(), told.message()), (refused.code(), refused.message()));
        assert_eq!(reason_of(&told), reason_of(&refused));
        assert_eq!(metadata_of(&told)["product_code"], "PLN-X");
        let count = |status: &Status| status.get_error_details_vec().len();
        assert_eq!(count(&told), count(&refused), "everything else is kept");
        let plain: Response<Body> = Status::unavailable("").into_http();
        assert!(of_question(None, plain.headers()).is_none());
    }

    #[test]
    fn questions_are_told_from_changes_by_their_names() {
        for question in ["GetPayment", "BatchGetPayments", "WatchPayment", "StreamPaymentEvents"] {
            assert!(is_question(&format!("/ppob.v1.PaymentService/{question}")), "{question}");
        }
        for change in ["CreatePayment", "AbandonPayment", "Inquire", "ResolvePayment", "CheckNow"] {
            assert!(!is_question(&format!("/ppob.v1.PaymentService/{change}")), "{change}");
        }
    }

    #[test]
    fn errors_that_may_come_after_the_handler_stay_as_they_are() {
        for status in [
            Status::deadline_exceeded("Timeout expired"),
            Status::cancelled("Timeout expired"),
            Status::internal("failed to encode"),
            Status::unknown("transport error"),
            Status::unavailable(""),
        ] {
            assert!(explained(status).is_none());
        }
        let ours = Problem::new(Reason::CURSOR_TOO_OLD, "too old").status();
        assert!(explained(ours).is_none());
    }
}
