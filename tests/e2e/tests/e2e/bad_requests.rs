//! Requests that cannot be payments: refused with a clear reason, and nothing is lost.

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::{CreatePaymentRequest, PaymentState};
use ppob_e2e::request::{fresh_customer, token};
use ppob_e2e::{Result, World};
use tonic::Code;
use tonic_types::StatusExt as _;

const MIB: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_cannot_be_paid_is_refused_with_its_reason() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let earlier = engine.pay(token("earlier-01", &fresh_customer())).await?;
    let good = token("bad-000001", &fresh_customer());
    let open_bill =
        CreatePaymentRequest { product_code: "PLN-POSTPAID".to_owned(), ..good.clone() };
    let table: [(&str, CreatePaymentRequest, &str, &str); 8] = [
        (
            "an unknown product",
            CreatePaymentRequest { product_code: "PLN-PREPAID-20001".to_owned(), ..good.clone() },
            reason::PRODUCT_UNKNOWN,
            "",
        ),
        (
            "a number with letters",
            CreatePaymentRequest { customer_number: "53000000I299".to_owned(), ..good.clone() },
            reason::FIELD_INVALID,
            "customer_number",
        ),
        (
            "a number that is too short",
            CreatePaymentRequest { customer_number: "5300".to_owned(), ..good.clone() },
            reason::FIELD_INVALID,
            "customer_number",
        ),
        (
            "a negative amount",
            CreatePaymentRequest { amount_rupiah: Some(-20_000), ..good.clone() },
            reason::FIELD_INVALID,
            "amount_rupiah",
        ),
        (
            "a negative total",
            CreatePaymentRequest {
                approval: Some(Approval::ApprovedTotalRupiah(-1)),
                ..good.clone()
            },
            reason::FIELD_INVALID,
            "approved_total_rupiah",
        ),
        (
            "an id that is too short",
            CreatePaymentRequest { payment_id: "x".to_owned(), ..good.clone() },
            reason::FIELD_INVALID,
            "payment_id",
        ),
        ("a bill nobody agreed to", open_bill.clone(), reason::FIELD_INVALID, "approval"),
        (
            "an inquiry nobody made",
            CreatePaymentRequest {
                approval: Some(Approval::InquiryId("inquiry-of-nobody".to_owned())),
                ..open_bill
            },
            reason::INQUIRY_UNKNOWN,
            "",
        ),
    ];
    for (what, request, expected, field) in table {
        let number = request.customer_number.clone();
        let status = engine.refused(request).await?;
        assert_eq!(reason_of(&status).as_deref(), Some(expected), "{what}: {status:?}");
        assert!(!may_be_accepted(&status), "{what} may be accepted: {status:?}");
        assert!(!status.message().contains(&number), "{what}: tells the number: {status:?}");
        let fields: Vec<String> = status
            .get_details_bad_request()
            .map(|details| details.field_violations.into_iter().map(|one| one.field).collect())
            .unwrap_or_default();
        assert!(field.is_empty() || fields == [field], "{what}: {fields:?}");
    }
    assert_eq!(engine.get("earlier-01").await?, earlier);
    assert_eq!(engine.payments().await?.len(), 1, "nothing was accepted");
    assert_eq!(world.provider.ledger().charges.len(), 1);
    // The id is still free.
    assert_eq!(engine.pay(good).await?.state(), PaymentState::Succeeded);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_10_mib_is_refused_and_the_server_goes_on() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let earlier = engine.pay(token("earlier-01", &fresh_customer())).await?;
    let huge = CreatePaymentRequest {
        customer_number: "5".repeat(10 * MIB),
        ..token("huge-00001", &fresh_customer())
    };
    let status = engine.refused(huge).await?;
    let codes = [Code::OutOfRange, Code::ResourceExhausted, Code::InvalidArgument];
    assert!(codes.contains(&status.code()), "{status:?}");
    assert!(status.message().len() < 500, "the message repeats what was sent");
    // On the same connection.
    assert_eq!(engine.get("earlier-01").await?, earlier);
    let next = engine.pay(token("earlier-02", &fresh_customer())).await?;
    assert_eq!(next.state(), PaymentState::Succeeded);
    Ok(())
}
