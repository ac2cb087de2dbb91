//! A payment and its news.

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::{CreatePaymentRequest, PaymentState, WatchPaymentRequest};
use tonic::Code;

use crate::support::{Pay, World, token};

fn watch(id: &str) -> WatchPaymentRequest {
    WatchPaymentRequest { payment_id: id.to_owned() }
}

#[tokio::test]
async fn a_watcher_sees_the_end_and_then_the_stream_ends() {
    let world = World::new().await;
    world.provider.will([Pay::Held]);
    let wait = Some(prost_types::Duration::default());
    world.pay(CreatePaymentRequest { wait, ..token("payment-0001") }).await;
    let mut payments = world.client.payments.clone();
    let mut news = payments.watch_payment(watch("payment-0001")).await.unwrap().into_inner();
    let first = news.message().await.unwrap().unwrap().payment.unwrap();
    assert_eq!(first.state(), PaymentState::Processing);
    world.provider.gate.add_permits(1);
    let mut last = first;
    while let Some(next) = news.message().await.unwrap() {
        let next = next.payment.unwrap();
        assert!(next.version > last.version, "only news");
        last = next;
    }
    assert_eq!(last.state(), PaymentState::Succeeded);
    world.end().await;
}

#[tokio::test]
async fn watching_an_ended_payment_shows_it_once() {
    let world = World::new().await;
    world.pay(token("payment-0001")).await;
    let mut payments = world.client.payments.clone();
    let mut news = payments.watch_payment(watch("payment-0001")).await.unwrap().into_inner();
    let only = news.message().await.unwrap().unwrap().payment.unwrap();
    assert_eq!(only.state(), PaymentState::Succeeded);
    assert!(news.message().await.unwrap().is_none());
    let status = payments.watch_payment(watch("payment-none")).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert!(may_be_accepted(&status), "the request may still be on its way");
    world.end().await;
}

#[tokio::test]
async fn a_watcher_is_told_when_the_server_goes_down() {
    let world = World::new().await;
    world.provider.will([Pay::Unknown]);
    world.pay(token("payment-0001")).await;
    let mut payments = world.client.payments.clone();
    let mut news = payments.watch_payment(watch("payment-0001")).await.unwrap().into_inner();
    assert!(news.message().await.unwrap().is_some());
    let ending = tokio::spawn(world.end());
    let status = news.message().await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::SHUTTING_DOWN), "{status}");
    assert!(may_be_accepted(&status), "it says nothing about the payment");
    drop((news, payments));
    ending.await.unwrap();
}
