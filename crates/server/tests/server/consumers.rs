//! Who may do what, over gRPC.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::sync::Arc;

use ppob_api::error::{may_be_accepted, metadata_of, reason, reason_of};
use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::{
    AbandonPaymentRequest, BatchGetPaymentsRequest, CreatePaymentRequest, ExplainRouteRequest,
    GetPaymentRequest, GetProductRequest, InquireRequest, ListPaymentsRequest, ListProductsRequest,
    PaymentState, WatchPaymentRequest,
};
use ppob_api::{ApiKey, FILE_DESCRIPTOR_SET, PpobClient};
use ppob_engine::ConsumerLimits;
use ppob_server::{ConfiguredConsumers, ConsumerSetup, KeyHash, Rate, Role};
use ppob_types::{ConsumerId, Family, Rupiah};
use prost::Message;
use tonic::codegen::Service;
use tonic::codegen::http::Request;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::support::{BILL, METER, Pay, SUBSCRIBER, TOKEN, World, meter, token, token_for};

/// A consumer whose key is its name.
fn setup(name: &str, roles: &[Role]) -> ConsumerSetup {
    ConsumerSetup {
        name: ConsumerId::new(name).unwrap(),
        keys: vec![KeyHash::of(name)],
        certificate: None,
        roles: roles.to_vec(),
        limits: ConsumerLimits::default(),
        rate: None,
    }
}

async fn world(setups: Vec<ConsumerSetup>) -> World {
    World::with(None, |options| {
        let clock = Arc::clone(&options.clock);
        options.consumers = Arc::new(ConfiguredConsumers::new(&setups, clock).unwrap());
    })
    .await
}

fn shop(world: &World) -> PpobClient {
    client(world, "shop")
}

fn client(world: &World, key: &str) -> PpobClient {
    PpobClient::of_channel(world.channel.clone(), ApiKey::new(key).unwrap())
}

fn word(status: &Status) -> String {
    reason_of(status).unwrap_or_default()
}

/// Every RPC of the API with the role it needs, out of the descriptors.
fn methods() -> Vec<(String, Role)> {
    let files = prost_types::FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
    let mut methods = Vec::new();
    for file in files.file.iter().filter(|file| file.package() == "ppob.v1") {
        for service in &file.service {
            for method in &service.method {
                let role = match (service.name(), method.name()) {
                    ("OperatorService", _) => Role::Operate,
                    (_, "Inquire" | "CreatePayment" | "AbandonPayment") => Role::Pay,
                    _ => Role::Read,
                };
                methods.push((format!("/ppob.v1.{}/{}", service.name(), method.name()), role));
            }
        }
    }
    methods
}

/// Calls an RPC with an empty message; none if it was not refused at once.
async fn call(world: &mut World, path: &str, key: Option<&str>) -> Option<Status> {
    let operator = path.contains("OperatorService");
    let address =
        if operator { world.server.operator_address() } else { world.server.api_address() };
    let mut channel = tonic::transport::Channel::from_shared(format!("http://{address}"))
        .unwrap()
        .connect()
        .await
        .unwrap();
    let mut request = Request::post(format!("http://{address}{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    // One message without fields: not compressed, of no bytes.
    let request = request.body(tonic::body::Body::new(String::from("\0\0\0\0\0"))).unwrap();
    poll_fn(|cx| channel.poll_ready(cx)).await.unwrap();
    let answer = channel.call(request).await.unwrap();
    Status::from_header_map(answer.headers())
}

#[tokio::test]
async fn every_rpc_needs_its_role_and_a_key() {
    let everybody = [
        setup("reader", &[Role::Read]),
        setup("payer", &[Role::Pay]),
        setup("operator", &[Role::Operate]),
    ];
    let mut world = world(everybody.to_vec()).await;
    let methods = methods();
    assert!(methods.len() > 20, "{methods:?}");
    for (path, needed) in methods {
        let nobody = call(&mut world, &path, None).await.unwrap();
        assert_eq!(word(&nobody), reason::CREDENTIALS_MISSING, "{path}");
        let wrong = call(&mut world, &path, Some("wrong")).await.unwrap();
        assert_eq!(word(&wrong), reason::CREDENTIALS_INVALID, "{path}");
        for consumer in &everybody {
            let answer = call(&mut world, &path, Some(consumer.name.as_str())).await;
            let refused = answer.is_some_and(|status| word(&status) == reason::ROLE_MISSING);
            let may = consumer.roles.contains(&needed);
            assert_eq!(refused, !may, "{path} by {}", consumer.name);
        }
    }
    world.end().await;
}

#[tokio::test]
async fn the_payments_of_another_consumer_do_not_exist() {
    let both = [Role::Read, Role::Pay];
    let world = world(vec![setup("shop", &both), setup("app", &both)]).await;
    let paid = shop(&world).payments.create_payment(token("payment-0001")).await.unwrap();
    let version = paid.into_inner().payment.unwrap().version;
    let mut app = client(&world, "app").payments;
    let id = || "payment-0001".to_owned();
    let get = app.get_payment(GetPaymentRequest { payment_id: id() }).await.unwrap_err();
    let watch = app.watch_payment(WatchPaymentRequest { payment_id: id() }).await.unwrap_err();
    for status in [get, watch] {
        assert_eq!((status.code(), word(&status).as_str()), (Code::NotFound, "PAYMENT_NOT_FOUND"));
    }
    let batch = BatchGetPaymentsRequest { payment_ids: vec![id()] };
    let batch = app.batch_get_payments(batch).await.unwrap().into_inner();
    assert_eq!(batch.missing_payment_ids, [id()]);
    let listed = app.list_payments(ListPaymentsRequest::default()).await.unwrap().into_inner();
    assert!(listed.payments.is_empty());
    // Closing the id closes this consumer's own only.
    app.abandon_payment(AbandonPaymentRequest { payment_id: id() }).await.unwrap();
    let own = shop(&world).payments.get_payment(GetPaymentRequest { payment_id: id() }).await;
    let own = own.unwrap().into_inner().payment.unwrap();
    assert_eq!((own.state(), own.version), (PaymentState::Succeeded, version));
    world.end().await;
}

#[tokio::test]
async fn an_equal_payment_of_another_consumer_is_noticed_and_nothing_is_told_about_it() {
    let both = [Role::Read, Role::Pay];
    let world = world(vec![setup("shop", &both), setup("app", &both)]).await;
    world.provider.will([Pay::Held]);
    let mut paying = shop(&world).payments;
    let first = tokio::spawn(async move { paying.create_payment(token("payment-0001")).await });
    world.provider.held.acquire().await.unwrap().forget();
    let mut app = client(&world, "app").payments;
    let open = app.create_payment(token("payment-0002")).await.unwrap_err();
    assert_eq!(word(&open), reason::PAYMENT_OPEN);
    assert!(!metadata_of(&open).contains_key("payment_id"), "{open:?}");
    assert!(!format!("{open:?}").contains("payment-0001") && !format!("{open:?}").contains("shop"));
    let own = shop(&world).payments.create_payment(token("payment-0003")).await.unwrap_err();
    assert_eq!(metadata_of(&own)["payment_id"], "payment-0001");
    world.provider.gate.add_permits(1);
    first.await.unwrap().unwrap();
    let needed = app.create_payment(token("payment-0002")).await.unwrap_err();
    assert_eq!(word(&needed), reason::REPEAT_NEEDED);
    assert!(!metadata_of(&needed).contains_key("succeeded_time"), "{needed:?}");
    assert!(!needed.message().contains("WIB"), "{needed}");
    let own = shop(&world).payments.create_payment(token("payment-0003")).await.unwrap_err();
    assert!(metadata_of(&own).contains_key("succeeded_time"), "{own:?}");
    world.end().await;
}

#[tokio::test]
async fn a_family_that_is_not_allowed_is_neither_shown_nor_asked_nor_bought() {
    let limits =
        ConsumerLimits { families: Some([Family::PlnPrepaid].into()), ..ConsumerLimits::default() };
    let world =
        world(vec![ConsumerSetup { limits, ..setup("shop", &[Role::Read, Role::Pay]) }]).await;
    let PpobClient { mut catalog, mut payments } = shop(&world);
    let listed = catalog.list_products(ListProductsRequest::default()).await.unwrap().into_inner();
    let codes: Vec<_> = listed.products.iter().map(|one| one.product_code.as_str()).collect();
    assert_eq!(codes, [TOKEN]);
    let product = GetProductRequest { product_code: BILL.to_owned() };
    let route =
        ExplainRouteRequest { product_code: BILL.to_owned(), amount_rupiah: None, repeat: 0 };
    let inquiry = InquireRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        ..InquireRequest::default()
    };
    let payment = CreatePaymentRequest {
        product_code: BILL.to_owned(),
        approval: Some(Approval::ApprovedTotalRupiah(100_000)),
        ..token_for("payment-0001", SUBSCRIBER)
    };
    let refused = [
        catalog.get_product(product).await.unwrap_err(),
        catalog.explain_route(route).await.unwrap_err(),
        payments.inquire(inquiry).await.unwrap_err(),
        payments.create_payment(payment).await.unwrap_err(),
    ];
    for status in refused {
        assert_eq!(status.code(), Code::PermissionDenied, "{status}");
        assert_eq!(word(&status), reason::FAMILY_NOT_ALLOWED);
    }
    payments.create_payment(token("payment-0001")).await.unwrap();
    world.end().await;
}

#[tokio::test]
async fn calls_beyond_the_rate_are_refused_with_a_time_and_do_nothing() {
    let rate = Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(2).unwrap() };
    let limited = ConsumerSetup { rate: Some(rate), ..setup("shop", &[Role::Read, Role::Pay]) };
    let world = world(vec![limited, setup("app", &[Role::Read])]).await;
    let mut payments = shop(&world).payments;
    let request = || GetPaymentRequest { payment_id: "payment-0001".to_owned() };
    // Time stands still between these calls as far as the limit is concerned: one call a second.
    let mut answers = Vec::new();
    for _ in 0..50 {
        answers.push(payments.get_payment(request()).await.unwrap_err());
    }
    let status = answers.into_iter().find(|status| status.code() != Code::NotFound).unwrap();
    assert_eq!((status.code(), word(&status).as_str()), (Code::ResourceExhausted, "RATE_LIMITED"));
    let details = status.get_error_details();
    assert!(details.retry_info().is_some() && details.quota_failure().is_some());
    let refused = loop {
        // Whenever a second has passed, one call is served.
        if let Err(status) = payments.create_payment(token("payment-0001")).await {
            break status;
        }
    };
    assert!(!may_be_accepted(&refused), "{refused}");
    let mut other = client(&world, "app").payments;
    assert_eq!(other.get_payment(request()).await.unwrap_err().code(), Code::NotFound);
    world.end().await;
}

#[tokio::test]
async fn limits_of_rupiah_are_told_with_what_is_left() {
    let limits = ConsumerLimits {
        payment_max: Some(Rupiah::new(100_000)),
        day_max: Some(Rupiah::new(30_000)),
        ..ConsumerLimits::default()
    };
    let limited = ConsumerSetup { limits, ..setup("shop", &[Role::Read, Role::Pay]) };
    let world = world(vec![limited]).await;
    let mut payments = shop(&world).payments;
    let dear = CreatePaymentRequest {
        approval: Some(Approval::ApprovedTotalRupiah(100_001)),
        ..token("payment-0001")
    };
    let refused = payments.create_payment(dear).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(word(&refused), reason::PAYMENT_LIMIT_EXCEEDED);
    assert_eq!(metadata_of(&refused)["limit_rupiah"], "100000");
    payments.create_payment(token_for("payment-0001", METER)).await.unwrap();
    let refused = payments.create_payment(token_for("payment-0002", &meter(1))).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(word(&refused), reason::DAY_LIMIT_EXCEEDED);
    assert_eq!(metadata_of(&refused)["counted_rupiah"], "22500");
    assert!(!may_be_accepted(&refused));
    assert!(refused.get_error_details().quota_failure().is_some());
    world.end().await;
}
