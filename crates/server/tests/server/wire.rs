//! What comes back from calls that no proper client makes.

use std::future::poll_fn;

use ppob_api::error::{Reason, may_be_accepted, reason_of};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Service, http};

use crate::support::World;

const PAY: &str = "/ppob.v1.PaymentService/CreatePayment";
const EVENTS: &str = "/ppob.v1.PaymentService/StreamPaymentEvents";

/// Sends these bytes to this path, and gives the status of the answer.
async fn answer(world: &mut World, path: &str, encoding: &str, body: &[u8]) -> Status {
    let request = http::Request::post(format!("http://{}{path}", world.server.api_address()))
        .header("content-type", "application/grpc")
        .header("grpc-encoding", encoding)
        .body(Body::new(axum::body::Body::from(body.to_vec())))
        .unwrap();
    poll_fn(|cx| world.channel.poll_ready(cx)).await.unwrap();
    let answer = world.channel.call(request).await.unwrap();
    Status::from_header_map(answer.headers()).unwrap()
}

#[tokio::test]
async fn whatever_is_no_call_of_this_api_is_refused_with_a_reason_and_a_promise() {
    let mut world = World::new().await;
    let none: &[u8] = &[];
    let empty: &[u8] = &[0; 5];
    let (unreadable, unknown) = (Reason::FIELD_INVALID, Reason::NOT_IMPLEMENTED);
    for (what, path, encoding, body, expected) in [
        ("no message", PAY, "identity", none, unreadable),
        ("an empty message", PAY, "identity", empty, unreadable),
        ("two messages", PAY, "identity", &[0; 10], unreadable),
        ("a cut length", PAY, "identity", &[0, 0], unreadable),
        ("a cut message", PAY, "identity", &[0, 0, 0, 0, 9, 1], unreadable),
        ("no protobuf", PAY, "identity", &[0, 0, 0, 0, 2, 255, 255], unreadable),
        ("text that is none", PAY, "identity", &[0, 0, 0, 0, 3, 10, 1, 255], unreadable),
        ("a flag that is none", PAY, "identity", &[7, 0, 0, 0, 1, 0], unreadable),
        ("unannounced compression", PAY, "identity", &[1, 0, 0, 0, 1, 0], unreadable),
        ("4 GiB", PAY, "identity", &[0, 255, 255, 255, 255], unreadable),
        ("4 GiB to a stream", EVENTS, "identity", &[0, 255, 255, 255, 255], unreadable),
        ("gzip", PAY, "gzip", empty, unknown),
        ("no path", "/", "identity", empty, unknown),
        ("no such service", "/a.B/C", "identity", empty, unknown),
        ("no such method", "/ppob.v1.PaymentService/Pay", "identity", empty, unknown),
        ("another spelling", "/ppob.v1.paymentservice/CreatePayment", "identity", empty, unknown),
        ("operators", "/ppob.v1.OperatorService/AddNote", "identity", empty, unknown),
    ] {
        let status = answer(&mut world, path, encoding, body).await;
        assert_eq!(reason_of(&status).as_deref(), Some(expected.word), "{what}: {status}");
        assert_eq!(status.code(), expected.code, "{what}");
        assert!(status.message().to_lowercase().contains("nothing was done"), "{what}: {status}");
        assert_eq!(may_be_accepted(&status), path == EVENTS, "{what}");
    }
    assert!(world.provider.charges.lock().unwrap().is_empty());
    world.end().await;
}
