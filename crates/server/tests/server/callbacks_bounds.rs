//! Callbacks that are too big, too slow or too many, and the end of their listener.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ppob_journal::{EventKind, JournalError, MemoryHooks, MemoryJournal, MemoryWrite};
use ppob_server::{CallbackLimits, ConnectionCaps, PrometheusMetrics, ServerOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::callbacks::news;
use crate::numbers::get;
use crate::support::{Pay, Told, World, exchange, token};

fn limits(change: impl FnOnce(&mut CallbackLimits)) -> impl FnOnce(&mut ServerOptions) {
    move |options| change(&mut options.callback_limits)
}

/// A journal that does not acknowledge news while it is held.
#[derive(Debug)]
struct HeldNews(watch::Sender<bool>);

impl HeldNews {
    fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(true)))
    }

    fn let_go(&self) {
        self.0.send_replace(false);
    }
}

#[async_trait]
impl MemoryHooks for HeldNews {
    async fn after_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        if matches!(write, MemoryWrite::Commit(change) if change.kind == EventKind::Reported) {
            let _ = self.0.subscribe().wait_for(|held| !held).await;
        }
        Ok(())
    }
}

/// A payment in doubt, of which the body `paid` brings news.
async fn doubt(
    held: &Arc<HeldNews>,
    metrics: &PrometheusMetrics,
    change: impl FnOnce(&mut ServerOptions),
) -> World {
    let journal = MemoryJournal::with_hooks(Arc::clone(held) as Arc<dyn MemoryHooks>);
    let world = World::on(journal, Some(metrics.handle()), change).await;
    world.provider.will([Pay::Unknown]);
    world.pay(token("payment-0001")).await;
    world.means(b"paid", news());
    world
}

async fn until_shown(world: &World, line: &str) {
    while !get(world, "/metrics").await.contains(line) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_too_big_is_refused_and_what_just_fits_is_taken() {
    let metrics = PrometheusMetrics::new().unwrap();
    let _here = metrics::set_default_local_recorder(metrics.recorder());
    let world = World::with(Some(metrics.handle()), |_| {}).await;
    let most = CallbackLimits::default();
    for (bytes, status) in
        [(most.body_bytes, 200), (most.body_bytes + 1, 413), (most.body_bytes * 15, 413)]
    {
        let body = vec![b'x'; bytes];
        world.means(&body, news());
        assert_eq!(world.tell(&Told::new(&body)).await.status, status, "a body of {bytes}");
    }
    for (bytes, status) in [(most.query_bytes, 400), (most.query_bytes + 1, 413)] {
        let target = format!("/callbacks/scripted-a?{}", "q".repeat(bytes));
        let told = Told { method: "GET", target, ..Told::new(b"") };
        assert_eq!(world.tell(&told).await.status, status, "a query of {bytes}");
    }
    let many = |count: usize| (0..count).map(|_| ("X", "y".to_owned())).collect();
    let told = Told { headers: many(most.headers), ..Told::new(b"") };
    assert_eq!(world.tell(&told).await.status, 431);
    let told = Told { headers: vec![("X", "y".repeat(most.head_bytes))], ..Told::new(b"") };
    assert_eq!(world.tell(&told).await.status, 431);
    let malformed = world.server.callbacks_address().unwrap();
    let answer =
        exchange(TcpStream::connect(malformed).await.unwrap(), b"no HTTP at all, never\r\n\r\n");
    assert_eq!(answer.await.unwrap().status, 400);
    let text = get(&world, "/metrics").await;
    for line in [
        r#"ppob_callbacks_refused_total{reason="too-big"} 5"#,
        r#"ppob_callbacks_refused_total{reason="malformed"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_body_without_end_is_not_read_for_ever() {
    let world = World::new().await;
    let address = world.server.callbacks_address().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        b"POST /callbacks/scripted-a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let chunk = [b"1000\r\n".as_slice(), &[b'x'; 0x1000], b"\r\n"].concat();
    // Ends by the other side's doing only.
    while stream.write_all(&chunk).await.is_ok() {}
    assert!(world.provider.raw_callbacks.lock().unwrap().is_empty());
    world.end().await;
}

#[tokio::test]
async fn whoever_sends_slowly_is_let_go_and_keeps_nobody_out() {
    let metrics = PrometheusMetrics::new().unwrap();
    let _here = metrics::set_default_local_recorder(metrics.recorder());
    let bounds = limits(|limits| {
        // Long enough for whoever sends at once, on a busy machine too.
        limits.read_within = Duration::from_secs(1);
        (limits.in_flight, limits.in_flight_per_provider) = (1, 1);
    });
    let world = World::with(Some(metrics.handle()), bounds).await;
    let address = world.server.callbacks_address().unwrap();
    let whole = Told::new(b"ping").bytes();
    // Inside the head, at its end, and inside the body.
    let places = [1, whole.len() - 6, whole.len() - 4, whole.len() - 1];
    let mut slow = Vec::new();
    for place in places {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&whole[..place]).await.unwrap();
        slow.push(stream);
    }
    assert_eq!(world.tell(&Told::new(b"ping")).await.status, 200);
    for mut stream in slow {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let told = String::from_utf8(answer).unwrap();
        assert!(told.is_empty() || told.starts_with("HTTP/1.1 408 "), "{told}");
    }
    until_shown(&world, r#"ppob_callbacks_refused_total{reason="too-slow"} 4"#).await;
    let seen = world.provider.raw_callbacks.lock().unwrap().len();
    assert_eq!(seen, 1, "half a callback is none");
    world.end().await;
}

#[tokio::test]
async fn one_that_the_journal_holds_up_is_told_again_and_counts_until_it_is_done() {
    let metrics = PrometheusMetrics::new().unwrap();
    let _here = metrics::set_default_local_recorder(metrics.recorder());
    let held = HeldNews::new();
    let bounds = limits(|limits| {
        limits.answer_within = Duration::from_millis(50);
        limits.in_flight_per_provider = 1;
    });
    let world = doubt(&held, &metrics, bounds).await;
    assert_eq!(world.tell(&Told::new(b"paid")).await.status, 503);
    assert_eq!(world.tell(&Told::new(b"paid")).await.status, 503);
    let text = get(&world, "/metrics").await;
    for line in [
        r#"ppob_callbacks_refused_total{reason="not-in-time"} 1"#,
        r#"ppob_callbacks_refused_total{reason="too-many"} 1"#,
        "ppob_callbacks_in_flight 1",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    held.let_go();
    // As its provider does.
    while world.tell(&Told::new(b"paid")).await.status != 200 {}
    until_shown(&world, "ppob_callbacks_in_flight 0").await;
    world.end().await;
}

#[tokio::test]
async fn connections_beyond_the_cap_are_closed_at_once() {
    let world = World::with(None, |options| {
        // The world itself holds connections to the other listeners, which count for themselves.
        options.connections = ConnectionCaps { total: 2, per_address: 2 };
    })
    .await;
    let address = world.server.callbacks_address().unwrap();
    let held =
        [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    let third = TcpStream::connect(address).await.unwrap();
    assert_eq!(exchange(third, &Told::new(b"ping").bytes()).await, None);
    for one in held {
        let answer = exchange(one, &Told::new(b"ping").bytes()).await;
        assert_eq!(answer.unwrap().status, 200);
    }
    world.end().await;
}

#[tokio::test]
async fn at_the_end_what_came_in_is_answered() {
    let metrics = PrometheusMetrics::new().unwrap();
    let _here = metrics::set_default_local_recorder(metrics.recorder());
    let held = HeldNews::new();
    let world = doubt(&held, &metrics, |_| {}).await;
    let address = world.server.callbacks_address().unwrap();
    let told = tokio::spawn(async move { Told::new(b"paid").send(address).await });
    until_shown(&world, "ppob_callbacks_in_flight 1").await;
    let ending = tokio::spawn(world.end());
    while TcpStream::connect(address).await.is_ok() {}
    held.let_go();
    ending.await.unwrap();
    assert_eq!(told.await.unwrap().status, 200);
}

#[tokio::test]
async fn at_the_end_what_is_half_sent_is_cut_and_not_answered() {
    let world = World::with(None, |options| options.drain_for = Duration::ZERO).await;
    let address = world.server.callbacks_address().unwrap();
    let whole = Told::new(b"ping").bytes();
    let mut halves = Vec::new();
    for place in [0, 20, whole.len() - 1] {
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(&whole[..place]).await.unwrap();
        halves.push(half);
    }
    world.end().await;
    for mut half in halves {
        let mut rest = Vec::new();
        let _ = half.read_to_end(&mut rest).await;
        assert_eq!(rest, b"");
    }
}
