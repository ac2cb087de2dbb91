//! One customer's data over gRPC.

use std::time::Duration;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{
    AddNoteRequest, CheckNowRequest, EraseCustomerRequest, ExportCustomerRequest,
    GetPaymentRequest, PaymentState, TokenState,
};
use ppob_types::StatusVerdict;

use crate::support::{METER, PLN_TOKEN, Pay, World, meter, observed, token, token_for};

fn export() -> ExportCustomerRequest {
    ExportCustomerRequest {
        customer_number: METER.to_owned(),
        reason: "request 17".to_owned(),
        actor: "dewi".to_owned(),
        ..ExportCustomerRequest::default()
    }
}

fn erase(validate_only: bool) -> EraseCustomerRequest {
    EraseCustomerRequest {
        customer_number: METER.to_owned(),
        validate_only,
        reason: "request 17".to_owned(),
        actor: "dewi".to_owned(),
    }
}

#[tokio::test]
async fn an_export_pages_through_the_payments_of_one_customer_with_their_raw_answers() {
    let mut world = World::new().await;
    for number in 0..3 {
        let mut request = token(&format!("payment-{number:04}"));
        request.repeat = number;
        world.pay(request).await;
    }
    world.pay(token_for("payment-other", &meter(1))).await;
    let mut request = ExportCustomerRequest { page_size: 2, ..export() };
    let mut seen = Vec::new();
    loop {
        let answer = world.operator.export_customer(request.clone()).await.unwrap().into_inner();
        for one in answer.payments {
            assert_eq!((one.consumer.as_str(), one.raw_answers), ("local", vec!["{}".to_owned()]));
            let payment = one.payment.unwrap();
            assert_eq!(payment.customer_number, METER);
            seen.push(payment.payment_id);
        }
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    assert_eq!(seen, ["payment-0002", "payment-0001", "payment-0000"]);
    let mut foreign = ExportCustomerRequest { customer_number: meter(1), ..request };
    foreign.page_token = "00".repeat(9);
    let status = world.operator.export_customer(foreign).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PAGE_TOKEN_INVALID));
    let nobody = ExportCustomerRequest { actor: String::new(), ..export() };
    let status = world.operator.export_customer(nobody).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID));
    world.end().await;
}

#[tokio::test]
async fn an_erased_payment_answers_without_the_customer_and_with_its_money() {
    let mut world = World::new().await;
    let before = world.pay(token("payment-0000")).await;
    world.clock.put_forward(Duration::from_mins(11));
    let preview = world.operator.erase_customer(erase(true)).await.unwrap().into_inner();
    assert_eq!((preview.erased_count, preview.kept_count), (1, 0));
    let request = GetPaymentRequest { payment_id: "payment-0000".to_owned() };
    let mut payments = world.client.payments.clone();
    let answer = payments.get_payment(request.clone()).await.unwrap().into_inner();
    assert!(!answer.payment.unwrap().personal_data_erased);
    let erased = world.operator.erase_customer(erase(false)).await.unwrap().into_inner();
    assert_eq!((erased.erased_count, erased.kept_count), (1, 0));

    let answer = payments.get_payment(request).await.unwrap().into_inner().payment.unwrap();
    assert!(answer.personal_data_erased);
    assert_eq!(answer.customer_number, "");
    assert_eq!(answer.state(), PaymentState::Succeeded);
    assert_eq!(answer.token_state(), TokenState::Unspecified);
    assert_eq!(
        (answer.total_rupiah, answer.cost_rupiah),
        (before.total_rupiah, before.cost_rupiah)
    );
    assert_eq!((answer.version, answer.final_time), (before.version, before.final_time));
    let (now, then) = (answer.receipt.unwrap(), before.receipt.unwrap());
    assert_eq!(now.total_rupiah, then.total_rupiah);
    assert_eq!(now.provider_reference, then.provider_reference);
    let text = format!("{now:?}");
    assert!(!text.contains(PLN_TOKEN) && !text.contains("BUDI") && !text.contains(METER), "{text}");
    assert_eq!((now.lines.len(), now.raw_fields.len()), (0, 0));
    let nothing = world.operator.export_customer(export()).await.unwrap().into_inner();
    assert_eq!(nothing.payments, []);
    world.end().await;
}

#[tokio::test]
async fn an_export_holds_what_operators_wrote_and_every_answer_of_the_provider() {
    let mut world = World::new().await;
    world.provider.will([Pay::Unlisted("the answer of the call that pays")]);
    let doubt = world.pay(token("payment-0001")).await;
    assert_eq!(doubt.state(), PaymentState::InDoubt, "{doubt:?}");
    world.provider.will_report(StatusVerdict::Succeeded, observed(1));
    let check = CheckNowRequest {
        consumer: "local".to_owned(),
        payment_id: "payment-0001".to_owned(),
        provider_reference: "INV1".to_owned(),
        actor: "dewi".to_owned(),
    };
    world.operator.check_now(check).await.unwrap();
    for text in ["She called.", "She called again."] {
        let note = AddNoteRequest {
            consumer: "local".to_owned(),
            payment_id: "payment-0001".to_owned(),
            text: text.to_owned(),
            actor: "dewi".to_owned(),
        };
        world.operator.add_note(note).await.unwrap();
    }
    let answer = world.operator.export_customer(export()).await.unwrap().into_inner();
    let [one] = &*answer.payments else { panic!("{answer:?}") };
    assert_eq!(one.raw_answers, ["the answer of the call that pays", "{}"]);
    let notes: Vec<_> = one.notes.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(notes, ["She called.", "She called again."]);
    world.end().await;
}
