//! Against the simulated IAK, which was written from the document alone.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::{InquiryRequest, PayRequest, PpobProvider, ProviderErrorKind};
use ppob_simulator::iak::{
    AccountConfig, Fault, FaultKind, IakConfig, IakHandle, IakSimulator, PayTwice, PendingEnd,
    Restriction, Stage, Verb,
};
use ppob_simulator::{Ending, Framing};
use ppob_types::{
    AttemptId, Family, PayAnswer, PayOutcome, RefusalCode, Rupiah, StatusReport, StatusVerdict,
    UnknownCause,
};
use serde_json::json;
use support::{
    API_KEY, USERNAME, attempt, context, inquiry, payment, payment_of, permit, provider,
};

fn config() -> IakConfig {
    IakConfig::new(vec![AccountConfig::new(USERNAME, API_KEY, 10_000_000)])
}

async fn start(config: IakConfig) -> IakHandle {
    IakSimulator::start(config).await.unwrap()
}

fn at(mut request: PayRequest, serial: u64) -> PayRequest {
    request.attempt = AttemptId::new(serial, 1);
    request
}

fn credit(serial: u64) -> PayRequest {
    at(payment(Family::MobileTopUp, "htelkomsel10000", "081357922222", None), serial)
}

async fn pay(provider: &dyn PpobProvider, request: &PayRequest) -> PayAnswer {
    provider.pay(&context(), request, permit()).await
}

async fn check(provider: &dyn PpobProvider, request: &PayRequest) -> StatusReport {
    provider.check_status(&context(), &attempt(request)).await.unwrap()
}

fn gas(serial: u64) -> InquiryRequest {
    let mut request = inquiry(Family::Gas, "PGAS", "0110014601");
    request.reference = Some(AttemptId::new(serial, 1));
    request
}

/// Asks for a bill of gas and makes the payment out of it.
async fn asked(provider: &dyn PpobProvider, serial: u64) -> PayRequest {
    let request = gas(serial);
    let bill = provider.inquire(&context(), &request).await.unwrap();
    payment_of(&request, &bill)
}

#[tokio::test]
async fn every_top_up_is_process_first_and_is_found_with_its_serial_number() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    for (serial, family, code, number, label) in [
        (1, Family::MobileTopUp, "htelkomsel10000", "081357922222", "SN"),
        (2, Family::PlnPrepaid, "hpln20000", "12345678901", "Stroom/Token"),
        (3, Family::Emoney, "gopay25000", "081357922222", "SN"),
        (4, Family::Games, "game103", "156378300|8483", "SN"),
        (5, Family::Games, "hsteam12000", "081357922222", "PIN"),
    ] {
        let request = at(payment(family, code, number, None), serial);
        let before = built.provider.balance(&context()).await.unwrap();
        let answer = pay(&*built.provider, &request).await;
        assert_eq!(answer.outcome, PayOutcome::Pending, "{code}");
        let left = before.minus(answer.observed.charged.unwrap());
        assert_eq!(answer.observed.balance_after, left.ok(), "{code}");
        let report = check(&*built.provider, &request).await;
        assert_eq!(report.verdict, StatusVerdict::Succeeded, "{code}");
        assert_eq!(report.observed.provider_ref, answer.observed.provider_ref, "{code}");
        let receipt = report.observed.receipt.unwrap();
        let line = receipt.lines.iter().find(|line| line.label == label).unwrap();
        assert!(!line.value.is_empty(), "{code}");
        let charge = simulator.ledger().charges.last().unwrap().clone();
        let token = receipt.details.pln_token().map(|token| token.expose().to_owned());
        assert_eq!((token, charge.product.as_str()), (charge.token, code));
        // Only the serial number of plain credit is a reference to print.
        assert_eq!(receipt.reference.is_some(), family == Family::MobileTopUp, "{code}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_repeated_reference_is_a_status_check_and_no_second_purchase() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    let first = pay(&*built.provider, &credit(1)).await;
    let _ended = check(&*built.provider, &credit(1)).await;
    let again = pay(&*built.provider, &credit(1)).await;
    assert_eq!((first.outcome, again.outcome), (PayOutcome::Pending, PayOutcome::Succeeded));
    assert_eq!(simulator.ledger().charges.len(), 1);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_56_the_same_purchase_twice_a_day_is_refused_by_the_accounts_guard() {
    for (restriction, code, expected) in [
        (Restriction::Product, "htelkomsel10000", Some(RefusalCode::Duplicate)),
        (Restriction::Product, "htelkomsel5000", None),
        (Restriction::Number, "htelkomsel5000", Some(RefusalCode::Duplicate)),
        (Restriction::None, "htelkomsel10000", None),
    ] {
        let simulator = start(IakConfig { restriction, ..config() }).await;
        let built = provider(&simulator.base_url(), json!({}));
        assert!(!built.provider.capability(Family::MobileTopUp).repeat_same_day);
        assert_eq!(pay(&*built.provider, &credit(1)).await.outcome, PayOutcome::Pending);
        let second = PayRequest { provider_code: code.to_owned(), ..credit(2) };
        let outcome = pay(&*built.provider, &second).await.outcome;
        let refused = match outcome {
            PayOutcome::Rejected(rejection) => Some(rejection.code),
            _ => None,
        };
        assert_eq!(refused, expected, "{restriction:?} {code}");
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn numbers_of_top_ups_and_of_bills_meet_and_are_kept_apart() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    let top_up = pay(&*built.provider, &credit(1)).await;
    let request = asked(&*built.provider, 2).await;
    let bill = pay(&*built.provider, &request).await;
    let charges = simulator.ledger().charges;
    assert_eq!(charges[0].invoice, charges[1].invoice, "the same number");
    assert_ne!(top_up.observed.provider_ref, bill.observed.provider_ref);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_lost_request_is_not_found_and_a_lost_answer_is_found() {
    let drop = |stage| FaultKind::Drop { stage, ending: Ending::Fin };
    let (before, after) = (Stage::BeforeWork, Stage::AfterWork);
    let cut = FaultKind::TruncatedBody { framing: Framing::CloseDelimited };
    let empty = FaultKind::EmptyBody { stage: after };
    let error = FaultKind::HttpStatus { status: 502, stage: after };
    let lost = UnknownCause::ConnectionLost;
    for (fault, cause, found) in [
        (drop(before), lost, false),
        (drop(after), lost, true),
        (cut, UnknownCause::Unreadable, true),
        (empty, UnknownCause::Unreadable, true),
        (error, UnknownCause::HttpStatus, true),
    ] {
        let simulator = start(config()).await;
        let built = provider(&simulator.base_url(), json!({}));
        for (serial, verb) in [(1, Verb::TopUp), (2, Verb::PayPasca)] {
            simulator.add_fault(Fault::new(fault.clone()).verb(verb).times(1)).unwrap();
            let request =
                if serial == 1 { credit(1) } else { asked(&*built.provider, serial).await };
            let answer = pay(&*built.provider, &request).await;
            assert_eq!(answer.outcome, PayOutcome::Unknown(cause), "{fault:?} {verb}");
            let report = check(&*built.provider, &request).await;
            let expected = if found { StatusVerdict::Succeeded } else { StatusVerdict::NotFound };
            assert_eq!(report.verdict, expected, "{fault:?} {verb}");
        }
        assert_eq!(simulator.ledger().charges.len(), if found { 2 } else { 0 }, "{fault:?}");
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn what_is_not_found_may_still_be_carried_out_so_it_is_never_a_refusal() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    // The checks below may come before it or after it; only its end is waited for.
    let late = FaultKind::LateExecution { milliseconds: 300 };
    simulator.add_fault(Fault::new(late.clone()).verb(Verb::TopUp)).unwrap();
    simulator.add_fault(Fault::new(late).verb(Verb::PayPasca)).unwrap();
    let bill = asked(&*built.provider, 2).await;
    let lost = PayOutcome::Unknown(UnknownCause::ConnectionLost);
    for request in [credit(1), bill.clone()] {
        assert_eq!(pay(&*built.provider, &request).await.outcome, lost);
    }
    for request in [credit(1), bill.clone()] {
        let verdict = check(&*built.provider, &request).await.verdict;
        assert!(matches!(verdict, StatusVerdict::NotFound | StatusVerdict::Succeeded));
    }
    simulator.wait_for_late_executions().await;
    for request in [credit(1), bill] {
        assert_eq!(check(&*built.provider, &request).await.verdict, StatusVerdict::Succeeded);
    }
    assert_eq!(simulator.ledger().charges.len(), 2);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_33_silence_until_the_timeout_is_unknown_and_never_failed() {
    let simulator = start(config()).await;
    simulator
        .add_fault(Fault::new(FaultKind::Stall { stage: Stage::AfterWork }).verb(Verb::TopUp))
        .unwrap();
    let impatient = json!({ "connect_timeout_ms": 300, "pay_timeout_ms": 600 });
    let built = provider(&simulator.base_url(), impatient);
    let answer = pay(&*built.provider, &credit(1)).await;
    assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::TimedOut));
    assert_eq!(simulator.ledger().charges.len(), 1);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_failed_top_up_gets_its_money_back_and_is_refused_at_the_check() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    let fails = FaultKind::Pending { then: PendingEnd::Failure, at_check: 2 };
    simulator.add_fault(Fault::new(fails.clone()).verb(Verb::TopUp)).unwrap();
    simulator.add_fault(Fault::new(fails).verb(Verb::PayPasca)).unwrap();
    let bill = asked(&*built.provider, 2).await;
    for request in [credit(1), bill] {
        assert_eq!(pay(&*built.provider, &request).await.outcome, PayOutcome::Pending);
        assert_eq!(check(&*built.provider, &request).await.verdict, StatusVerdict::Pending);
        let report = check(&*built.provider, &request).await;
        assert!(matches!(report.verdict, StatusVerdict::Rejected(_)));
        assert_eq!(report.observed.charged, None);
    }
    assert!(simulator.ledger().charges.iter().all(|charge| charge.refunded));
    assert_eq!(simulator.balance(USERNAME), Some(10_000_000));
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_68_an_answer_about_something_else_is_a_mismatch() {
    for (field, of_top_up, of_bill) in [
        ("customer", "customer_id", "hp"),
        ("product", "product_code", "code"),
        ("reference", "ref_id", "ref_id"),
        ("inquiry", "", "tr_id"),
    ] {
        let simulator = start(config()).await;
        let built = provider(&simulator.base_url(), json!({}));
        for (serial, verb, name) in [(1, Verb::TopUp, of_top_up), (2, Verb::PayPasca, of_bill)] {
            let request = if serial == 1 { credit(1) } else { asked(&*built.provider, 2).await };
            if name.is_empty() {
                continue;
            }
            let other = FaultKind::Replaced { field: name.to_owned(), value: "999999".to_owned() };
            simulator.add_fault(Fault::new(other.clone()).verb(verb)).unwrap();
            let answer = pay(&*built.provider, &request).await;
            assert_eq!(
                answer.outcome,
                PayOutcome::Unknown(UnknownCause::Mismatch),
                "{field} {verb}"
            );
            assert_eq!(answer.observed.receipt, None, "{field} {verb}");
            let status = if serial == 1 { Verb::CheckStatus } else { Verb::Checkstatus };
            // Which inquiry a reference has is not known any more when it is checked.
            if field != "inquiry" {
                simulator.add_fault(Fault::new(other).verb(status)).unwrap();
                let checked = built.provider.check_status(&context(), &attempt(&request)).await;
                assert_eq!(checked.unwrap_err().kind, ProviderErrorKind::Unreadable, "{field}");
            }
        }
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn fact_28_a_payment_may_debit_something_else_than_the_inquiry_said_and_shows_it() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    let request = asked(&*built.provider, 1).await;
    let dearer = FaultKind::PriceChange { cost: 1_000, total: 900 };
    simulator.add_fault(Fault::new(dearer)).unwrap();
    let answer = pay(&*built.provider, &request).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    assert_eq!(answer.observed.charged, Some(Rupiah::new(324_902)));
    assert_eq!(answer.observed.total, Some(Rupiah::new(325_402)));
    assert_eq!(simulator.ledger().charges[0].cost, 324_902);
    simulator.shutdown().await;
}

#[tokio::test]
async fn an_inquiry_is_asked_once_per_reference_and_too_old_ones_are_not_paid() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    let request = asked(&*built.provider, 1).await;
    let again = built.provider.inquire(&context(), &gas(1)).await.unwrap_err();
    let ProviderErrorKind::Refused(no) = again.kind else { panic!("{again:?}") };
    assert_eq!(no.code, RefusalCode::Duplicate);
    assert_eq!(pay(&*built.provider, &request).await.outcome, PayOutcome::Succeeded);
    simulator.shutdown().await;

    let simulator = start(IakConfig { inquiry_valid_s: -1, ..config() }).await;
    let built = provider(&simulator.base_url(), json!({}));
    let request = asked(&*built.provider, 1).await;
    let expired = PayOutcome::Unknown(UnknownCause::Unlisted);
    assert_eq!(pay(&*built.provider, &request).await.outcome, expired);
    assert_eq!(check(&*built.provider, &request).await.verdict, StatusVerdict::NotFound);
    assert_eq!(simulator.ledger().charges.len(), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_second_payment_of_one_inquiry_charges_nothing_whatever_it_is_answered() {
    let already = PayOutcome::Unknown(UnknownCause::Unlisted);
    for (pay_twice, expected) in
        [(PayTwice::SameAnswer, PayOutcome::Succeeded), (PayTwice::AlreadyPaid, already)]
    {
        let simulator = start(IakConfig { pay_twice, ..config() }).await;
        let built = provider(&simulator.base_url(), json!({}));
        let request = asked(&*built.provider, 1).await;
        assert_eq!(pay(&*built.provider, &request).await.outcome, PayOutcome::Succeeded);
        assert_eq!(pay(&*built.provider, &request).await.outcome, expected);
        assert_eq!(simulator.ledger().charges.len(), 1);
        assert_eq!(simulator.ledger().pay_requests[USERNAME], 2);
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn pln_is_cut_off_at_night() {
    let night = config().local_time(|| "2026-01-15 23:30:00".to_owned());
    let simulator = start(night).await;
    let built = provider(&simulator.base_url(), json!({}));
    let request = inquiry(Family::PlnPostpaid, "PLNPOSTPAID", "530000000001");
    let error = built.provider.inquire(&context(), &request).await.unwrap_err();
    let ProviderErrorKind::Refused(no) = error.kind else { panic!("{error:?}") };
    assert_eq!(no.code, RefusalCode::CutOff);
    asked(&*built.provider, 1).await;
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_wrong_key_is_refused_by_both_hosts_and_nothing_is_charged() {
    let accounts = vec![AccountConfig::new(USERNAME, "another-key", 10_000_000)];
    let simulator = start(IakConfig::new(accounts)).await;
    let built = provider(&simulator.base_url(), json!({}));
    let error = built.provider.inquire(&context(), &gas(1)).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Credentials);
    let error = built.provider.balance(&context()).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Credentials);
    let PayOutcome::Rejected(no) = pay(&*built.provider, &credit(1)).await.outcome else {
        panic!("refused")
    };
    assert_eq!(no.code, RefusalCode::Credentials);
    assert_eq!(simulator.ledger().charges.len(), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn both_price_lists_are_read_as_one_and_mapped_by_code() {
    for wrapped_price_list in [false, true] {
        let simulator = start(IakConfig { wrapped_price_list, ..config() }).await;
        simulator.set_closed("PGAS", true);
        simulator.set_closed("xld25000", true);
        let built = provider(&simulator.base_url(), json!({}));
        let list = built.provider.price_list(&context()).await.unwrap();
        assert_eq!((list.rows.len(), list.unreadable.len()), (31, 0));
        let closed: Vec<&str> =
            list.rows.iter().filter(|row| !row.open).map(|row| &*row.provider_code).collect();
        assert_eq!(closed, ["xld25000", "PGAS"]);
        let mapped = |code: &str| {
            let row = list.rows.iter().find(|row| row.provider_code == code).unwrap();
            built.mapping.map(row).map(|product| product.product.to_string())
        };
        assert_eq!(mapped("hpln20000").as_deref(), Some("PLN-PREPAID-20000"));
        assert_eq!(mapped("PLNPOSTPAID").as_deref(), Some("PLN-POSTPAID"));
        assert_eq!(mapped("alfamart100"), None);
        simulator.shutdown().await;
    }
}

#[tokio::test]
async fn both_hosts_are_reached_or_it_is_an_error() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    assert_eq!(built.provider.reach().await, Ok(()));
    let nowhere = json!({ "postpaid_url": "http://127.0.0.1:1" });
    let half = provider(&simulator.base_url(), nowhere);
    assert_eq!(half.provider.reach().await.unwrap_err().kind, ProviderErrorKind::Transport);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_token_that_has_not_come_yet_is_a_success_that_awaits_it() {
    let simulator = start(config()).await;
    let built = provider(&simulator.base_url(), json!({}));
    simulator
        .add_fault(Fault::new(FaultKind::NoSerial {}).times(1).verb(Verb::CheckStatus))
        .unwrap();
    let request = payment(Family::PlnPrepaid, "hpln20000", "12345678901", None);
    let _pending = pay(&*built.provider, &request).await;
    let first = check(&*built.provider, &request).await;
    assert_eq!(first.verdict, StatusVerdict::Succeeded);
    let mut receipt = *first.observed.receipt.unwrap();
    assert_eq!(receipt.details.pln_token(), None);
    receipt.gain(*check(&*built.provider, &request).await.observed.receipt.unwrap());
    assert!(receipt.details.pln_token().is_some());
    let line = receipt.lines.iter().find(|line| line.label == "Stroom/Token").unwrap();
    assert_eq!(line.value.expose().len(), 24);
    simulator.shutdown().await;
}
