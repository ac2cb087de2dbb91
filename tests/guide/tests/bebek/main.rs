//! Bebek against a simulator of it, over loopback, from the settings to the truth ledger.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod simulator;

use std::io::Write;
use std::sync::Arc;

use ppob_guide::KIND;
use ppob_provider::{
    AttemptRef, BuildRequest, BuiltProvider, CallContext, InquiryRequest, PayRequest,
    ProviderErrorKind, RefusalTrust, SendPermit,
};
use ppob_types::{
    AttemptId, Clock, CustomerNumber, Family, FamilyDetails, Monotonic, NotSentCause, Parameters,
    PayAnswer, PayOutcome, ProductCode, ProviderName, Purchase, RefusalCode, RefusalScope,
    Rejection, Rupiah, StatusVerdict, Timestamp, UnknownCause,
};
use serde_json::{Value, json};

use crate::simulator::{Fault, Simulator};

const METER: &str = "91011121314";
const PASSWORD: &str = "rahasia-bebek";

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::default()
    }
}

fn settings(url: &str, password: &Value) -> Value {
    json!({ "base_url": url, "allow_plaintext": true, "user": "toko", "password": password })
}

fn build(settings: Value) -> Result<BuiltProvider, ppob_provider::BuildError> {
    let name = ProviderName::new("bebek-a").unwrap();
    (KIND.build)(BuildRequest { name, settings, clock: Arc::new(StoppedClock) })
}

/// Bebek at `url`, with its password out of a file.
fn bebek(url: &str) -> BuiltProvider {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{PASSWORD}").unwrap();
    build(settings(url, &json!({ "file": file.path() }))).unwrap()
}

fn context() -> CallContext {
    CallContext { clock: Arc::new(StoppedClock) }
}

#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
fn permit() -> SendPermit {
    SendPermit::mint(AttemptId::new(1, 1), Monotonic::default(), Arc::new(StoppedClock)).0
}

fn purchase(family: Family) -> Purchase {
    Purchase {
        product: ProductCode::new("PLN-PREPAID-20000").unwrap(),
        family,
        customer: CustomerNumber::parse(Family::PlnPrepaid, METER).unwrap(),
        amount: None,
        parameters: Parameters::default(),
    }
}

fn payment() -> PayRequest {
    PayRequest {
        attempt: AttemptId::new(1, 1),
        purchase: purchase(Family::PlnPrepaid),
        provider_code: "PLN20".to_owned(),
        max_cost: Rupiah::new(21_000),
        inquiry_token: None,
    }
}

fn attempt() -> AttemptRef {
    let PayRequest { attempt, purchase, provider_code, max_cost, .. } = payment();
    let sent_at = Timestamp::default();
    AttemptRef { attempt, provider_ref: None, purchase, provider_code, sent_at, max_cost }
}

async fn pay(simulator: &Simulator) -> PayAnswer {
    bebek(&simulator.url).provider.pay(&context(), &payment(), permit()).await
}

#[tokio::test]
async fn a_token_is_bought_once_and_its_receipt_carries_it() {
    let simulator = Simulator::start(Fault::None).await;
    let answer = pay(&simulator).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    assert_eq!(answer.observed.charged, Some(Rupiah::new(20_700)));
    assert_eq!(answer.observed.total, Some(Rupiah::new(22_500)));
    let receipt = answer.observed.receipt.unwrap();
    let FamilyDetails::PlnPrepaid(details) = &receipt.details else { unreachable!() };
    assert_eq!(details.token.as_ref().unwrap().expose(), "12345678910111213141");
    assert_eq!(receipt.lines.len(), 3);
    let sent = simulator.requests();
    assert_eq!((sent[0]["user"].as_str(), sent[0]["password"].as_str()), ("toko", PASSWORD));
    assert_eq!(sent[0]["ref"], payment().attempt.as_str());
    assert_eq!(simulator.debits(), 1);
}

#[tokio::test]
async fn a_token_that_lacks_a_digit_is_neither_shown_nor_printed() {
    let told = r#"{"status":"sukses","trx":"B1","token":"1234567891011121314"}"#;
    let simulator = Simulator::start(Fault::Answers(told.to_owned())).await;
    let answer = pay(&simulator).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    let receipt = answer.observed.receipt.unwrap();
    assert_eq!(receipt.details.pln_token(), None);
    assert!(receipt.lines.iter().all(|line| line.label != "Token"));
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_the_status_check_finds_the_payment() {
    for fault in [Fault::DropAfterDebit, Fault::CutAfterDebit, Fault::BadGatewayAfterDebit] {
        let simulator = Simulator::start(fault.clone()).await;
        let answer = pay(&simulator).await;
        assert!(matches!(answer.outcome, PayOutcome::Unknown(_)), "{fault:?}: {answer:?}");
        let built = bebek(&simulator.url);
        let report = built.provider.check_status(&context(), &attempt()).await.unwrap();
        assert_eq!(report.verdict, StatusVerdict::Succeeded, "{fault:?}");
        assert!(report.observed.receipt.is_some(), "{fault:?}");
        assert_eq!(simulator.debits(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_payment_that_never_arrived_is_not_found_and_that_refuses_nothing() {
    let simulator = Simulator::start(Fault::DropBeforeDebit).await;
    let answer = pay(&simulator).await;
    assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::ConnectionLost));
    let built = bebek(&simulator.url);
    let report = built.provider.check_status(&context(), &attempt()).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::NotFound);
    assert_eq!(simulator.debits(), 0);
}

#[tokio::test]
async fn without_a_listener_nothing_was_sent() {
    let simulator = Simulator::start(Fault::None).await;
    let url = simulator.url.clone();
    simulator.stop().await;
    let answer = bebek(&url).provider.pay(&context(), &payment(), permit()).await;
    assert_eq!(answer, PayAnswer::not_sent(NotSentCause::Connect));
}

#[tokio::test]
async fn every_verdict_is_as_the_document_says_and_everything_else_is_unknown() {
    let refused = |code, scope| PayOutcome::Rejected(Rejection { code, scope });
    let unknown = PayOutcome::Unknown;
    let (bill, provider) = (RefusalScope::Bill, RefusalScope::Provider);
    for (body, expected) in [
        (json!({"status": "sukses", "trx": "B1"}), PayOutcome::Succeeded),
        (json!({"status": "proses", "trx": "B1"}), PayOutcome::Pending),
        (json!({"status": "proses"}), unknown(UnknownCause::NoReference)),
        (
            json!({"status": "gagal", "pesan": "NOMOR SALAH"}),
            refused(RefusalCode::NumberInvalid, bill),
        ),
        (
            json!({"status": "gagal", "pesan": "TAGIHAN LUNAS"}),
            refused(RefusalCode::BillAlreadyPaid, bill),
        ),
        (
            json!({"status": "gagal", "pesan": "PRODUK TUTUP"}),
            refused(RefusalCode::ProductClosed, provider),
        ),
        (
            json!({"status": "gagal", "pesan": "SALDO KURANG"}),
            refused(RefusalCode::InsufficientBalance, provider),
        ),
        (
            json!({"status": "gagal", "pesan": "NOMOR SALAH", "trx": "B1"}),
            unknown(UnknownCause::Unlisted),
        ),
        (json!({"status": "gagal", "pesan": "NOMOR SALAH?"}), unknown(UnknownCause::Unlisted)),
        (json!({"status": "gagal", "pesan": "TIMEOUT"}), unknown(UnknownCause::Unlisted)),
        (json!({"status": "gagal"}), unknown(UnknownCause::Unlisted)),
        (json!({"status": "SUKSES"}), unknown(UnknownCause::Unlisted)),
        (json!({"status": "tidak ada"}), unknown(UnknownCause::Unlisted)),
        (json!({"status": "sukses", "nomor": "530000000001"}), unknown(UnknownCause::Mismatch)),
        (json!({"status": "sukses", "ref": "another"}), unknown(UnknownCause::Mismatch)),
        (json!({"pesan": "NOMOR SALAH"}), unknown(UnknownCause::Unreadable)),
        (json!([{"status": "sukses"}]), unknown(UnknownCause::Unreadable)),
    ] {
        let simulator = Simulator::start(Fault::Answers(body.to_string())).await;
        assert_eq!(pay(&simulator).await.outcome, expected, "{body}");
    }
    for body in [r#"{"status":"sukses","status":"gagal"}"#, r#"{"status":"sukses"}{}"#, "", "OK"] {
        let simulator = Simulator::start(Fault::Answers(body.to_owned())).await;
        assert_eq!(pay(&simulator).await.outcome, unknown(UnknownCause::Unreadable), "{body}");
    }
}

#[tokio::test]
async fn unlisted_replies_carry_no_number() {
    let body = json!({"status": "gagal", "pesan": format!("ERROR UNTUK {METER}")});
    let simulator = Simulator::start(Fault::Answers(body.to_string())).await;
    let unlisted = pay(&simulator).await.observed.unlisted.unwrap();
    assert_eq!(unlisted, "gagal: ERROR UNTUK ###########");
}

#[tokio::test]
async fn prices_are_read_mapped_and_never_guessed() {
    let simulator = Simulator::start(Fault::None).await;
    let built = bebek(&simulator.url);
    let prices = built.provider.price_list(&context()).await.unwrap();
    assert_eq!(prices.unreadable, ["row 3"]);
    let mapped: Vec<Option<String>> = prices
        .rows
        .iter()
        .map(|row| built.mapping.map(row).map(|product| product.product.to_string()))
        .collect();
    let expected = [Some("PLN-PREPAID-20000"), Some("PLN-POSTPAID"), None];
    assert_eq!(mapped, expected.map(|code| code.map(str::to_owned)));
}

#[tokio::test]
async fn a_bill_is_read_and_a_refused_inquiry_says_why() {
    let simulator = Simulator::start(Fault::None).await;
    let request = InquiryRequest {
        purchase: purchase(Family::PlnPostpaid),
        provider_code: "PLNPASCA".to_owned(),
        reference: None,
    };
    let bill = bebek(&simulator.url).provider.inquire(&context(), &request).await.unwrap();
    assert_eq!((bill.total, bill.amount), (Rupiah::new(82_500), Some(Rupiah::new(80_000))));
    let paid = json!({"status": "gagal", "pesan": "TAGIHAN LUNAS"}).to_string();
    let simulator = Simulator::start(Fault::Answers(paid)).await;
    let error = bebek(&simulator.url).provider.inquire(&context(), &request).await.unwrap_err();
    let expected = Rejection { code: RefusalCode::BillAlreadyPaid, scope: RefusalScope::Bill };
    assert_eq!(error.kind, ProviderErrorKind::Refused(expected));
}

#[test]
fn what_bebek_cannot_do_it_does_not_declare() {
    let built = bebek("http://127.0.0.1:9/");
    let capability = |family| built.provider.capability(family);
    assert!(capability(Family::PlnPrepaid).pay && !capability(Family::Water).pay);
    assert_eq!(capability(Family::PlnPrepaid).refusals, RefusalTrust::None, "plain HTTP");
    let secure = bebek("https://bebek.example/api/");
    let refusals = secure.provider.capability(Family::PlnPrepaid).refusals;
    assert_eq!(refusals, RefusalTrust::Authenticated);
}

#[test]
fn settings_that_are_wrong_name_their_key_and_never_show_the_password() {
    let env = json!({ "env": "BEBEK_PASSWORD_THAT_NOBODY_SET" });
    for (key, settings) in [
        ("password", settings("https://bebek.example/", &json!(PASSWORD))),
        ("password", settings("https://bebek.example/", &env)),
        ("base_url", settings("bebek.example", &env)),
        ("(one of its keys)", json!({ "base_url": "https://bebek.example/" })),
    ] {
        let error = build(settings).unwrap_err();
        assert_eq!(error.key, key, "{error}");
        assert!(!error.to_string().contains(PASSWORD), "{error}");
    }
    assert!(!format!("{:?}", bebek("https://bebek.example/").provider).contains(PASSWORD));
}
