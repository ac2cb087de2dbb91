//! Against the simulated MMBC, which was written from the document alone.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::PpobProvider;
use ppob_simulator::mmbc::{
    AccountConfig, Fault, FaultKind, MmbcConfig, MmbcHandle, MmbcSimulator, PendingEnd, Stage, Verb,
};
use ppob_simulator::{Ending, Framing};
use ppob_types::{Family, PayAnswer, PayOutcome, RefusalCode, Rupiah, StatusVerdict, UnknownCause};
use serde_json::json;
use support::{attempt, context, inquiry, payment, permit, provider};

async fn simulator() -> MmbcHandle {
    let account = AccountConfig::new("dummy", "dummy123", 100_000_000).short_for_magic();
    MmbcSimulator::start(MmbcConfig::new(vec![account])).await.unwrap()
}

/// A number that fits the family's grammar and is no magic one.
fn ordinary(family: Family) -> &'static str {
    match family {
        Family::PlnPrepaid | Family::PlnPostpaid => "530000009999",
        Family::PlnNonTaglis | Family::Bpjs => "5300000099999",
        Family::PostpaidPhone => "081200009999",
        _ => "0110019999",
    }
}

async fn buy_token(simulator: &MmbcHandle, number: &str, more: serde_json::Value) -> PayAnswer {
    let built = provider(&simulator.base_url(), more);
    let request = payment(Family::PlnPrepaid, "PLNS20", number);
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(simulator.pay_requests_for("PLNS20", number), 1);
    answer
}

async fn check(
    provider: &dyn PpobProvider,
    request: &ppob_provider::PayRequest,
    answer: &PayAnswer,
) -> ppob_types::StatusReport {
    let invoice = answer.observed.provider_ref.as_ref().unwrap();
    let attempt = attempt(request, invoice.as_str());
    provider.check_status(&context(), &attempt).await.unwrap()
}

#[tokio::test]
async fn every_product_of_the_list_is_known_inquired_paid_and_found_again() {
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({ "balance_path": "../ceksaldo" }));
    let list = built.provider.price_list(&context()).await.unwrap();
    assert_eq!(list.unreadable, Vec::<String>::new());
    assert_eq!(list.rows.len(), 30);
    for row in &list.rows {
        let code = &row.provider_code;
        let product = built.mapping.map(row).unwrap();
        let number = ordinary(product.family);
        let request = inquiry(product.family, code, number);
        let bill = built.provider.inquire(&context(), &request).await.unwrap();

        let request = payment(product.family, code, number);
        let answer = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(answer.outcome, PayOutcome::Succeeded, "{code}");
        assert_eq!(Some(bill.total), answer.observed.total, "{code}");
        assert_eq!(bill.cost, answer.observed.charged, "{code}");
        if let Some(amount) = bill.amount {
            assert_eq!(row.cost.of_bill(amount).ok(), bill.cost, "{code}");
        }
        let report = check(&*built.provider, &request, &answer).await;
        assert_eq!(report.verdict, StatusVerdict::Succeeded, "{code}");

        let ledger = simulator.ledger();
        let charge = ledger.charges.last().unwrap();
        assert_eq!(&charge.product, code);
        assert_eq!(answer.observed.charged, Some(Rupiah::new(charge.cost)));
        let receipt = answer.observed.receipt.unwrap();
        let token = receipt.details.pln_token().map(|token| token.expose().to_owned());
        assert_eq!(token, charge.token, "{code}");
        let balance = built.provider.balance(&context()).await;
        assert_eq!(balance.ok(), answer.observed.balance_after, "{code}");
    }
    assert_eq!(simulator.ledger().charges.len(), list.rows.len());
    simulator.shutdown().await;
}

#[tokio::test]
async fn magic_numbers_lead_to_the_outcomes_they_promise() {
    let unknown = |cause| (PayOutcome::Unknown(cause), None);
    let refused = |code| (String::new(), Some(code));
    let simulator = simulator().await;
    for (suffix, expected, charges) in [
        ("0101", (PayOutcome::Pending, None), 1),
        ("0102", (PayOutcome::Pending, None), 1),
        ("0201", unknown(UnknownCause::ConnectionLost), 1),
        ("0202", unknown(UnknownCause::ConnectionLost), 0),
        ("0203", unknown(UnknownCause::ConnectionLost), 1),
        ("0204", unknown(UnknownCause::HttpStatus), 1),
        // Paid already, in answer to our own payment, refuses nothing.
        ("0302", unknown(UnknownCause::Unlisted), 0),
        ("0303", unknown(UnknownCause::Unlisted), 0),
        ("0501", (PayOutcome::Succeeded, None), 1),
    ] {
        let (outcome, _): (_, Option<RefusalCode>) = expected;
        let number = format!("53000000{suffix}");
        let answer = buy_token(&simulator, &number, json!({})).await;
        assert_eq!(answer.outcome, outcome, "{suffix}");
        let ledger = simulator.ledger();
        assert_eq!(ledger.charges_for("PLNS20", &number).len(), charges, "{suffix}");
    }
    for (suffix, (_, code)) in [
        ("0301", refused(RefusalCode::NumberInvalid)),
        ("0402", refused(RefusalCode::InsufficientBalance)),
    ] {
        let number = format!("53000000{suffix}");
        let answer = buy_token(&simulator, &number, json!({})).await;
        let PayOutcome::Rejected(rejection) = answer.outcome else {
            panic!("{suffix}: {:?}", answer.outcome);
        };
        assert_eq!(Some(rejection.code), code, "{suffix}");
        let ledger = simulator.ledger();
        assert_eq!(ledger.charges_for("PLNS20", &number).len(), 0, "{suffix}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn quirks_of_the_format_change_nothing() {
    let missing = FaultKind::MissingFields { fields: Vec::new() };
    let image = FaultKind::ContentType { value: "image/png".to_owned() };
    let quirks = [
        Fault::new(FaultKind::PhpNotice {}),
        Fault::new(FaultKind::Utf8Bom {}),
        Fault::new(FaultKind::RawNewline {}),
        Fault::new(image),
        Fault::new(missing.clone()).verb(Verb::Pay),
        Fault::new(missing).verb(Verb::Status),
    ];
    for quirk in quirks {
        let simulator = simulator().await;
        simulator.add_fault(quirk.clone()).unwrap();
        let answer = buy_token(&simulator, "530000009999", json!({})).await;
        assert_eq!(answer.outcome, PayOutcome::Succeeded, "{quirk:?}");
        let built = provider(&simulator.base_url(), json!({}));
        let list = built.provider.price_list(&context()).await.unwrap();
        assert_eq!(list.rows.len(), 30, "{quirk:?}");
        let request = payment(Family::PlnPrepaid, "PLNS20", "530000009999");
        let report = check(&*built.provider, &request, &answer).await;
        assert_eq!(report.verdict, StatusVerdict::Succeeded, "{quirk:?}");
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn faults_leave_a_payment_unknown_whether_or_not_it_was_charged() {
    let after = Stage::AfterDebit;
    let html = FaultKind::HtmlPage { stage: after };
    let cut = FaultKind::TruncatedBody { framing: Framing::CloseDelimited };
    let reset = FaultKind::Drop { stage: after, ending: Ending::Reset };
    let swapped = FaultKind::SwappedAnswer {
        product: None,
        customer_number: Some("530000000002".to_owned()),
    };
    let redirect = FaultKind::Redirect { status: 307, location: "http://127.0.0.1:1/".to_owned() };
    let faults = [
        (html, UnknownCause::Unreadable, 1),
        (FaultKind::EmptyBody { stage: after }, UnknownCause::Unreadable, 1),
        (cut, UnknownCause::Unreadable, 1),
        (FaultKind::Garbage { stage: after }, UnknownCause::ConnectionLost, 1),
        (reset, UnknownCause::ConnectionLost, 1),
        (swapped, UnknownCause::Mismatch, 1),
        (redirect, UnknownCause::HttpStatus, 0),
    ];
    for (fault, cause, charges) in faults {
        let simulator = simulator().await;
        simulator.add_fault(Fault::new(fault.clone())).unwrap();
        let answer = buy_token(&simulator, "530000009999", json!({})).await;
        assert_eq!(answer.outcome, PayOutcome::Unknown(cause), "{fault:?}");
        assert_eq!(simulator.ledger().charges.len(), charges, "{fault:?}");
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn fact_31_what_is_debited_is_the_bill_of_that_moment_and_it_is_told() {
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({}));
    let number = ordinary(Family::PlnPostpaid);
    let asked = inquiry(Family::PlnPostpaid, "PLN", number);
    let owed = built.provider.inquire(&context(), &asked).await.unwrap();
    let meanwhile = FaultKind::PriceChange { cost: 5_000, total: 6_000 };
    simulator.add_fault(Fault::new(meanwhile).verb(Verb::Pay)).unwrap();
    let mut request = payment(Family::PlnPostpaid, "PLN", number);
    request.max_cost = owed.cost.unwrap();
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded, "no limit of ours is asked for");
    assert!(!built.provider.capability(Family::PlnPostpaid).cost_cap, "and it says so");
    let dearer = owed.cost.unwrap().plus(Rupiah::new(5_000)).unwrap();
    assert_eq!(answer.observed.charged, Some(dearer));
    assert_eq!(answer.observed.total, owed.total.plus(Rupiah::new(6_000)).ok());
    assert_eq!(simulator.ledger().charges.last().unwrap().cost, dearer.get());
    simulator.shutdown().await;
}

/// With no reference of ours, a request that were made again would be another purchase.
#[tokio::test]
async fn fact_54_a_payment_without_a_reference_is_sent_once_whatever_becomes_of_it() {
    let before = Stage::BeforeDebit;
    let drop = |stage, ending| FaultKind::Drop { stage, ending };
    let faults = [
        drop(before, Ending::Fin),
        drop(before, Ending::Reset),
        drop(Stage::AfterDebit, Ending::Fin),
        drop(Stage::AfterDebit, Ending::Reset),
        FaultKind::HttpStatus { status: 500, stage: before },
        FaultKind::HttpStatus { status: 503, stage: before },
        FaultKind::HttpStatus { status: 408, stage: before },
        FaultKind::HttpStatus { status: 425, stage: before },
        FaultKind::EmptyBody { stage: before },
        FaultKind::Garbage { stage: before },
        FaultKind::TruncatedBody { framing: Framing::CloseDelimited },
        FaultKind::Pending { then: PendingEnd::Never, at_check: 1 },
    ];
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({}));
    let request = payment(Family::PlnPrepaid, "PLNS20", "530000009999");
    for (sent, fault) in (1..).zip(faults) {
        // Each strikes once: a second request would be answered, and paid.
        simulator.add_fault(Fault::new(fault.clone()).verb(Verb::Pay).times(1)).unwrap();
        let answer = built.provider.pay(&context(), &request, permit()).await;
        let open = matches!(answer.outcome, PayOutcome::Unknown(_) | PayOutcome::Pending);
        assert!(open, "{fault:?}: {:?}", answer.outcome);
        assert_eq!(simulator.pay_requests_for("PLNS20", "530000009999"), sent, "{fault:?}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn silence_until_the_timeout_is_unknown() {
    let simulator = simulator().await;
    let stall = FaultKind::Stall { stage: Stage::AfterDebit, milliseconds: None };
    simulator.add_fault(Fault::new(stall)).unwrap();
    let impatient = json!({ "connect_timeout_ms": 300, "pay_timeout_ms": 600 });
    let answer = buy_token(&simulator, "530000009999", impatient).await;
    assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::TimedOut));
    assert_eq!(simulator.ledger().charges.len(), 1);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_pending_token_confirms_and_its_receipt_gains_the_token() {
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({}));
    let request = payment(Family::PlnPrepaid, "PLNS20", "530000000101");
    let mut answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Pending);
    let first = check(&*built.provider, &request, &answer).await;
    assert_eq!(first.verdict, StatusVerdict::Pending);
    let second = check(&*built.provider, &request, &answer).await;
    assert_eq!(second.verdict, StatusVerdict::Succeeded);
    answer.observed.merge(second.observed);
    let receipt = answer.observed.receipt.unwrap();
    assert!(receipt.details.pln_token().is_some());
    let line = receipt.lines.iter().find(|line| line.label == "Stroom/Token");
    assert_eq!(line.unwrap().value.expose().len(), 24);
    simulator.shutdown().await;
}

#[tokio::test]
async fn no_data_is_not_found_although_the_debit_stands() {
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({}));
    let request = payment(Family::PlnPrepaid, "PLNS20", "530000000103");
    let answer = built.provider.pay(&context(), &request, permit()).await;
    let report = check(&*built.provider, &request, &answer).await;
    assert_eq!(report.verdict, StatusVerdict::NotFound);
    assert_eq!(simulator.ledger().charges.len(), 1);
    simulator.shutdown().await;
}
