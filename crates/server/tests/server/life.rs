//! The server's start and end, and what it says about itself.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::{CreatePaymentRequest, GetPaymentRequest, PaymentState};
use ppob_journal::{MemoryHooks, MemoryJournal};
use ppob_server::PrometheusMetrics;
use tokio_stream::StreamExt;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::numbers::get;
use crate::support::{Pay, Trouble, World, token};

fn health_of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

#[tokio::test]
async fn health_is_told_per_service_and_flips_at_drain() {
    let world = World::new().await;
    let mut health = HealthClient::new(world.channel.clone());
    for service in ["", "ppob.v1.PaymentService", "ppob.v1.CatalogService"] {
        let answer = health.check(health_of(service)).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    assert!(health.check(health_of("ppob.v1.OperatorService")).await.is_err());
    let watched = health_of("ppob.v1.PaymentService");
    let mut news = health.watch(watched).await.unwrap().into_inner();
    assert_eq!(news.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    world.engine.drain();
    assert_eq!(news.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    let mut payments = world.client.payments.clone();
    let status = payments.create_payment(token("payment-0001")).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::SHUTTING_DOWN));
    assert!(!may_be_accepted(&status));
    drop((news, health, payments));
    world.end().await;
}

#[tokio::test]
async fn a_journal_that_does_not_answer_is_not_served() {
    let metrics = PrometheusMetrics::new().unwrap();
    let trouble = Trouble::new("");
    let journal = MemoryJournal::with_hooks(Arc::clone(&trouble) as Arc<dyn MemoryHooks>);
    let world = World::on(journal, Some(metrics.handle()), |_| {}).await;
    let mut health = HealthClient::new(world.channel.clone());
    let watched = health_of("ppob.v1.PaymentService");
    let mut news = health.watch(watched).await.unwrap().into_inner();
    assert_eq!(news.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    assert!(get(&world, "/healthz").await.starts_with("HTTP/1.1 200"));

    trouble.dead.store(true, Ordering::SeqCst);
    let told = get(&world, "/healthz").await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("journal"), "{told}");
    assert_eq!(news.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    let mut payments = world.client.payments.clone();
    let question = GetPaymentRequest { payment_id: "payment-0001".to_owned() };
    let status = payments.get_payment(question).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::JOURNAL_UNAVAILABLE));
    assert!(may_be_accepted(&status), "a question says nothing about the payment");

    trouble.dead.store(false, Ordering::SeqCst);
    assert_eq!(news.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    drop((news, health, payments));
    world.end().await;
}

#[tokio::test]
async fn a_call_that_waits_is_answered_at_shutdown() {
    let world = World::with(None, |options| options.drain_for = std::time::Duration::ZERO).await;
    world.provider.will([Pay::Held]);
    let mut payments = world.client.payments.clone();
    let call = tokio::spawn(async move { payments.create_payment(token("payment-0001")).await });
    world.provider.held.acquire().await.unwrap().forget();
    let World { server, engine, provider, .. } = world;
    server.shutdown().await;
    let payment = call.await.unwrap().unwrap().into_inner().payment.unwrap();
    assert_eq!(payment.state(), PaymentState::Processing);
    provider.gate.add_permits(1);
    engine.shutdown().await.unwrap();
    assert_eq!(provider.charges.lock().unwrap().len(), 1, "the payment went on");
}

#[tokio::test]
async fn a_watch_of_health_does_not_hold_up_the_end() {
    let world = World::with(None, |options| options.drain_for = std::time::Duration::ZERO).await;
    let mut health = HealthClient::new(world.channel.clone());
    let mut news = health.watch(health_of("")).await.unwrap().into_inner();
    assert_eq!(news.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    world.end().await;
    let mut last = None;
    while let Ok(Some(next)) = news.message().await {
        last = Some(next.status());
    }
    assert_eq!(last, Some(ServingStatus::NotServing));
}

#[tokio::test]
async fn reflection_lists_what_this_port_has() {
    let world = World::new().await;
    let mut reflection = ServerReflectionClient::new(world.channel.clone());
    let ask = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers =
        reflection.server_reflection_info(tokio_stream::once(ask)).await.unwrap().into_inner();
    let answer = answers.next().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(listed)) = answer.message_response else {
        panic!("services were asked for");
    };
    let names: Vec<String> = listed.service.into_iter().map(|one| one.name).collect();
    assert!(names.contains(&"ppob.v1.PaymentService".to_owned()), "{names:?}");
    assert!(!names.contains(&"ppob.v1.OperatorService".to_owned()), "{names:?}");
    drop((answers, reflection));
    world.end().await;
}

#[tokio::test]
async fn a_simulation_says_so_on_its_receipts() {
    let world = World::with(None, |options| options.simulated = true).await;
    let payment = world.pay(CreatePaymentRequest::clone(&token("payment-0001"))).await;
    let receipt = payment.receipt.unwrap();
    assert!(receipt.simulated);
    assert_eq!(receipt.lines[0].label, "SIMULASI");
    world.end().await;
}
