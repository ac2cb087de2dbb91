//! Metrics: what is counted, and that nobody can make them grow.

use std::future::poll_fn;

use ppob_api::v1::GetPaymentRequest;
use ppob_server::PrometheusMetrics;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Request;
use tonic::codegen::{Service, http};

use crate::support::{METER, PLN_TOKEN, World, meter, token, token_for};

/// The body of an HTTP answer.
pub(crate) async fn get(world: &World, path: &str) -> String {
    let mut stream = TcpStream::connect(world.server.metrics_address().unwrap()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn series(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[tokio::test]
async fn calls_are_counted_by_method_and_code() {
    let metrics = PrometheusMetrics::new().unwrap();
    let _here = metrics::set_default_local_recorder(metrics.recorder());
    let world = World::with(Some(metrics.handle()), |_| {}).await;
    world.pay(token("payment-0001")).await;
    let mut payments = world.client.payments.clone();
    payments.create_payment(token("short")).await.unwrap_err();
    let text = get(&world, "/metrics").await;
    for expected in [
        r#"ppob_grpc_requests_total{service="ppob.v1.PaymentService",method="CreatePayment",code="OK"} 1"#,
        r#"ppob_grpc_requests_total{service="ppob.v1.PaymentService",method="CreatePayment",code="INVALID_ARGUMENT"} 1"#,
        r#"ppob_grpc_requests_in_flight{service="ppob.v1.PaymentService",method="CreatePayment"} 0"#,
        r#"ppob_grpc_request_duration_seconds_count{service="ppob.v1.PaymentService",method="CreatePayment"} 2"#,
        r#"ppob_grpc_overhead_seconds_count{method="CreatePayment"} 2"#,
        r#"ppob_grpc_connections{listener="api"} 2"#,
        r#"ppob_payments_open{state="IN_DOUBT"} 0"#,
        r#"ppob_payment_outcomes_total{family="pln-prepaid",state="SUCCEEDED"} 1"#,
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert!(get(&world, "/healthz").await.ends_with("ready\n"));
    world.engine.drain();
    assert!(get(&world, "/healthz").await.starts_with("HTTP/1.1 503"));
    world.end().await;
}

#[tokio::test]
async fn hostile_callers_add_no_series_and_no_secrets() {
    let metrics = PrometheusMetrics::new().unwrap();
    let _here = metrics::set_default_local_recorder(metrics.recorder());
    let mut world = World::with(Some(metrics.handle()), |_| {}).await;
    world.pay(token("payment-0001")).await;
    let hostile = async |world: &mut World, number: usize| {
        let mut payments = world.client.payments.clone();
        let id = format!("payment-hostile-{number}");
        let mut get = Request::new(GetPaymentRequest { payment_id: id });
        let value = format!("x{number}\"}} 1").parse().unwrap();
        get.metadata_mut().insert("x-merchant-id", value);
        payments.get_payment(get).await.unwrap_err();
        let uri = format!("http://{}/evil.{number}/Me{number}", world.server.api_address());
        let request = http::Request::post(uri)
            .header("content-type", "application/grpc")
            .body(tonic::body::Body::empty())
            .unwrap();
        poll_fn(|cx| world.channel.poll_ready(cx)).await.unwrap();
        drop(world.channel.call(request).await.unwrap());
        world.pay(token_for(&format!("payment-many-{number:04}"), &meter(number))).await;
    };
    hostile(&mut world, 1).await;
    let before = get(&world, "/metrics").await;
    for number in 2..40 {
        hostile(&mut world, number).await;
    }
    let after = get(&world, "/metrics").await;
    assert_eq!(series(&before).len(), series(&after).len());
    assert!(series(&after).len() < 600, "{}", series(&after).len());
    for secret in [METER, PLN_TOKEN, "BUDI", "payment-0001", "evil", "INV1", "x-merchant"] {
        assert!(!after.contains(secret), "{secret}");
    }
    assert!(after.contains(r#"service="unknown",method="unknown",code="UNIMPLEMENTED"} 39"#));
    world.end().await;
}
