//! `PaymentService`.

use std::sync::Arc;

use ppob_api::v1;
use ppob_api::v1::payment_service_server::PaymentService;
use tonic::{Request, Response, Status};

use super::{
    Answers, abandon_payment, create_payment, get_payment, inquire, list_payments,
    stream_payment_events, watch_payment,
};
use crate::shared::Shared;

/// `PaymentService`.
#[derive(Debug)]
pub(crate) struct PaymentApi(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl PaymentService for PaymentApi {
    type WatchPaymentStream = Answers<v1::WatchPaymentResponse>;
    type StreamPaymentEventsStream = Answers<v1::StreamPaymentEventsResponse>;

    async fn inquire(
        &self,
        request: Request<v1::InquireRequest>,
    ) -> Result<Response<v1::InquireResponse>, Status> {
        inquire::inquire(&self.0, request).await.map(Response::new)
    }

    async fn create_payment(
        &self,
        request: Request<v1::CreatePaymentRequest>,
    ) -> Result<Response<v1::CreatePaymentResponse>, Status> {
        create_payment::create_payment(&self.0, request).await.map(Response::new)
    }

    async fn get_payment(
        &self,
        request: Request<v1::GetPaymentRequest>,
    ) -> Result<Response<v1::GetPaymentResponse>, Status> {
        get_payment::get_payment(&self.0, request).await.map(Response::new)
    }

    async fn list_payments(
        &self,
        request: Request<v1::ListPaymentsRequest>,
    ) -> Result<Response<v1::ListPaymentsResponse>, Status> {
        list_payments::list_payments(&self.0, request).await.map(Response::new)
    }

    async fn batch_get_payments(
        &self,
        request: Request<v1::BatchGetPaymentsRequest>,
    ) -> Result<Response<v1::BatchGetPaymentsResponse>, Status> {
        get_payment::batch_get_payments(&self.0, request).await.map(Response::new)
    }

    async fn watch_payment(
        &self,
        request: Request<v1::WatchPaymentRequest>,
    ) -> Result<Response<Self::WatchPaymentStream>, Status> {
        watch_payment::watch_payment(&self.0, request).await.map(Response::new)
    }

    async fn abandon_payment(
        &self,
        request: Request<v1::AbandonPaymentRequest>,
    ) -> Result<Response<v1::AbandonPaymentResponse>, Status> {
        abandon_payment::abandon_payment(&self.0, request).await.map(Response::new)
    }

    async fn stream_payment_events(
        &self,
        request: Request<v1::StreamPaymentEventsRequest>,
    ) -> Result<Response<Self::StreamPaymentEventsStream>, Status> {
        stream_payment_events::stream_payment_events(&self.0, request).await.map(Response::new)
    }
}
