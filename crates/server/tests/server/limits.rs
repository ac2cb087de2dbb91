//! What is too much.

use std::future::poll_fn;

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::operator_service_client::OperatorServiceClient;
use ppob_api::v1::{CreatePaymentRequest, GetPaymentRequest, ListProvidersRequest, PaymentState};
use ppob_server::ConnectionCaps;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::{Code, codegen::Service};

use crate::support::{World, token};

#[tokio::test]
async fn a_message_of_10_mib_is_refused_in_words_and_the_connection_lives() {
    let world = World::new().await;
    let mut payments = world.client.payments.clone();
    let huge = CreatePaymentRequest {
        customer_number: "9".repeat(10 * 1024 * 1024),
        ..token("payment-0001")
    };
    let status = payments.create_payment(huge).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID));
    assert!(!may_be_accepted(&status));
    assert!(status.message().contains("64 KiB"), "{status}");
    let payment = payments.create_payment(token("payment-0001")).await.unwrap().into_inner();
    assert_eq!(payment.payment.unwrap().state(), PaymentState::Succeeded);
    world.end().await;
}

#[tokio::test]
async fn operators_are_not_served_on_the_port_of_callers() {
    let world = World::new().await;
    let mut operator = OperatorServiceClient::new(world.channel.clone());
    let status = operator.list_providers(ListProvidersRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains("port of its own"), "{status}");
    world.end().await;
}

#[tokio::test]
async fn compressed_requests_are_refused_in_words() {
    // This build has no compression at all, so a client has to claim it by hand.
    let mut world = World::new().await;
    let request = tonic::codegen::http::Request::post(format!(
        "http://{}/ppob.v1.PaymentService/CreatePayment",
        world.server.api_address()
    ))
    .header("content-type", "application/grpc")
    .header("grpc-encoding", "gzip")
    .body(tonic::body::Body::empty())
    .unwrap();
    poll_fn(|cx| world.channel.poll_ready(cx)).await.unwrap();
    let answer = world.channel.call(request).await.unwrap();
    let status = tonic::Status::from_header_map(answer.headers()).unwrap();
    assert_eq!(status.code(), Code::Unimplemented, "{status}");
    assert!(!may_be_accepted(&status));
    world.end().await;
}

#[tokio::test]
async fn connections_beyond_the_cap_are_closed_at_once() {
    // The world itself holds two connections.
    let world = World::with(None, |options| {
        options.connections = ConnectionCaps { total: 2, per_address: 2 };
    })
    .await;
    let mut third = TcpStream::connect(world.server.api_address()).await.unwrap();
    let mut byte = [0];
    assert_eq!(third.read(&mut byte).await.unwrap_or(0), 0);
    world.pay(token("payment-0001")).await;
    world.end().await;
}

#[tokio::test]
async fn more_calls_than_streams_on_one_connection_all_end() {
    let world = World::new().await;
    world.pay(token("payment-0001")).await;
    let mut calls = Vec::new();
    for _ in 0..500 {
        let mut payments = world.client.payments.clone();
        calls.push(tokio::spawn(async move {
            let request = GetPaymentRequest { payment_id: "payment-0001".to_owned() };
            payments.get_payment(request).await.map(|_| ())
        }));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    world.end().await;
}
