//! A small client: connect, and pay exactly once in spite of lost answers.

use std::time::Duration;

use tokio::time::Instant;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::error::may_be_accepted;
use crate::v1::catalog_service_client::CatalogServiceClient;
use crate::v1::payment_service_client::PaymentServiceClient;
use crate::v1::{CreatePaymentRequest, Payment, PaymentState};
use crate::{ClientTls, EndpointError};

/// How much longer than its patience a caller waits for the answer that ends it.
const GRACE: Duration = Duration::from_secs(2);
/// How long one `CreatePayment` waits at the server for a final state.
const WAIT: Duration = Duration::from_secs(20);
/// How long one `CreatePayment` may take in all; later its answer counts as lost.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

type Transport = InterceptedService<Channel, ApiKey>;

/// The clients of the catalogue and of payments, over one connection. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct PpobClient {
    /// What can be bought.
    pub catalog: CatalogServiceClient<Transport>,
    /// Paying.
    pub payments: PaymentServiceClient<Transport>,
}

/// The API key of a consumer, sent as `authorization: Bearer …`; or none.
#[derive(Debug, Clone, Default)]
pub struct ApiKey(Option<MetadataValue<Ascii>>);

/// An API key has characters that cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("the API key has characters other than visible ASCII; copy it again")]
pub struct ApiKeyError(());

/// Why [`PpobClient::pay_and_wait`] has no payment to show.
#[derive(Debug, thiserror::Error)]
pub enum PayError {
    /// The server refused the request, and no answer was lost before: nothing is paid by it.
    #[error("not accepted, nothing is paid: {0}")]
    NotAccepted(#[source] Box<Status>),
    /// No answer that tells anything came in time. It may or may not be paid.
    #[error(
        "no answer for payment {payment_id}, it may be paid: \
         repeat the same request with the same id, or abandon the id"
    )]
    Unanswered {
        /// The id to repeat or to abandon.
        payment_id: String,
        /// The last error; `None` if not even an error came.
        #[source]
        last: Option<Box<Status>>,
    },
}

impl PpobClient {
    /// Connects to `endpoint`, for example `http://127.0.0.1:50051`, without an API key.
    ///
    /// Fails if the address cannot be read or nothing listens there. For TLS see [`crate::endpoint`].
    pub async fn connect(endpoint: impl Into<String>) -> Result<Self, EndpointError> {
        Self::connect_with_key(endpoint, ApiKey::default()).await
    }

    /// As [`PpobClient::connect`], as the consumer that `key` belongs to.
    pub async fn connect_with_key(
        endpoint: impl Into<String>,
        key: ApiKey,
    ) -> Result<Self, EndpointError> {
        let endpoint = crate::endpoint(endpoint, &ClientTls::default())?;
        Ok(Self::of_channel(endpoint.connect().await?, key))
    }

    /// The clients over a connection made from [`crate::endpoint`], as the consumer that `key` belongs
    /// to.
    pub fn of_channel(channel: Channel, key: ApiKey) -> Self {
        Self {
            catalog: CatalogServiceClient::with_interceptor(channel.clone(), key.clone()),
            payments: PaymentServiceClient::with_interceptor(channel, key),
        }
    }

    /// Pays, and waits until the payment is final or `patience` is over; the payment that comes
    /// back may then not be final (see [`is_final`]).
    ///
    /// Lost answers are met by repeating the same id, which pays once. `wait` in the request is
    /// set by this function.
    ///
    /// # Errors
    /// [`PayError::NotAccepted`] is safe to give up on. After [`PayError::Unanswered`] the money
    /// may be spent.
    pub async fn pay_and_wait(
        &self,
        request: CreatePaymentRequest,
        patience: Duration,
    ) -> Result<Payment, PayError> {
        let payment_id = request.payment_id.clone();
        let mut last = Last::default();
        match tokio::time::timeout(
            patience.saturating_add(GRACE),
            self.repeat(request, patience, &mut last),
        )
        .await
        {
            Ok(done) => done,
            Err(_) => last
                .payment
                .map(|payment| *payment)
                .ok_or(PayError::Unanswered { payment_id, last: last.error }),
        }
    }

    /// Dropping this future at any point is safe: the next call repeats the same id.
    async fn repeat(
        &self,
        mut request: CreatePaymentRequest,
        patience: Duration,
        last: &mut Last,
    ) -> Result<Payment, PayError> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            // The server answers with the state as it is when its wait is over, and that is an answer.
            let left = patience.saturating_sub(begun.elapsed());
            request.wait = prost_types::Duration::try_from(WAIT.min(left)).ok();
            let mut call = Request::new(request.clone());
            call.set_timeout(CALL_TIMEOUT);
            match self.payments.clone().create_payment(call).await {
                Ok(answer) => {
                    let payment = answer.into_inner().payment;
                    if let Some(payment) = payment {
                        if is_final(&payment) || begun.elapsed() >= patience {
                            return Ok(payment);
                        }
                        last.payment = Some(Box::new(payment));
                    }
                }
                // A refusal speaks for its own call only, not for one whose answer was lost.
                Err(status) if !may_be_accepted(&status) && last.is_nothing() => {
                    return Err(PayError::NotAccepted(Box::new(status)));
                }
                Err(status) => last.error = Some(Box::new(status)),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl ApiKey {
    /// A key as it was handed to the consumer.
    ///
    /// # Errors
    /// If it has characters that cannot be sent.
    pub fn new(key: &str) -> Result<Self, ApiKeyError> {
        let mut value: MetadataValue<Ascii> =
            format!("Bearer {key}").parse().map_err(|_| ApiKeyError(()))?;
        value.set_sensitive(true);
        Ok(Self(Some(value)))
    }
}

impl Interceptor for ApiKey {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(key) = &self.0 {
            request.metadata_mut().insert("authorization", key.clone());
        }
        Ok(request)
    }
}

/// Whether the state of a payment is final, so that waiting longer changes nothing. A PLN token
/// may still be awaited then.
pub fn is_final(payment: &Payment) -> bool {
    matches!(
        payment.state(),
        PaymentState::Succeeded | PaymentState::Failed | PaymentState::Reversed
    )
}

/// What the calls so far have told.
#[derive(Default)]
struct Last {
    payment: Option<Box<Payment>>,
    error: Option<Box<Status>>,
}

impl Last {
    fn is_nothing(&self) -> bool {
        self.payment.is_none() && self.error.is_none()
    }
}
