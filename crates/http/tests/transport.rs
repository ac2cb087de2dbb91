//! Every fault of the transport, and what is proved by it: sent, not sent, or nobody knows.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::process::Command;
use std::time::Duration;

use futures::poll;
use ppob_http::{Answer, SendResult, Timeouts};
use ppob_types::{NotSentCause, PayOutcome, UnknownCause};
use support::{Behaviour, BlackHole, Peer, answer, client, payment, permit, permit_of_a_sleeper};

const CONNECT: SendResult = SendResult::NotSent(NotSentCause::Connect);

/// Time enough for everything that answers.
fn patient() -> Timeouts {
    Timeouts::new(Duration::from_secs(10), Duration::from_secs(30)).unwrap()
}

/// For peers that never let a connection stand.
fn short_connect() -> Timeouts {
    Timeouts::new(Duration::from_millis(300), Duration::from_secs(30)).unwrap()
}

/// For peers that never finish an answer.
fn short_total() -> Timeouts {
    Timeouts::new(Duration::from_millis(500), Duration::from_secs(1)).unwrap()
}

async fn pay(url: &str, timeouts: Timeouts) -> SendResult {
    let (permit, watch) = permit(10);
    let result = client(url, timeouts).send(permit, payment()).await;
    let not_sent = matches!(result, SendResult::NotSent(_));
    assert_eq!(not_sent, !watch.may_have_sent(), "the permit saw it, too");
    result
}

/// Pays at a peer and returns the verdict and how many whole POSTs the peer read.
async fn pay_at(behaviour: Behaviour, timeouts: Timeouts) -> (SendResult, usize) {
    let peer = Peer::start(behaviour).await;
    let result = pay(&peer.url("http"), timeouts).await;
    (result, peer.posts())
}

fn lost(cause: UnknownCause) -> SendResult {
    SendResult::Lost { cause, partial: None }
}

fn answered(status: u16, body: &str) -> SendResult {
    SendResult::Answered(whole(status, body))
}

fn whole(status: u16, body: &str) -> Answer {
    Answer { status, body: body.as_bytes().to_vec(), truncated_by_cap: false }
}

#[tokio::test]
async fn a_whole_answer_comes_back_byte_for_byte() {
    let (result, posts) = pay_at(Behaviour::Send(answer("200 OK", "{}")), patient()).await;
    assert_eq!((result, posts), (answered(200, "{}"), 1));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_not_sent() {
    assert_eq!(pay("http://does-not-exist.invalid/", short_connect()).await, CONNECT);
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    // A bound socket that does not listen keeps the port from anybody else and refuses.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let refusing = format!("http://{}/", socket.local_addr().unwrap());
    assert_eq!(pay(&refusing, patient()).await, CONNECT);
}

#[tokio::test]
async fn a_black_hole_is_not_sent_after_the_connect_timeout() {
    let hole = BlackHole::open().await;
    let url = format!("http://{}/", hole.address);
    assert_eq!(pay(&url, short_connect()).await, CONNECT);
}

#[tokio::test]
async fn tls_to_a_peer_without_tls_is_not_sent() {
    let peer = Peer::start(Behaviour::SendUnread(answer("400 Bad Request", ""))).await;
    let result = pay(&peer.url("https"), patient()).await;
    assert_eq!((result, peer.posts(), peer.connections()), (CONNECT, 0, 1));
}

#[tokio::test]
async fn a_stalled_tls_handshake_is_not_sent_after_the_connect_timeout() {
    let peer = Peer::start(Behaviour::SendUnread(Vec::new())).await;
    let result = pay(&peer.url("https"), short_connect()).await;
    assert_eq!((result, peer.posts(), peer.connections()), (CONNECT, 0, 1));
}

#[tokio::test]
async fn an_end_before_the_request_is_read_is_unknown() {
    let (result, posts) = pay_at(Behaviour::FinUnread, patient()).await;
    assert_eq!((result, posts), (lost(UnknownCause::ConnectionLost), 0));
}

#[tokio::test]
async fn an_end_after_the_request_is_read_is_unknown() {
    let (result, posts) = pay_at(Behaviour::FinAfterRead, patient()).await;
    assert_eq!((result, posts), (lost(UnknownCause::ConnectionLost), 1));
}

#[tokio::test]
async fn a_reset_before_the_request_is_read_is_unknown() {
    let (result, posts) = pay_at(Behaviour::ResetUnread, patient()).await;
    assert_eq!((result, posts), (lost(UnknownCause::ConnectionLost), 0));
}

#[tokio::test]
async fn a_reset_after_the_request_is_read_is_unknown() {
    let (result, posts) = pay_at(Behaviour::ResetAfterRead, patient()).await;
    assert_eq!((result, posts), (lost(UnknownCause::ConnectionLost), 1));
}

#[tokio::test]
async fn silence_until_the_total_timeout_is_unknown() {
    let (result, posts) = pay_at(Behaviour::Silence, short_total()).await;
    assert_eq!((result, posts), (lost(UnknownCause::TimedOut), 1));
}

#[tokio::test]
async fn a_body_shorter_than_its_stated_length_is_unknown_and_kept() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"result\":".to_vec();
    let (result, posts) = pay_at(Behaviour::Send(cut), patient()).await;
    let expected = SendResult::Lost {
        cause: UnknownCause::ConnectionLost,
        partial: Some(whole(200, "{\"result\":")),
    };
    assert_eq!((result, posts), (expected, 1));
}

#[tokio::test]
async fn a_body_that_stalls_until_the_total_timeout_is_unknown_and_kept() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"result\":".to_vec();
    let (result, posts) = pay_at(Behaviour::SendAndStall(head), short_total()).await;
    let expected = SendResult::Lost {
        cause: UnknownCause::TimedOut,
        partial: Some(whole(200, "{\"result\":")),
    };
    assert_eq!((result, posts), (expected, 1));
}

#[tokio::test]
async fn a_cut_body_without_a_length_looks_whole_so_that_parsers_must_check() {
    let cut = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"result\":".to_vec();
    let (result, posts) = pay_at(Behaviour::Send(cut), patient()).await;
    assert_eq!((result, posts), (answered(200, "{\"result\":"), 1));
}

#[tokio::test]
async fn bytes_that_are_not_http_are_unknown() {
    let garbage = b"\x16\x03\x01 not http\r\n\r\n".to_vec();
    let (result, posts) = pay_at(Behaviour::Send(garbage), patient()).await;
    assert_eq!((result, posts), (lost(UnknownCause::ConnectionLost), 1));
}

#[tokio::test]
async fn a_gateway_error_is_an_answer_that_proves_nothing() {
    let (result, posts) = pay_at(Behaviour::Send(answer("502 Bad Gateway", "x")), patient()).await;
    assert_eq!((result, posts), (answered(502, "x"), 1));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Peer::start(Behaviour::KeepAlive).await;
        let redirect = format!(
            "HTTP/1.1 {status} Moved\r\nLocation: {}bayartagihan\r\nContent-Length: 0\r\n\r\n",
            elsewhere.url("http")
        );
        let (result, posts) = pay_at(Behaviour::Send(redirect.into_bytes()), patient()).await;
        assert_eq!((result, posts), (answered(status, ""), 1));
        assert_eq!(elsewhere.connections(), 0, "{status}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_and_says_so() {
    let long = "x".repeat(300 * 1024);
    let (result, posts) = pay_at(Behaviour::Send(answer("200 OK", &long)), patient()).await;
    let SendResult::Answered(answer) = result else {
        panic!("{result:?}");
    };
    assert_eq!((answer.body.len(), posts), (256 * 1024, 1));
    assert!(answer.truncated_by_cap);
}

#[tokio::test]
async fn fact_54_each_payment_has_a_connection_of_its_own_so_that_none_is_replayed() {
    let peer = Peer::start(Behaviour::KeepAlive).await;
    let client = client(&peer.url("http"), patient());
    for _ in 0..3 {
        let result = client.send(permit(10).0, payment()).await;
        assert_eq!(result, answered(200, "{}"));
    }
    assert_eq!((peer.connections(), peer.posts()), (3, 3));
}

#[tokio::test]
async fn an_expired_permit_connects_to_nobody() {
    let peer = Peer::start(Behaviour::KeepAlive).await;
    let client = client(&peer.url("http"), patient());
    let (permit, watch) = permit(9);
    let result = client.send(permit, payment()).await;
    assert_eq!(result, SendResult::NotSent(NotSentCause::PermitExpired));
    assert!(!watch.may_have_sent());
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_process_that_sleeps_while_it_connects_sends_nothing_when_it_wakes() {
    let peer = Peer::start(Behaviour::KeepAlive).await;
    let client = client(&peer.url("http"), patient());
    let (permit, watch) = permit_of_a_sleeper();
    let result = client.send(permit, payment()).await;
    assert_eq!(result, SendResult::NotSent(NotSentCause::PermitExpired));
    assert!(!watch.may_have_sent());
    assert_eq!(peer.posts(), 0);
}

#[tokio::test]
async fn a_path_to_another_host_is_not_sent() {
    let peer = Peer::start(Behaviour::KeepAlive).await;
    let client = client("http://127.0.0.1:1/", patient());
    let form = ppob_http::Request::form(&format!("//{}/x", peer.address), &[]);
    let result = client.send(permit(10).0, form).await;
    assert_eq!(result, SendResult::NotSent(NotSentCause::Unbuildable));
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_future_dropped_while_connecting_is_not_sent() {
    let hole = BlackHole::open().await;
    let client = client(&format!("http://{}/", hole.address), patient());
    let (permit, watch) = permit(10);
    let mut sending = Box::pin(client.send(permit, payment()));
    assert!(poll!(sending.as_mut()).is_pending());
    drop(sending);
    assert_eq!(watch.outcome_without_answer(), PayOutcome::NotSent(NotSentCause::Connect));
}

#[tokio::test]
async fn a_future_dropped_after_the_request_left_is_unknown() {
    let peer = Peer::start(Behaviour::Silence).await;
    let client = client(&peer.url("http"), patient());
    let (permit, watch) = permit(10);
    tokio::select! {
        result = client.send(permit, payment()) => panic!("{result:?}"),
        () = peer.post_read() => {}
    }
    assert_eq!(watch.outcome_without_answer(), PayOutcome::Unknown(UnknownCause::Crashed));
    assert_eq!(peer.posts(), 1);
}

/// The environment is the process's, so a process of its own gets the proxy.
#[tokio::test]
async fn a_proxy_in_the_environment_is_ignored() {
    let peer = Peer::start(Behaviour::KeepAlive).await;
    let proxy = Peer::start(Behaviour::KeepAlive).await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "pays_in_a_process_of_its_own", "--ignored"]);
    child.env("PPOB_TEST_PEER", peer.url("http"));
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, proxy.url("http"));
    }
    child.env_remove("no_proxy").env_remove("NO_PROXY");
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!((peer.posts(), proxy.connections()), (1, 0));
}

#[tokio::test]
#[ignore = "run by a_proxy_in_the_environment_is_ignored, with a proxy in its environment"]
async fn pays_in_a_process_of_its_own() {
    let peer = std::env::var_os("PPOB_TEST_PEER").unwrap();
    let result = pay(peer.to_str().unwrap(), patient()).await;
    assert_eq!(result, answered(200, "{}"));
}
