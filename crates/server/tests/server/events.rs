//! Everything that happens, in order, without gaps.

use std::sync::Arc;
use std::time::Duration;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::stream_payment_events_response::Item;
use ppob_api::v1::{
    CreatePaymentRequest, PaymentEvent, PaymentEventKind, PaymentState, StreamPaymentEventsRequest,
    StreamPaymentEventsResponse,
};
use ppob_journal::{Journal, MemoryHooks, MemoryJournal, Restored};
use ppob_types::Timestamp;
use tonic::{Code, Streaming};

use crate::support::{Pay, Trouble, World, meter, token_for};

const PAYMENTS: usize = 5;

async fn open(
    world: &World,
    request: StreamPaymentEventsRequest,
) -> Streaming<StreamPaymentEventsResponse> {
    let mut payments = world.client.payments.clone();
    payments.stream_payment_events(request).await.unwrap().into_inner()
}

async fn next_event(stream: &mut Streaming<StreamPaymentEventsResponse>) -> PaymentEvent {
    loop {
        if let Some(Item::Event(event)) = stream.message().await.unwrap().unwrap().item {
            return *event;
        }
    }
}

fn after(cursor: &str) -> StreamPaymentEventsRequest {
    StreamPaymentEventsRequest { after_cursor: cursor.to_owned(), ..Default::default() }
}

/// What happened, as far as it can be compared.
fn told(event: &PaymentEvent) -> (String, i32, String) {
    let payment = event.payment.as_ref().unwrap();
    (event.cursor.clone(), event.kind, payment.payment_id.clone())
}

#[tokio::test]
async fn a_resumed_stream_has_no_gap_and_no_repetition() {
    let world = World::new().await;
    for number in 0..PAYMENTS {
        world.pay(token_for(&format!("payment-{number:04}"), &meter(number))).await;
    }
    let mut stream = open(&world, StreamPaymentEventsRequest::default()).await;
    let mut all = Vec::new();
    let mut ended = 0;
    while ended < PAYMENTS {
        let event = next_event(&mut stream).await;
        ended += usize::from(event.kind() == PaymentEventKind::Succeeded);
        all.push(told(&event));
    }
    assert_eq!(all[0].1, i32::from(PaymentEventKind::Accepted));
    for cut in 0..all.len() - 1 {
        let mut resumed = open(&world, after(&all[cut].0)).await;
        for expected in &all[cut + 1..] {
            assert_eq!(told(&next_event(&mut resumed).await), *expected, "after {cut}");
        }
    }
    world.end().await;
}

#[tokio::test]
async fn news_reach_an_open_stream() {
    let world = World::new().await;
    let now = StreamPaymentEventsRequest { from_now: true, ..Default::default() };
    let mut stream = open(&world, now).await;
    world.provider.will([Pay::Unknown]);
    world.pay(token_for("payment-0001", &meter(1))).await;
    let kinds = [next_event(&mut stream).await.kind(), next_event(&mut stream).await.kind()];
    assert_eq!(kinds, [PaymentEventKind::Accepted, PaymentEventKind::InDoubt]);
    world.end().await;
}

#[tokio::test]
async fn a_filtered_stream_still_tells_how_far_it_is() {
    let world =
        World::with(None, |options| options.heartbeat_every = Duration::from_millis(5)).await;
    world.pay(token_for("payment-0001", &meter(1))).await;
    let failed = StreamPaymentEventsRequest {
        kinds: vec![PaymentEventKind::Failed.into()],
        ..Default::default()
    };
    let mut stream = open(&world, failed).await;
    let Some(Item::Heartbeat(beat)) = stream.message().await.unwrap().unwrap().item else {
        panic!("nothing failed");
    };
    world.pay(token_for("payment-0002", &meter(2))).await;
    let mut resumed = open(&world, after(&beat.cursor)).await;
    let event = next_event(&mut resumed).await;
    assert_eq!(event.payment.unwrap().payment_id, "payment-0002");
    drop((stream, resumed));
    world.end().await;
}

#[tokio::test]
async fn an_event_is_never_told_with_the_payment_as_it_was_before() {
    let trouble = Trouble::new("payment-late");
    let journal = MemoryJournal::with_hooks(Arc::clone(&trouble) as Arc<dyn MemoryHooks>);
    let world =
        World::on(journal, None, |options| options.heartbeat_every = Duration::from_millis(5))
            .await;
    let mut stream = open(&world, StreamPaymentEventsRequest::default()).await;
    let wait = Some(prost_types::Duration::default());
    let late = token_for("payment-late", &meter(1));
    world.pay(CreatePaymentRequest { wait, ..late }).await;
    // The end of the payment stands in the journal, but the engine may not tell it yet.
    trouble.held.acquire().await.unwrap().forget();
    world.pay(token_for("payment-0002", &meter(2))).await;
    let mut told = Vec::new();
    let mut beats = Vec::new();
    while beats.len() < 3 {
        match stream.message().await.unwrap().unwrap().item.unwrap() {
            Item::Event(event) => told.push(*event),
            Item::Heartbeat(beat) => beats.push(beat.cursor),
        }
    }
    assert_eq!(
        told.iter().map(PaymentEvent::kind).collect::<Vec<_>>(),
        [PaymentEventKind::Accepted]
    );
    assert_eq!(beats.last(), Some(&told[0].cursor), "it stands before what it did not tell");
    trouble.gate.add_permits(1);
    let end = next_event(&mut stream).await;
    assert_eq!(end.kind(), PaymentEventKind::Succeeded);
    let payment = end.payment.unwrap();
    assert_eq!(
        (payment.payment_id.as_str(), payment.state()),
        ("payment-late", PaymentState::Succeeded)
    );
    let other = next_event(&mut stream).await;
    assert_eq!(other.payment.unwrap().payment_id, "payment-0002");
    drop(stream);
    world.end().await;
}

#[tokio::test]
async fn a_damaged_cursor_is_refused() {
    let world = World::new().await;
    let mut payments = world.client.payments.clone();
    for cursor in ["nonsense", "0", "ffffffffffffffffff"] {
        let status = payments.stream_payment_events(after(cursor)).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(reason::CURSOR_INVALID), "{cursor}");
    }
    let both = StreamPaymentEventsRequest { from_now: true, ..after("x") };
    let status = payments.stream_payment_events(both).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    world.end().await;
}

#[tokio::test]
async fn a_cursor_from_before_a_restore_is_refused_because_it_would_skip_events() {
    let journal = MemoryJournal::new();
    let world = World::on(journal.reopen(), None, |_| {}).await;
    world.pay(token_for("payment-0001", &meter(1))).await;
    let mut stream = open(&world, StreamPaymentEventsRequest::default()).await;
    let cursor = next_event(&mut stream).await.cursor;
    drop(stream);
    world.end().await;
    let restored = Restored {
        taken_at: Timestamp::from_seconds(1_800_000_000),
        restored_at: Timestamp::from_seconds(1_800_000_100),
        providers_frozen: false,
    };
    let json = serde_json::to_string(&restored).unwrap();
    let journal = journal.reopen();
    journal.save_document(Restored::DOCUMENT, json).await.unwrap();
    let world = World::on(journal, None, |_| {}).await;
    let mut payments = world.client.payments.clone();
    let refused = payments.stream_payment_events(after(&cursor)).await.unwrap_err();
    assert_eq!(reason_of(&refused).as_deref(), Some(reason::CURSOR_INVALID));
    let mut stream = open(&world, StreamPaymentEventsRequest::default()).await;
    assert_ne!(next_event(&mut stream).await.cursor, cursor);
    drop(stream);
    world.end().await;
}
