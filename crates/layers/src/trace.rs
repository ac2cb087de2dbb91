//! One span per call. Names the provider, the operation and our own attempt id; never a customer.

use ppob_provider::{PayRequest, ProviderError};
use ppob_types::{PayAnswer, PayOutcome, ProviderName};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use crate::around::{Around, Next, Operation, Read, Running};

pub(crate) struct Trace(pub(crate) ProviderName);

impl Around for Trace {
    const NAME: &'static str = "trace";

    fn read<'a, T: Send + 'a>(
        &'a self,
        read: Read,
        next: Next<'a, T>,
    ) -> Running<'a, Result<T, ProviderError>> {
        let span = info_span!(
            "provider_read",
            provider = %self.0,
            operation = read.operation.as_str(),
            outcome = Empty,
        );
        let work = async move {
            let answer = next().await;
            let outcome = answer.as_ref().map_or_else(ProviderError::class, |_| "ok");
            Span::current().record("outcome", outcome);
            if let Err(error) = &answer {
                tracing::info!(class = outcome, "read failed: {error}");
            }
            answer
        };
        Box::pin(work.instrument(span))
    }

    fn pay<'a>(
        &'a self,
        request: &'a PayRequest,
        paying: Running<'a, PayAnswer>,
    ) -> Running<'a, PayAnswer> {
        let span = info_span!(
            "provider_pay",
            provider = %self.0,
            operation = Operation::Pay.as_str(),
            attempt = %request.attempt,
            product = %request.purchase.product,
            outcome = Empty,
            cause = Empty,
        );
        let work = async move {
            let answer = paying.await;
            let span = Span::current();
            span.record("outcome", answer.outcome.class());
            if let Some(cause) = cause(&answer.outcome) {
                span.record("cause", cause);
            }
            tracing::info!("the provider's answer is in");
            answer
        };
        Box::pin(work.instrument(span))
    }
}

fn cause(outcome: &PayOutcome) -> Option<&'static str> {
    match outcome {
        PayOutcome::Succeeded | PayOutcome::Pending => None,
        PayOutcome::Rejected(no) => Some(no.code.as_str()),
        PayOutcome::NotSent(cause) => Some(cause.as_str()),
        PayOutcome::Unknown(cause) => Some(cause.as_str()),
    }
}
