//! What is of another consumer, and what was taken from one while its streams are open.

use std::sync::Arc;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::stream_payment_events_response::Item;
use ppob_api::v1::{
    CreatePaymentRequest, InquireRequest, ListPaymentsRequest, StreamPaymentEventsRequest,
    StreamPaymentEventsResponse, WatchCatalogRequest, WatchPaymentRequest,
};
use ppob_api::{ApiKey, PpobClient};
use ppob_engine::ConsumerLimits;
use ppob_server::{ConfiguredConsumers, ConsumerSetup, KeyHash, Role};
use ppob_types::{ConsumerId, Family};
use tonic::{Code, Status, Streaming};

use crate::support::{BILL, Pay, SUBSCRIBER, World, meter, token, token_for};

fn setup(name: &str, keys: &[&str]) -> ConsumerSetup {
    ConsumerSetup {
        name: ConsumerId::new(name).unwrap(),
        keys: keys.iter().map(|key| KeyHash::of(key)).collect(),
        certificate: None,
        roles: vec![Role::Read, Role::Pay],
        limits: ConsumerLimits::default(),
        rate: None,
    }
}

async fn world(setups: &[ConsumerSetup]) -> (World, Arc<ConfiguredConsumers>) {
    let mut kept = None;
    let world = World::with(None, |options| {
        let clock = Arc::clone(&options.clock);
        let consumers = Arc::new(ConfiguredConsumers::new(setups, clock).unwrap());
        options.consumers = Arc::clone(&consumers) as _;
        kept = Some(consumers);
    })
    .await;
    (world, kept.unwrap())
}

fn client(world: &World, key: &str) -> PpobClient {
    PpobClient::of_channel(world.channel.clone(), ApiKey::new(key).unwrap())
}

async fn events(world: &World, key: &str) -> Streaming<StreamPaymentEventsResponse> {
    let request = StreamPaymentEventsRequest::default();
    client(world, key).payments.stream_payment_events(request).await.unwrap().into_inner()
}

/// What ends a stream.
async fn end<T>(stream: &mut Streaming<T>) -> Status {
    loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => return Status::ok("it ended as if there were no more news"),
            Err(status) => return status,
        }
    }
}

#[tokio::test]
async fn every_open_stream_ends_when_its_consumer_is_taken_out_and_those_of_others_go_on() {
    let (world, consumers) = world(&[setup("shop", &["shop"]), setup("app", &["app"])]).await;
    world.provider.will([Pay::Held]);
    let mut paying = client(&world, "shop").payments;
    let paying = tokio::spawn(async move { paying.create_payment(token("payment-0001")).await });
    world.provider.held.acquire().await.unwrap().forget();
    let PpobClient { mut catalog, mut payments } = client(&world, "shop");
    let watched = WatchPaymentRequest { payment_id: "payment-0001".to_owned() };
    let mut payment = payments.watch_payment(watched).await.unwrap().into_inner();
    let mut prices =
        catalog.watch_catalog(WatchCatalogRequest::default()).await.unwrap().into_inner();
    let mut own = events(&world, "shop").await;
    let mut others = events(&world, "app").await;

    consumers.replace(&[setup("app", &["app"])]).unwrap();
    for status in [end(&mut payment).await, end(&mut prices).await, end(&mut own).await] {
        assert_eq!(reason_of(&status).as_deref(), Some(reason::CREDENTIALS_INVALID), "{status}");
    }
    // What was accepted is worked on: taking out a consumer is no way to lose a payment.
    world.provider.gate.add_permits(1);
    paying.await.unwrap().unwrap();
    client(&world, "app")
        .payments
        .create_payment(token_for("payment-0002", &meter(7)))
        .await
        .unwrap();
    assert!(others.message().await.unwrap().is_some());
    world.end().await;
}

#[tokio::test]
async fn a_stream_outlives_a_key_that_is_added_and_ends_with_what_is_taken() {
    let (world, consumers) = world(&[setup("shop", &["old"])]).await;
    let mut stream = events(&world, "old").await;
    let rotating = setup("shop", &["old", "new"]);
    consumers.replace(std::slice::from_ref(&rotating)).unwrap();
    client(&world, "new").payments.create_payment(token("payment-0001")).await.unwrap();
    assert!(stream.message().await.unwrap().is_some(), "it goes on");

    let families = Some([Family::PlnPrepaid].into());
    let narrower = ConsumerSetup {
        limits: ConsumerLimits { families, ..ConsumerLimits::default() },
        ..rotating.clone()
    };
    let payer = ConsumerSetup { roles: vec![Role::Pay], ..rotating.clone() };
    for less in [setup("shop", &["new"]), narrower, payer, setup("other", &["old", "new"])] {
        consumers.replace(std::slice::from_ref(&rotating)).unwrap();
        let mut stream = events(&world, "new").await;
        consumers.replace(std::slice::from_ref(&less)).unwrap();
        let status = end(&mut stream).await;
        assert_eq!(reason_of(&status).as_deref(), Some(reason::CREDENTIALS_INVALID), "{less:?}");
    }
    world.end().await;
}

#[tokio::test]
async fn the_first_consumer_ends_the_streams_of_a_machine_without_consumers() {
    let (world, consumers) = world(&[]).await;
    let request = StreamPaymentEventsRequest::default();
    let mut payments = world.client.payments.clone();
    let mut stream = payments.stream_payment_events(request).await.unwrap().into_inner();
    consumers.replace(&[]).unwrap();
    consumers.replace(&[setup("shop", &["shop"])]).unwrap();
    let status = end(&mut stream).await;
    assert_eq!(reason_of(&status).as_deref(), Some(reason::CREDENTIALS_INVALID), "{status}");
    world.end().await;
}

#[tokio::test]
async fn inquiries_page_tokens_cursors_and_doubts_of_another_consumer_are_worth_nothing() {
    let (world, _) = world(&[setup("shop", &["shop"]), setup("app", &["app"])]).await;
    let PpobClient { payments: mut shop, .. } = client(&world, "shop");
    let PpobClient { payments: mut app, .. } = client(&world, "app");
    let asked = InquireRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        ..InquireRequest::default()
    };
    let bill = shop.inquire(asked).await.unwrap().into_inner().bill.unwrap();
    let by_inquiry = |inquiry_id: &str| CreatePaymentRequest {
        product_code: BILL.to_owned(),
        approval: Some(Approval::InquiryId(inquiry_id.to_owned())),
        ..token_for("payment-0001", SUBSCRIBER)
    };
    let foreign = app.create_payment(by_inquiry(&bill.inquiry_id)).await.unwrap_err();
    let none = app.create_payment(by_inquiry("no-such-inquiry")).await.unwrap_err();
    assert_eq!(reason_of(&foreign).as_deref(), Some(reason::INQUIRY_UNKNOWN));
    assert_eq!(alike(&foreign), alike(&none));

    for number in 0..2 {
        let own = token_for(&format!("payment-00{number}0"), &meter(number));
        shop.create_payment(own).await.unwrap();
    }
    let list = ListPaymentsRequest { page_size: 1, ..ListPaymentsRequest::default() };
    let token = shop.list_payments(list.clone()).await.unwrap().into_inner().next_page_token;
    let turned = ListPaymentsRequest { page_token: token, ..list };
    shop.list_payments(turned.clone()).await.unwrap();
    let refused = app.list_payments(turned).await.unwrap_err();
    assert_eq!(reason_of(&refused).as_deref(), Some(reason::PAGE_TOKEN_INVALID));
    let event = events(&world, "shop").await.message().await.unwrap().unwrap();
    let event = event.item.and_then(|item| match item {
        Item::Event(event) => Some(event),
        Item::Heartbeat(_) => None,
    });
    let event = event.unwrap();
    let after = StreamPaymentEventsRequest { after_cursor: event.cursor, ..Default::default() };
    let refused = app.stream_payment_events(after).await.unwrap_err();
    assert_eq!(reason_of(&refused).as_deref(), Some(reason::CURSOR_INVALID));

    world.provider.will([Pay::Unknown]);
    shop.create_payment(token_for("payment-0003", &meter(3))).await.unwrap();
    let despite = |id: &str| CreatePaymentRequest {
        despite_in_doubt: id.to_owned(),
        repeat: 1,
        ..token_for("payment-0004", &meter(3))
    };
    let foreign = app.create_payment(despite("payment-0003")).await.unwrap_err();
    let none = app.create_payment(despite("payment-none")).await.unwrap_err();
    assert_eq!(reason_of(&foreign).as_deref(), Some(reason::DESPITE_REFUSED));
    assert_eq!(alike(&foreign), alike(&none));
    world.end().await;
}

/// All that a caller could tell two errors apart by.
fn alike(status: &Status) -> (Code, String, Vec<u8>) {
    (status.code(), status.message().to_owned(), status.details().to_vec())
}
