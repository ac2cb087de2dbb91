//! Bills are read again right before they are paid.

use std::sync::atomic::Ordering;

use ppob_engine::{CreatePayment, Inquire, RequestedApproval, RequestedParameters};
use ppob_payment::{Conclusion, PaymentState};
use ppob_provider::{ProviderError, ProviderErrorKind, RefusalTrust};
use ppob_types::{FailureReason, ProductCode, RefusalCode, RefusalScope, Rejection};

use crate::support::*;

fn reason(payment: &ppob_journal::StoredPayment) -> Option<FailureReason> {
    match payment.payment.conclusion {
        Some(Conclusion::Failed { reason, .. }) => Some(reason),
        _ => None,
    }
}

fn inquire() -> Inquire {
    Inquire {
        consumer: consumer(),
        product: ProductCode::new(BILL).unwrap(),
        customer_number: SUBSCRIBER.to_owned(),
        amount: None,
        parameters: RequestedParameters::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_bill_that_is_still_what_was_approved_is_paid() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let asked = world.engine.inquire(inquire()).await.unwrap();
    let request = CreatePayment {
        approval: RequestedApproval::Inquiry(asked.stored.id),
        ..bill_payment("payment-0001", 1)
    };
    let paid = world.pay(request).await;
    assert_eq!((paid.payment.state(), provider.charges()), (PaymentState::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn where_a_payment_is_tied_to_its_inquiry_the_bill_is_asked_for_under_the_attempt_that_pays_it()
 {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.binds.store(true, Ordering::SeqCst);
    let world = World::of(&[&provider]).await;
    let asked = world.engine.inquire(inquire()).await.unwrap();
    let request = CreatePayment {
        approval: RequestedApproval::Inquiry(asked.stored.id),
        ..bill_payment("payment-0001", 1)
    };
    // The provider holds token and reference against each other.
    let paid = world.pay(request).await;
    assert_eq!((paid.payment.state(), provider.charges()), (PaymentState::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn a_bill_that_changed_is_not_paid() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let higher = world.pay(bill_payment("payment-0001", 80_000)).await;
    assert_eq!(reason(&higher), Some(FailureReason::BillChanged));
    let lower = world.pay(bill_payment("payment-0002", 90_000)).await;
    assert_eq!(reason(&lower), Some(FailureReason::BillChanged));
    assert_eq!(provider.charges(), 0);
    let allowed = CreatePayment { allow_lower_total: true, ..bill_payment("payment-0003", 90_000) };
    assert_eq!(world.pay(allowed).await.payment.state(), PaymentState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_bill_without_an_approval_is_refused() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let blind =
        CreatePayment { approval: RequestedApproval::ListPrice, ..bill_payment("payment-0001", 1) };
    assert!(world.create(blind).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_biller_that_says_paid_already_ends_it_without_a_send() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let no = Rejection { code: RefusalCode::BillAlreadyPaid, scope: RefusalScope::Bill };
    provider.will_bill(Err(ProviderError::new(ProviderErrorKind::Refused(no), "sudah lunas")));
    let failed = world.pay(bill_payment("payment-0001", 82_500)).await;
    assert_eq!(reason(&failed), Some(FailureReason::BillAlreadyPaid));
    assert!(failed.payment.attempts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_provider_must_show_the_very_same_bill() {
    for (name, state) in [("BUDI", PaymentState::Succeeded), ("SITI", PaymentState::Failed)] {
        let asked_first = Scripted::new("a", 20_700, RefusalTrust::None);
        let other = Scripted::new("b", 20_700, RefusalTrust::None);
        let world = World::of(&[&asked_first, &other]).await;
        let asked = world.engine.inquire(inquire()).await.unwrap();
        let unreachable = ProviderError::new(ProviderErrorKind::Unreadable, "html");
        asked_first.will_bill(Err(unreachable));
        other.will_bill(Ok(bill(80_000, name)));
        let request = CreatePayment {
            approval: RequestedApproval::Inquiry(asked.stored.id),
            ..bill_payment("payment-0001", 1)
        };
        assert_eq!(world.pay(request).await.payment.state(), state, "{name}");
        assert_eq!(asked_first.charges(), 0);
    }
}
