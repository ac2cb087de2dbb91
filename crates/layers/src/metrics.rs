//! Counts what goes to the provider and how long its answers take.

use std::sync::Arc;

use metrics::{counter, describe_counter, describe_histogram, histogram};
use ppob_provider::{PayRequest, ProviderError};
use ppob_types::{Clock, Monotonic, PayAnswer, ProviderName};

use crate::around::{Around, Next, Operation, Read, Running};

const REQUESTS: &str = "ppob_provider_requests_total";
const DURATION: &str = "ppob_provider_request_duration_seconds";

/// Describes this crate's metrics to the installed recorder.
pub fn describe_metrics() {
    describe_counter!(
        REQUESTS,
        "Requests to a provider, by operation and outcome. For pay the outcome is that of the payment."
    );
    describe_histogram!(
        DURATION,
        metrics::Unit::Seconds,
        "Time until a provider's answer, without waiting for our own limits."
    );
}

pub(crate) struct Metrics {
    pub(crate) provider: ProviderName,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Metrics {
    fn record(&self, operation: Operation, outcome: &'static str, begun: Monotonic) {
        let took = self.clock.monotonic().since(begun);
        let provider = self.provider.to_string();
        let operation = operation.as_str();
        counter!(REQUESTS, "provider" => provider.clone(), "operation" => operation, "outcome" => outcome)
            .increment(1);
        histogram!(DURATION, "provider" => provider, "operation" => operation).record(took);
    }
}

impl Around for Metrics {
    const NAME: &'static str = "metrics";

    fn read<'a, T: Send + 'a>(
        &'a self,
        read: Read,
        next: Next<'a, T>,
    ) -> Running<'a, Result<T, ProviderError>> {
        Box::pin(async move {
            let begun = self.clock.monotonic();
            let answer = next().await;
            let outcome = answer.as_ref().map_or_else(ProviderError::class, |_| "ok");
            self.record(read.operation, outcome, begun);
            answer
        })
    }

    fn pay<'a>(
        &'a self,
        _request: &'a PayRequest,
        paying: Running<'a, PayAnswer>,
    ) -> Running<'a, PayAnswer> {
        Box::pin(async move {
            let begun = self.clock.monotonic();
            let answer = paying.await;
            self.record(Operation::Pay, answer.outcome.class(), begun);
            answer
        })
    }
}
