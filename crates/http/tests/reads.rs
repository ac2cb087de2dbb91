//! Calls that move no money.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[expect(dead_code, reason = "shared with the tests of payments")]
mod support;

use std::time::Duration;

use ppob_http::{BaseUrl, ReadClient, Timeouts, reach};
use ppob_provider::ProviderErrorKind;
use support::{Behaviour, Peer, answer, payment};

fn client(peer: &Peer) -> ReadClient {
    let timeouts = Timeouts::new(Duration::from_millis(500), Duration::from_secs(1)).unwrap();
    ReadClient::new(BaseUrl::parse(&peer.url("http"), true).unwrap(), timeouts).unwrap()
}

#[tokio::test]
async fn reads_share_a_connection() {
    let peer = Peer::start(Behaviour::KeepAlive).await;
    let client = client(&peer);
    for _ in 0..3 {
        assert_eq!(client.ask(payment()).await.unwrap().body, b"{}");
    }
    assert_eq!((peer.connections(), peer.posts()), (1, 3));
}

#[tokio::test]
async fn any_status_is_an_answer_and_no_redirect_is_followed() {
    let elsewhere = Peer::start(Behaviour::KeepAlive).await;
    let redirect = format!("307 Moved\r\nLocation: {}", elsewhere.url("http"));
    let peer = Peer::start(Behaviour::Send(answer(&redirect, ""))).await;
    assert_eq!(client(&peer).ask(payment()).await.unwrap().status, 307);
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_failed_read_is_a_transport_error_that_names_no_address_and_is_not_repeated() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[".to_vec();
    let behaviours = [
        (Behaviour::FinAfterRead, "did not come whole"),
        (Behaviour::ResetAfterRead, "did not come whole"),
        (Behaviour::Silence, "did not answer in time"),
        (Behaviour::Send(cut), "did not come whole"),
    ];
    for (behaviour, words) in behaviours {
        let peer = Peer::start(behaviour).await;
        let error = client(&peer).ask(payment()).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Transport);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(words), "{shown}");
        assert!(!shown.contains("127.0.0.1") && !shown.contains("rahasia"), "{shown}");
        assert_eq!(peer.posts(), 1);
    }
}

#[tokio::test]
async fn trying_out_a_connection_sends_nothing_over_it() {
    let peer = Peer::start(Behaviour::KeepAlive).await;
    let timeouts = Timeouts::new(Duration::from_millis(500), Duration::from_secs(1)).unwrap();
    let base = |url: &str| BaseUrl::parse(url, true).unwrap();
    reach(&base(&peer.url("http")), timeouts).await.unwrap();
    // Whoever comes next is accepted after it.
    client(&peer).ask(payment()).await.unwrap();
    assert_eq!((peer.connections(), peer.posts()), (2, 1));
    // The peer speaks no TLS.
    let error = reach(&base(&peer.url("https")), timeouts).await.unwrap_err().to_string();
    assert!(error.starts_with("the provider was not reached: "), "{error}");
    assert!(!error.contains(&peer.address.to_string()), "{error}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(reach(&base(&format!("http://{free}/")), timeouts).await.is_err());
}
