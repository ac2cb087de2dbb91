//! Payments whose answer is lost, late, damaged or another one's, against the simulated Digiflazz and its ledger.

use std::time::Duration;

use ppob_simulator::digiflazz::{Fault, FaultKind, PendingEnd, Stage, Verb};
use ppob_simulator::{Ending, Framing};
use ppob_types::{
    Family, PayOutcome, RefusalCode, RefusalScope, Rejection, Rupiah, StatusVerdict, UnknownCause,
};
use serde_json::json;

use crate::support::{DEPOSIT, Shop, payment, purchase, simulator, topup};

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_look_up_finds_what_was_paid_without_paying_again() {
    let after = Stage::AfterDebit;
    for (fault, cause) in [
        (FaultKind::Drop { stage: after, ending: Ending::Fin }, UnknownCause::ConnectionLost),
        (FaultKind::Drop { stage: after, ending: Ending::Reset }, UnknownCause::ConnectionLost),
        (FaultKind::Garbage { stage: after }, UnknownCause::ConnectionLost),
        (
            FaultKind::TruncatedBody { framing: Framing::ContentLength },
            UnknownCause::ConnectionLost,
        ),
        (FaultKind::TruncatedBody { framing: Framing::CloseDelimited }, UnknownCause::Unreadable),
        (FaultKind::HttpStatus { status: 502, stage: after }, UnknownCause::HttpStatus),
        (FaultKind::HttpStatus { status: 200, stage: after }, UnknownCause::Unreadable),
    ] {
        let simulator = simulator().await;
        let shop = Shop::at(&simulator.base_url(), json!({}));
        simulator.add_fault(Fault::new(fault.clone()).verb(Verb::TopUp).times(1));
        let request = topup("087800001230");
        let paid = shop.pay(&request).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(cause), "{fault:?}");
        assert_eq!(simulator.requests(Verb::TopUp), 1, "{fault:?}");
        simulator.pass(Duration::from_mins(1));
        let report = shop.check(&request).await.unwrap();
        assert_eq!(report.verdict, StatusVerdict::Succeeded, "{fault:?}");
        assert_eq!(report.observed.charged, Some(Rupiah::new(10_000)));
        assert_eq!(simulator.ledger().charges.len(), 1, "{fault:?}");
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn a_purchase_that_never_arrived_is_made_by_its_look_up_once() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let drop = FaultKind::Drop { stage: Stage::BeforeDebit, ending: Ending::Fin };
    simulator.add_fault(Fault::new(drop).times(1));
    let request = topup("087800001230");
    let paid = shop.pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::ConnectionLost));
    assert_eq!(simulator.ledger().charges.len(), 0);
    for _ in 0..2 {
        simulator.pass(Duration::from_mins(1));
        assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Succeeded);
    }
    assert_eq!(simulator.ledger().charges.len(), 1);
    assert_eq!(simulator.violations(), []);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_lost_payment_of_a_bill_is_found_by_its_status_and_never_sent_again() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let mut request = payment(purchase(Family::PlnPostpaid, "530000000001"), "pln", 1);
    let bill = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap();
    request.inquiry_token = bill.token;
    let drop = FaultKind::Drop { stage: Stage::AfterDebit, ending: Ending::Reset };
    simulator.add_fault(Fault::new(drop).verb(Verb::Pay).times(1));
    let paid = shop.pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::ConnectionLost));
    simulator.pass(Duration::from_mins(1));
    let report = shop.check(&request).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::Succeeded);
    assert_eq!(report.observed.total, Some(bill.total));
    assert_eq!(simulator.requests(Verb::Pay), 1);
    assert_eq!(simulator.ledger().charges.len(), 1);

    // A payment that never arrived is not found, which refuses nothing.
    let mut request = payment(purchase(Family::PlnPostpaid, "530000000002"), "pln", 2);
    let bill = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap();
    request.inquiry_token = bill.token;
    let drop = FaultKind::Drop { stage: Stage::BeforeDebit, ending: Ending::Reset };
    simulator.add_fault(Fault::new(drop).verb(Verb::Pay).times(1));
    let _lost = shop.pay(&request).await;
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::NotFound);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_33_a_timeout_of_ours_is_unknown_and_what_is_executed_late_is_found() {
    let simulator = simulator().await;
    let timeouts = json!({ "connect_timeout_ms": 2_000, "pay_timeout_ms": 4_000 });
    let shop = Shop::at(&simulator.base_url(), timeouts);
    let late = FaultKind::LateExecution { milliseconds: 50 };
    simulator.add_fault(Fault::new(late).times(1));
    let request = topup("087800001230");
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Unknown(UnknownCause::TimedOut));
    // The look-up under the same reference pays it, or finds it paid: once in either order.
    simulator.pass(Duration::from_mins(1));
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Succeeded);
    assert_eq!(simulator.ledger().charges.len(), 1);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_34_a_timeout_of_theirs_is_no_refusal_whether_it_was_delivered_or_not() {
    for (rc, delivered) in [("01", true), ("01", false), ("70", true), ("70", false)] {
        let simulator = simulator().await;
        let shop = Shop::at(&simulator.base_url(), json!({}));
        let times_out = FaultKind::TimesOut { rc: rc.to_owned(), delivered };
        simulator.add_fault(Fault::new(times_out).times(1));
        let request = topup("087800001230");
        let paid = shop.pay(&request).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::TimedOut));
        assert_eq!(paid.observed.charged, None);
        let mut verdicts = Vec::new();
        for _ in 0..2 {
            simulator.pass(Duration::from_mins(1));
            verdicts.push(shop.check(&request).await.unwrap().verdict);
        }
        let no = Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider };
        let end = if delivered { StatusVerdict::Succeeded } else { StatusVerdict::Rejected(no) };
        assert_eq!(verdicts, [StatusVerdict::Pending, end], "{rc} {delivered}");
        let kept = simulator.ledger().cost_of("demo-user");
        assert_eq!(kept, if delivered { 10_000 } else { 0 });
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn somebody_elses_answer_is_a_mismatch_and_brings_no_receipt() {
    let swapped =
        |ref_id: Option<&str>, code: Option<&str>, customer: Option<&str>| FaultKind::Swapped {
            ref_id: ref_id.map(str::to_owned),
            buyer_sku_code: code.map(str::to_owned),
            customer_no: customer.map(str::to_owned),
        };
    for fault in [
        swapped(Some("P00000000000CN1"), None, None),
        swapped(None, Some("tsel5"), None),
        swapped(None, None, Some("087800001231")),
    ] {
        let simulator = simulator().await;
        let shop = Shop::at(&simulator.base_url(), json!({}));
        simulator.add_fault(Fault::new(fault));
        let paid = shop.pay(&topup("087800001230")).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Mismatch));
        assert!(paid.observed.receipt.is_none());
        assert!(shop.check(&topup("087800001230")).await.is_err());
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn fact_30_what_was_charged_is_what_the_answer_says_and_not_what_the_list_said() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    simulator.add_fault(Fault::new(FaultKind::PriceChange { price: -265 }).times(1));
    let paid = shop.pay(&topup("087800001230")).await;
    assert_eq!(paid.observed.charged, Some(Rupiah::new(9_735)));
    assert_eq!(simulator.ledger().cost_of("demo-user"), 9_735);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_28_the_debit_of_a_bill_may_differ_from_its_inquiry_and_is_told() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let mut request = payment(purchase(Family::PlnPostpaid, "530000000001"), "pln", 1);
    let bill = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap();
    request.inquiry_token = bill.token;
    request.max_cost = bill.cost.unwrap();
    simulator.add_fault(Fault::new(FaultKind::PriceChange { price: 400 }).verb(Verb::Pay));
    let paid = shop.pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Succeeded);
    assert_eq!(paid.observed.charged, Some(Rupiah::new(10_400)));
    assert!(!shop.built.provider.capability(Family::PlnPostpaid).cost_cap);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_29_a_price_above_our_limit_is_refused_and_nothing_is_formed() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let mut request = topup("087800001230");
    request.max_cost = Rupiah::new(9_999);
    let no = Rejection { code: RefusalCode::CostAboveCap, scope: RefusalScope::Provider };
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Rejected(no));
    assert_eq!(simulator.balance("demo-user"), Some(DEPOSIT));
    assert_eq!(simulator.ledger().charges.len(), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_73_an_empty_deposit_asks_another_provider_and_names_itself() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    simulator.deposit("demo-user", -DEPOSIT).unwrap();
    let no = Rejection { code: RefusalCode::InsufficientBalance, scope: RefusalScope::Provider };
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Rejected(no));
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_72_a_key_of_the_wrong_mode_looks_like_a_wrong_signature() {
    let simulator = simulator().await;
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/webhook");
    let shop = Shop::at(&simulator.base_url(), json!({ "api_key": { "file": key } }));
    let no = Rejection { code: RefusalCode::Credentials, scope: RefusalScope::Provider };
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Rejected(no));
    assert_eq!(simulator.ledger().charges.len(), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_32_the_balance_in_an_answer_is_that_of_the_answer() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    simulator.add_fault(Fault::new(FaultKind::Floats {}));
    let paid = shop.pay(&topup("087800001230")).await;
    assert_eq!(paid.observed.balance_after, Some(Rupiah::new(DEPOSIT - 10_000)));
    simulator.deposit("demo-user", 5_000).unwrap();
    let now = shop.built.provider.balance(&shop.context()).await;
    assert_eq!(now.ok(), Some(Rupiah::new(DEPOSIT - 5_000)));
    // A look-up tells what the deposit is now, and not what the payment left: told later, it may be more.
    simulator.pass(Duration::from_mins(1));
    let later = shop.check(&topup("087800001230")).await.unwrap().observed.balance_after;
    assert_eq!(later, Some(Rupiah::new(DEPOSIT - 5_000)));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_transaction_that_stays_pending_is_pending_at_every_look_up() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let pending = FaultKind::Pending { rc: "99".to_owned(), then: PendingEnd::Never };
    simulator.add_fault(Fault::new(pending).times(1));
    let request = topup("087800001230");
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Pending);
    for _ in 0..4 {
        simulator.pass(Duration::from_mins(1));
        assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Pending);
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_refusal_that_repeats_nothing_and_comes_with_http_400_is_one() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    simulator.add_fault(Fault::new(FaultKind::Bare {}));
    simulator.add_fault(Fault::new(FaultKind::Http400 {}));
    simulator.add_fault(Fault::new(FaultKind::Refuse { rc: "62".to_owned() }).times(1));
    let no = Rejection { code: RefusalCode::ProductClosed, scope: RefusalScope::Provider };
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Rejected(no));
    // One that keeps a transaction has to name it.
    simulator.add_fault(Fault::new(FaultKind::Refuse { rc: "53".to_owned() }).times(1));
    let paid = shop.pay(&topup("087800001230")).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unreadable));
    simulator.shutdown().await;
}

#[tokio::test]
async fn within_its_cut_off_a_product_is_refused_and_another_provider_may_sell_it() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    // From 10:00 to 23:50 there.
    simulator.pass(Duration::from_mins(13 * 60 + 50));
    let request = payment(purchase(Family::PlnPrepaid, "530000000001"), "pln20", 1);
    let no = Rejection { code: RefusalCode::CutOff, scope: RefusalScope::Provider };
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Rejected(no));
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Succeeded);
    simulator.shutdown().await;
}
