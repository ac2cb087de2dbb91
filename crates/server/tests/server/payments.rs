//! Paying, once, and errors that say what they mean.

use std::time::Duration;

use ppob_api::error::{may_be_accepted, metadata_of, reason, reason_of};
use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::{
    AbandonPaymentRequest, AbandonResult, BatchGetPaymentsRequest, CreatePaymentRequest,
    GetPaymentRequest, InquireRequest, PaymentState, family_details,
};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::support::{BILL, METER, PLN_TOKEN, Pay, SUBSCRIBER, World, meter, token, token_for};

async fn refused(world: &World, request: impl tonic::IntoRequest<CreatePaymentRequest>) -> Status {
    let mut payments = world.client.payments.clone();
    payments.create_payment(request).await.unwrap_err()
}

#[tokio::test]
async fn a_token_is_paid_and_its_receipt_has_everything() {
    let world = World::new().await;
    let payment = world.pay(token("payment-0001")).await;
    assert_eq!(payment.state(), PaymentState::Succeeded);
    assert_eq!((payment.total_rupiah, payment.cost_rupiah), (Some(22_500), Some(20_700)));
    assert_eq!(payment.commission_rupiah, Some(1_800));
    let receipt = payment.receipt.unwrap();
    assert_eq!(receipt.provider_reference, "INV1");
    assert_eq!(receipt.customer_name, "BUDI");
    assert_eq!(receipt.raw_fields.get("ppob_reff").map(String::as_str), Some("REF1"));
    let Some(family_details::Details::PlnPrepaid(details)) = receipt.details.unwrap().details
    else {
        panic!("a PLN token has PLN details");
    };
    assert_eq!((details.token.as_str(), details.energy_kwh.as_str()), (PLN_TOKEN, "13.80"));
    world.end().await;
}

#[tokio::test]
async fn the_same_request_again_finds_the_same_payment() {
    let world = World::new().await;
    let mut payments = world.client.payments.clone();
    let first = payments.create_payment(token("payment-0001")).await.unwrap().into_inner();
    let again = payments.create_payment(token("payment-0001")).await.unwrap().into_inner();
    assert_eq!((first.existed, again.existed), (false, true));
    assert_eq!(first.payment, again.payment);
    assert_eq!(world.provider.charges.lock().unwrap().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn another_request_under_a_used_id_does_nothing() {
    let world = World::new().await;
    world.pay(token("payment-0001")).await;
    let status = refused(&world, token_for("payment-0001", &meter(1))).await;
    assert_eq!(status.code(), Code::AlreadyExists);
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PAYMENT_ID_REUSED));
    assert!(!may_be_accepted(&status));
    assert_eq!(world.provider.charges.lock().unwrap().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn an_equal_payment_says_which_repeat_it_needs() {
    let world = World::new().await;
    world.pay(token("payment-0001")).await;
    let status = refused(&world, token("payment-0002")).await;
    assert_eq!(reason_of(&status).as_deref(), Some(reason::REPEAT_NEEDED));
    let next = metadata_of(&status).get("next_repeat").unwrap().parse().unwrap();
    let again = world.pay(CreatePaymentRequest { repeat: next, ..token("payment-0002") }).await;
    assert_eq!(again.state(), PaymentState::Succeeded);
    world.end().await;
}

#[tokio::test]
async fn wrong_fields_are_named_and_never_repeated() {
    let world = World::new().await;
    let wrong = [
        ("customer_number", token_for("payment-0001", "910111213149999")),
        (
            "amount_rupiah",
            CreatePaymentRequest { amount_rupiah: Some(-20_000), ..token("payment-0001") },
        ),
        ("payment_id", token("short")),
        (
            "product_code",
            CreatePaymentRequest { product_code: "pln".to_owned(), ..token("payment-0001") },
        ),
        (
            "wait",
            CreatePaymentRequest {
                wait: Some(prost_types::Duration { seconds: -1, nanos: 0 }),
                ..token("payment-0001")
            },
        ),
        (
            "approval",
            CreatePaymentRequest {
                product_code: BILL.to_owned(),
                customer_number: SUBSCRIBER.to_owned(),
                ..token("payment-0001")
            },
        ),
    ];
    for (field, request) in wrong {
        let status = refused(&world, request).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{field}: {status}");
        assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID), "{field}");
        assert!(!may_be_accepted(&status), "{field}");
        let details = status.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, field);
        assert_eq!(details.localized_message().unwrap().locale, "id-ID");
        assert!(!format!("{status:?}{details:?}").contains("910111213149999"));
    }
    assert!(world.provider.charges.lock().unwrap().is_empty());
    world.end().await;
}

#[tokio::test]
async fn an_unknown_product_is_not_found() {
    let world = World::new().await;
    let request =
        CreatePaymentRequest { product_code: "PLN-X".to_owned(), ..token("payment-0001") };
    let status = refused(&world, request).await;
    assert_eq!(status.code(), Code::NotFound);
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PRODUCT_UNKNOWN));
    assert_eq!(metadata_of(&status).get("product_code").map(String::as_str), Some("PLN-X"));
    world.end().await;
}

#[tokio::test]
async fn too_little_time_is_refused_before_anything() {
    let world = World::new().await;
    let mut request = Request::new(token("payment-0001"));
    request.set_timeout(Duration::from_millis(450));
    let status = refused(&world, request).await;
    assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID), "{status}");
    assert!(!may_be_accepted(&status));
    let mut payments = world.client.payments.clone();
    let get = GetPaymentRequest { payment_id: "payment-0001".to_owned() };
    let status = payments.get_payment(get).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert!(may_be_accepted(&status), "not found is no promise");
    world.end().await;
}

#[tokio::test]
async fn a_total_above_what_was_approved_is_refused() {
    let world = World::new().await;
    for request in [
        CreatePaymentRequest { max_total_rupiah: Some(22_000), ..token("payment-0001") },
        CreatePaymentRequest {
            approval: Some(Approval::ApprovedTotalRupiah(22_000)),
            ..token("payment-0001")
        },
        CreatePaymentRequest {
            approval: Some(Approval::ApprovedTotalRupiah(22_500)),
            max_total_rupiah: Some(22_000),
            ..token("payment-0001")
        },
    ] {
        let status = refused(&world, request).await;
        assert_eq!(reason_of(&status).as_deref(), Some(reason::TOTAL_ABOVE_MAXIMUM), "{status}");
        assert!(!may_be_accepted(&status));
    }
    world.end().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_changes_nothing() {
    let world = World::new().await;
    world.provider.will([Pay::Held]);
    let mut payments = world.client.payments.clone();
    let call = tokio::spawn(async move { payments.create_payment(token("payment-0001")).await });
    world.provider.held.acquire().await.unwrap().forget();
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    world.provider.gate.add_permits(1);
    let payment = world.pay(token("payment-0001")).await;
    assert_eq!(payment.state(), PaymentState::Succeeded);
    assert_eq!(world.provider.charges.lock().unwrap().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn waiting_ends_with_the_state_as_it_is() {
    let world = World::new().await;
    world.provider.will([Pay::Held]);
    let wait = Some(prost_types::Duration::default());
    let payment = world.pay(CreatePaymentRequest { wait, ..token("payment-0001") }).await;
    assert_eq!(payment.state(), PaymentState::Processing);
    assert!(payment.receipt.is_none() && payment.final_time.is_none());
    let open = refused(&world, token("payment-0002")).await;
    assert_eq!(open.code(), Code::Aborted);
    assert_eq!(metadata_of(&open).get("payment_id").map(String::as_str), Some("payment-0001"));
    world.provider.gate.add_permits(1);
    world.end().await;
}

#[tokio::test]
async fn an_unknown_outcome_is_a_doubt_and_no_failure() {
    let world = World::new().await;
    world.provider.will([Pay::Unknown]);
    let payment = world.pay(token("payment-0001")).await;
    assert_eq!(payment.state(), PaymentState::InDoubt);
    assert!(payment.failure.is_none());
    let doubt = payment.doubt.unwrap();
    assert_eq!(doubt.reason, "TIMED_OUT");
    assert!(doubt.message.contains("do not pay again"), "{}", doubt.message);
    assert!(!doubt.may_pay_again, "the provider may still execute it");
    let mut payments = world.client.payments.clone();
    let abandon = AbandonPaymentRequest { payment_id: "payment-0001".to_owned() };
    let status = payments.abandon_payment(abandon).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::ATTEMPT_ALIVE));
    world.end().await;
}

#[tokio::test]
async fn a_doubt_says_whether_anybody_can_be_asked() {
    let world = World::new().await;
    world.provider.will([Pay::Unknown, Pay::Unknown]);
    let token = world.pay(token("payment-0001")).await.doubt.unwrap();
    assert!(token.message.contains("can ask nobody"), "{}", token.message);
    assert_eq!(token.next_check_time, None);
    let bill = CreatePaymentRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        approval: Some(Approval::ApprovedTotalRupiah(82_500)),
        ..token_for("payment-0002", METER)
    };
    let bill = world.pay(bill).await.doubt.unwrap();
    assert!(bill.message.contains("keeps asking"), "{}", bill.message);
    assert!(bill.next_check_time.is_some());
    world.end().await;
}

#[tokio::test]
async fn a_token_in_doubt_may_be_paid_again_once_the_engine_saw_the_bound_pass() {
    let world = World::new().await;
    world.provider.will([Pay::Unknown]);
    let doubt = world.pay(token("payment-0001")).await.doubt.unwrap();
    assert!(!doubt.may_pay_again);
    world.clock.put_forward(Duration::from_mins(11));
    let mut payments = world.client.payments.clone();
    let get = GetPaymentRequest { payment_id: "payment-0001".to_owned() };
    let payment = payments.get_payment(get).await.unwrap().into_inner().payment.unwrap();
    assert!(payment.doubt.unwrap().may_pay_again);
    let again = CreatePaymentRequest {
        despite_in_doubt: "payment-0001".to_owned(),
        repeat: 1,
        ..token("payment-0002")
    };
    assert_eq!(world.pay(again).await.state(), PaymentState::Succeeded, "as was said");
    world.end().await;
}

#[tokio::test]
async fn a_refusal_about_the_number_fails_with_its_reason() {
    let world = World::new().await;
    world.provider.will([Pay::NoSuchNumber]);
    let payment = world.pay(token("payment-0001")).await;
    assert_eq!(payment.state(), PaymentState::Failed);
    let failure = payment.failure.unwrap();
    assert_eq!(failure.reason, "NUMBER_INVALID");
    assert_eq!(
        failure.message,
        "The biller does not know the customer number. No money was taken. Check the number with the customer."
    );
    assert!(!failure.new_id_may_help);
    world.end().await;
}

#[tokio::test]
async fn a_bill_is_shown_and_then_paid_as_shown() {
    let world = World::new().await;
    let mut payments = world.client.payments.clone();
    let inquire = InquireRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        ..InquireRequest::default()
    };
    let bill = payments.inquire(inquire).await.unwrap().into_inner().bill.unwrap();
    assert_eq!((bill.total_rupiah, bill.bill_rupiah), (82_500, Some(80_000)));
    assert_eq!(bill.lines[0].value, "BUDI");
    let request = CreatePaymentRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        approval: Some(Approval::InquiryId(bill.inquiry_id.clone())),
        ..token("payment-0001")
    };
    let payment = world.pay(request.clone()).await;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:?}");
    assert_eq!(payment.inquiry_id, bill.inquiry_id);
    assert_eq!(payment.approved_total_rupiah, Some(82_500));
    let other = CreatePaymentRequest {
        payment_id: "payment-0002".to_owned(),
        customer_number: "530000000002".to_owned(),
        ..request
    };
    let status = refused(&world, other).await;
    assert_eq!(reason_of(&status).as_deref(), Some(reason::INQUIRY_MISMATCH));
    world.end().await;
}

#[tokio::test]
async fn an_abandoned_id_is_closed_for_ever() {
    let world = World::new().await;
    let mut payments = world.client.payments.clone();
    let abandon = AbandonPaymentRequest { payment_id: "payment-0001".to_owned() };
    let answer = payments.abandon_payment(abandon.clone()).await.unwrap().into_inner();
    assert_eq!(answer.result(), AbandonResult::IdClosed);
    let status = refused(&world, token("payment-0001")).await;
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PAYMENT_ID_ABANDONED));
    world.pay(token("payment-0002")).await;
    let paid = AbandonPaymentRequest { payment_id: "payment-0002".to_owned() };
    let status = payments.abandon_payment(paid).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PAYMENT_SUCCEEDED));
    world.end().await;
}

#[tokio::test]
async fn several_payments_come_in_the_order_asked_for() {
    let world = World::new().await;
    world.pay(token_for("payment-0001", METER)).await;
    world.pay(token_for("payment-0002", &meter(2))).await;
    let mut payments = world.client.payments.clone();
    let ids = ["payment-0002", "payment-none", "payment-0001"];
    let request = BatchGetPaymentsRequest { payment_ids: ids.map(str::to_owned).to_vec() };
    let answer = payments.batch_get_payments(request).await.unwrap().into_inner();
    let found: Vec<&str> = answer.payments.iter().map(|one| one.payment_id.as_str()).collect();
    assert_eq!(found, ["payment-0002", "payment-0001"]);
    assert_eq!(answer.missing_payment_ids, ["payment-none"]);
    for count in [0, 201] {
        let payment_ids = vec!["payment-0001".to_owned(); count];
        let status =
            payments.batch_get_payments(BatchGetPaymentsRequest { payment_ids }).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{count}");
    }
    world.end().await;
}
