//! Faults on the wire: what arrives, and what was debited.

use std::io::ErrorKind;

use ppob_simulator::mmbc::{Fault, FaultKind, MmbcHandle, Stage, Verb};
use ppob_simulator::{Ending, Framing};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::{exchange, field, order, parse, pay, pay_request, request, start};

const NUMBER: &str = "530000001234";

fn once(simulator: &MmbcHandle, kind: FaultKind) {
    simulator.add_fault(Fault::new(kind).verb(Verb::Pay).times(1)).unwrap();
}

async fn raw_pay(simulator: &MmbcHandle) -> std::io::Result<Vec<u8>> {
    exchange(simulator.address(), &pay_request("one", "PLNS20", NUMBER)).await
}

fn debits(simulator: &MmbcHandle) -> usize {
    simulator.ledger().charges.len()
}

fn read_pays(simulator: &MmbcHandle) -> u64 {
    simulator.requests().of(Verb::Pay)
}

#[tokio::test]
async fn a_connection_drops_at_every_stage_with_fin_and_reset() {
    for (stage, read, debited) in
        [(Stage::BeforeBody, 0, 0), (Stage::BeforeDebit, 1, 0), (Stage::AfterDebit, 1, 1)]
    {
        for ending in [Ending::Fin, Ending::Reset] {
            let simulator = start().await;
            once(&simulator, FaultKind::Drop { stage, ending });
            let outcome = raw_pay(&simulator).await;
            match ending {
                Ending::Fin => assert_eq!(outcome.unwrap(), b"", "{stage:?}"),
                Ending::Reset => {
                    assert_eq!(
                        outcome.unwrap_err().kind(),
                        ErrorKind::ConnectionReset,
                        "{stage:?}"
                    );
                }
            }
            assert_eq!((read_pays(&simulator), debits(&simulator)), (read, debited), "{stage:?}");
            simulator.shutdown().await;
        }
    }
}

#[tokio::test]
async fn a_fault_before_the_body_strikes_although_the_body_never_comes() {
    let simulator = start().await;
    once(&simulator, FaultKind::Drop { stage: Stage::BeforeBody, ending: Ending::Fin });
    let head = "POST /json/ppob/bayartagihan HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n";
    assert_eq!(exchange(simulator.address(), head.as_bytes()).await.unwrap(), b"");
    assert_eq!(simulator.requests().unread.get(&Verb::Pay), Some(&1));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_body_is_cut_with_and_without_a_length() {
    let simulator = start().await;
    once(&simulator, FaultKind::TruncatedBody { framing: Framing::ContentLength });
    let cut = parse(&raw_pay(&simulator).await.unwrap()).unwrap();
    let promised: usize = cut.headers.get("content-length").unwrap().parse().unwrap();
    assert!(!cut.body.is_empty() && cut.body.len() < promised);

    once(&simulator, FaultKind::TruncatedBody { framing: Framing::CloseDelimited });
    let cut = parse(&raw_pay(&simulator).await.unwrap()).unwrap();
    assert_eq!(cut.headers.get("content-length"), None);
    assert!(serde_json::from_slice::<serde_json::Value>(&cut.body).is_err());
    assert_eq!(debits(&simulator), 2);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_stalled_connection_stays_silent_until_the_client_leaves() {
    let simulator = start().await;
    once(&simulator, FaultKind::Stall { stage: Stage::AfterDebit, milliseconds: None });
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    stream.write_all(&pay_request("one", "PLNS20", NUMBER)).await.unwrap();
    simulator.wait_for_charges(1).await;
    stream.shutdown().await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    assert_eq!(received, b"");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_stall_for_a_time_ends_with_the_connection() {
    let simulator = start().await;
    once(&simulator, FaultKind::Stall { stage: Stage::BeforeDebit, milliseconds: Some(20) });
    assert_eq!(raw_pay(&simulator).await.unwrap(), b"");
    assert_eq!(debits(&simulator), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_stalled_connection_does_not_hold_up_the_shutdown_or_anybody_else() {
    let simulator = start().await;
    once(&simulator, FaultKind::Stall { stage: Stage::BeforeDebit, milliseconds: None });
    let mut stalled = TcpStream::connect(simulator.address()).await.unwrap();
    stalled.write_all(&pay_request("one", "PLNS20", NUMBER)).await.unwrap();
    simulator.wait_for_pay_requests(1).await;
    let paid = pay(&simulator, "one", "PLNS20", NUMBER).await.json();
    assert_eq!(field(&paid, "ppob_status"), "confirm");
    simulator.shutdown().await;
    assert!(TcpStream::connect(simulator.address()).await.is_err());
}

#[tokio::test]
async fn garbage_is_not_http() {
    let simulator = start().await;
    once(&simulator, FaultKind::Garbage { stage: Stage::AfterDebit });
    let received = raw_pay(&simulator).await.unwrap();
    assert!(!received.is_empty() && parse(&received).is_none());
    assert_eq!(debits(&simulator), 1);
    simulator.shutdown().await;
}

#[tokio::test]
async fn an_error_status_comes_before_or_after_the_debit() {
    let simulator = start().await;
    for (status, stage, debited) in
        [(503, Stage::BeforeBody, 0), (500, Stage::BeforeDebit, 0), (504, Stage::AfterDebit, 1)]
    {
        once(&simulator, FaultKind::HttpStatus { status, stage });
        let answer = pay(&simulator, "one", "PLNS20", NUMBER).await;
        assert_eq!(answer.status, status);
        assert!(answer.text().starts_with("<!DOCTYPE html>"));
        assert_eq!(debits(&simulator), debited);
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_redirect_tells_where_and_does_nothing() {
    let simulator = start().await;
    for status in [301, 307] {
        let location = "http://127.0.0.1:1/json/ppob/bayartagihan".to_owned();
        once(&simulator, FaultKind::Redirect { status, location: location.clone() });
        let answer = pay(&simulator, "one", "PLNS20", NUMBER).await;
        assert_eq!((answer.status, answer.headers.get("location")), (status, Some(&location)));
    }
    assert_eq!(debits(&simulator), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_delayed_answer_arrives_whole() {
    let simulator = start().await;
    for stage in [Stage::BeforeDebit, Stage::AfterDebit] {
        once(&simulator, FaultKind::Delay { milliseconds: 20, stage });
        let answer = pay(&simulator, "one", "PLNS20", NUMBER).await.json();
        assert_eq!(field(&answer, "result"), "ok");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_late_execution_debits_after_the_connection_is_gone() {
    let simulator = start().await;
    once(&simulator, FaultKind::LateExecution { milliseconds: 200, hold: false });
    assert_eq!(raw_pay(&simulator).await.unwrap(), b"");
    simulator.wait_for_charges(1).await;
    assert_eq!(simulator.balance("one"), Some(9_979_300));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_connection_carries_several_requests_until_it_is_told_to_close() {
    let simulator = start().await;
    let closing = pay_request("one", "PLNS20", NUMBER);
    let staying = String::from_utf8(closing.clone()).unwrap().replace("Connection: close\r\n", "");
    let both = [staying.as_bytes(), &closing].concat();
    let received = exchange(simulator.address(), &both).await.unwrap();
    let text = String::from_utf8(received).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(text.matches("Connection: close").count(), 1);
    assert_eq!(debits(&simulator), 2);
    simulator.shutdown().await;
}

#[tokio::test]
async fn what_is_no_request_of_the_api_moves_no_money() {
    let simulator = start().await;
    let body = order("one", "PLNS20", NUMBER);
    for (bytes, status) in [
        (request("GET", "/json/ppob/bayartagihan", &body), 405),
        (request("POST", "/json/ppob/bayar", &body), 404),
        (b"HELLO\r\n\r\n".to_vec(), 400),
        (
            b"POST /json/ppob/bayartagihan HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
            411,
        ),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n".to_vec(), 413),
    ] {
        let answer = parse(&exchange(simulator.address(), &bytes).await.unwrap()).unwrap();
        assert_eq!(answer.status, status);
    }
    // Half a body, then the client leaves: the request was never read.
    let whole = pay_request("one", "PLNS20", NUMBER);
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    stream.write_all(whole.get(..whole.len() - 5).unwrap()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.unwrap();
    assert_eq!((debits(&simulator), read_pays(&simulator)), (0, 0));
    simulator.shutdown().await;
}
