//! Payments by page.

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{Family, ListPaymentsRequest, ListPaymentsResponse, PaymentState};
use tonic::{Code, Status};

use crate::support::{TOKEN, World, meter, token_for};

async fn list(world: &World, request: ListPaymentsRequest) -> Result<ListPaymentsResponse, Status> {
    let mut payments = world.client.payments.clone();
    payments.list_payments(request).await.map(tonic::Response::into_inner)
}

async fn filled(payments: usize) -> World {
    let world = World::new().await;
    for number in 0..payments {
        world.pay(token_for(&format!("payment-{number:04}"), &meter(number))).await;
    }
    world
}

#[tokio::test]
async fn pages_hold_every_payment_once_newest_first() {
    let world = filled(7).await;
    let mut seen = Vec::new();
    let mut request = ListPaymentsRequest { page_size: 3, ..Default::default() };
    loop {
        let page = list(&world, request.clone()).await.unwrap();
        assert!(page.payments.len() <= 3);
        seen.extend(page.payments.into_iter().map(|one| one.payment_id));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let expected: Vec<String> = (0..7).rev().map(|n| format!("payment-{n:04}")).collect();
    assert_eq!(seen, expected);
    world.end().await;
}

#[tokio::test]
async fn a_token_is_refused_with_other_filters_or_damaged() {
    let world = filled(3).await;
    let first = ListPaymentsRequest { page_size: 1, ..Default::default() };
    let token = list(&world, first).await.unwrap().next_page_token;
    assert!(!token.is_empty());
    let changed = ListPaymentsRequest {
        page_size: 1,
        page_token: token.clone(),
        states: vec![PaymentState::Failed.into()],
        ..Default::default()
    };
    let damaged = ListPaymentsRequest { page_token: format!("{token}00"), ..Default::default() };
    for request in [changed, damaged] {
        let status = list(&world, request).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(reason::PAGE_TOKEN_INVALID), "{status}");
    }
    let other_size = ListPaymentsRequest { page_size: 2, page_token: token, ..Default::default() };
    assert_eq!(list(&world, other_size).await.unwrap().payments.len(), 2, "the size may change");
    world.end().await;
}

#[tokio::test]
async fn filters_fit_together() {
    let world = filled(4).await;
    let count = async |request| list(&world, request).await.unwrap().payments.len();
    let all = ListPaymentsRequest::default();
    let of =
        |state: PaymentState| ListPaymentsRequest { states: vec![state.into()], ..all.clone() };
    assert_eq!(count(of(PaymentState::Succeeded)).await, 4);
    assert_eq!(count(of(PaymentState::InDoubt)).await, 0);
    let customer = ListPaymentsRequest { customer_number: meter(2), ..all.clone() };
    assert_eq!(count(customer.clone()).await, 1);
    let both = ListPaymentsRequest { product_code: TOKEN.to_owned(), ..customer };
    assert_eq!(count(both).await, 1);
    let families = vec![Family::PlnPrepaid.into(), Family::Water.into()];
    assert_eq!(count(ListPaymentsRequest { families, ..all.clone() }).await, 4);
    let families = vec![Family::Gas.into(), Family::Water.into()];
    assert_eq!(count(ListPaymentsRequest { families, ..all.clone() }).await, 0);
    let before = Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 });
    let early = ListPaymentsRequest { created_before_time: before, ..all.clone() };
    assert_eq!(count(early).await, 0);
    let late = ListPaymentsRequest { created_from_time: before, ..all };
    assert_eq!(count(late).await, 4);
    world.end().await;
}

#[tokio::test]
async fn sizes_are_coerced_and_negative_ones_refused() {
    let world = filled(2).await;
    let sized = |page_size| ListPaymentsRequest { page_size, ..Default::default() };
    assert_eq!(list(&world, sized(1_000_000)).await.unwrap().payments.len(), 2);
    let status = list(&world, sized(-1)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    world.end().await;
}
