//! The client pays once in spite of lost answers.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ppob_api::error::{ACCEPTED, DOMAIN, reason};
use ppob_api::v1::payment_service_server::{PaymentService, PaymentServiceServer};
use ppob_api::v1::{
    AbandonPaymentRequest, AbandonPaymentResponse, BatchGetPaymentsRequest,
    BatchGetPaymentsResponse, CreatePaymentRequest, CreatePaymentResponse, GetPaymentRequest,
    GetPaymentResponse, InquireRequest, InquireResponse, ListPaymentsRequest, ListPaymentsResponse,
    Payment, PaymentState, StreamPaymentEventsRequest, StreamPaymentEventsResponse,
    WatchPaymentRequest, WatchPaymentResponse,
};
use ppob_api::{ApiKey, PayError, PpobClient};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

type Answer = Result<PaymentState, Status>;

const PATIENCE: Duration = Duration::from_secs(60);

/// Gives the scripted answers in order and then none any more, and remembers what it was asked.
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<(CreatePaymentRequest, Option<String>)>>,
    /// One permit per call.
    calls: Semaphore,
}

struct FakeServer(Arc<Script>);

#[tonic::async_trait]
impl PaymentService for FakeServer {
    type WatchPaymentStream = tokio_stream::Empty<Result<WatchPaymentResponse, Status>>;
    type StreamPaymentEventsStream =
        tokio_stream::Empty<Result<StreamPaymentEventsResponse, Status>>;

    async fn create_payment(
        &self,
        request: Request<CreatePaymentRequest>,
    ) -> Result<Response<CreatePaymentResponse>, Status> {
        let key = request.metadata().get("authorization");
        let key = key.map(|value| value.to_str().unwrap().to_owned());
        let request = request.into_inner();
        let payment_id = request.payment_id.clone();
        self.0.asked.lock().unwrap().push((request, key));
        self.0.calls.add_permits(1);
        let answer = self.0.answers.lock().unwrap().pop_front();
        let Some(answer) = answer else {
            return std::future::pending().await;
        };
        let state = answer?;
        let payment = Payment { payment_id, state: state.into(), ..Payment::default() };
        Ok(Response::new(CreatePaymentResponse { payment: Some(payment), existed: false }))
    }

    async fn inquire(
        &self,
        _: Request<InquireRequest>,
    ) -> Result<Response<InquireResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_payment(
        &self,
        _: Request<GetPaymentRequest>,
    ) -> Result<Response<GetPaymentResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_payments(
        &self,
        _: Request<ListPaymentsRequest>,
    ) -> Result<Response<ListPaymentsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn batch_get_payments(
        &self,
        _: Request<BatchGetPaymentsRequest>,
    ) -> Result<Response<BatchGetPaymentsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn watch_payment(
        &self,
        _: Request<WatchPaymentRequest>,
    ) -> Result<Response<Self::WatchPaymentStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn abandon_payment(
        &self,
        _: Request<AbandonPaymentRequest>,
    ) -> Result<Response<AbandonPaymentResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn stream_payment_events(
        &self,
        _: Request<StreamPaymentEventsRequest>,
    ) -> Result<Response<Self::StreamPaymentEventsStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

struct Bench {
    script: Arc<Script>,
    client: PpobClient,
    server: JoinHandle<()>,
}

impl Bench {
    async fn start(answers: Vec<Answer>) -> Self {
        let script = Arc::new(Script {
            answers: Mutex::new(answers.into()),
            asked: Mutex::default(),
            calls: Semaphore::new(0),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = PaymentServiceServer::new(FakeServer(Arc::clone(&script)));
        let server = tokio::spawn(async move {
            tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener))
                .await
                .unwrap();
        });
        let key = ApiKey::new("key-1").unwrap();
        let client = PpobClient::connect_with_key(format!("http://{address}"), key).await.unwrap();
        Self { script, client, server }
    }

    async fn pay(&self) -> Result<Payment, PayError> {
        let request = CreatePaymentRequest { payment_id: "id-1".into(), ..Default::default() };
        self.client.pay_and_wait(request, PATIENCE).await
    }

    /// Lets the clock run off as soon as the call after the last scripted answer waits.
    async fn pay_until_patience_ends(&self) -> Result<Payment, PayError> {
        let last_call = u32::try_from(self.script.answers.lock().unwrap().len()).unwrap() + 1;
        let run_off = async {
            self.script.calls.acquire_many(last_call).await.unwrap().forget();
            tokio::time::pause();
        };
        tokio::join!(self.pay(), run_off).0
    }

    fn asked(&self) -> Vec<(CreatePaymentRequest, Option<String>)> {
        self.script.asked.lock().unwrap().clone()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn refusal(reason: &str) -> Status {
    let metadata = [(ACCEPTED.to_owned(), "no".to_owned())];
    let details = ErrorDetails::with_error_info(reason, DOMAIN, metadata);
    Status::with_error_details(Code::FailedPrecondition, "refused", details)
}

#[tokio::test]
async fn a_lost_answer_is_met_by_repeating_the_same_request() {
    let bench = Bench::start(vec![
        Err(Status::unknown("transport error")),
        Ok(PaymentState::Processing),
        Ok(PaymentState::Succeeded),
    ])
    .await;
    let payment = bench.pay().await.unwrap();
    assert_eq!(payment.state(), PaymentState::Succeeded);
    let asked = bench.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(asked[0].1.as_deref(), Some("Bearer key-1"));
}

#[tokio::test]
async fn a_refusal_of_the_first_call_ends_it() {
    let bench = Bench::start(vec![Err(refusal(reason::PAYMENT_OPEN))]).await;
    let error = bench.pay().await.unwrap_err();
    assert!(matches!(error, PayError::NotAccepted(_)), "{error:?}");
    assert_eq!(bench.asked().len(), 1);
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_says_nothing_about_the_lost_call() {
    let bench = Bench::start(vec![
        Err(Status::unavailable("connection reset")),
        Err(refusal(reason::RATE_LIMITED)),
        Ok(PaymentState::Succeeded),
    ])
    .await;
    let payment = bench.pay().await.unwrap();
    assert_eq!(payment.state(), PaymentState::Succeeded);
}

#[tokio::test]
async fn when_patience_ends_the_last_known_state_comes_back() {
    let bench = Bench::start(vec![Ok(PaymentState::InDoubt)]).await;
    let payment = bench.pay_until_patience_ends().await.unwrap();
    assert_eq!(payment.state(), PaymentState::InDoubt);
}

#[tokio::test]
async fn when_patience_ends_without_an_answer_the_payment_may_be_paid() {
    let bench = Bench::start(vec![Err(Status::unknown("transport error"))]).await;
    match bench.pay_until_patience_ends().await {
        Err(PayError::Unanswered { payment_id, .. }) => assert_eq!(payment_id, "id-1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_that_cannot_be_sent_is_refused_and_never_shown() {
    assert!(ApiKey::new("line\nbreak").is_err());
    assert!(!format!("{:?}", ApiKey::new("key-1").unwrap()).contains("key-1"));
}
