//! Faults in the content of answers.

use ppob_simulator::mmbc::{Fault, FaultKind, MmbcHandle, PendingEnd, Stage, Verb};
use serde_json::Value;

use super::support::{Raw, field, inquire, list, pay, rupiah, start, status};

const NUMBER: &str = "530000001234";

fn once(simulator: &MmbcHandle, verb: Verb, kind: FaultKind) {
    simulator.add_fault(Fault::new(kind).verb(verb).times(1)).unwrap();
}

async fn paid_with(kind: FaultKind) -> (Raw, usize) {
    let simulator = start().await;
    once(&simulator, Verb::Pay, kind);
    let answer = pay(&simulator, "one", "PLNS20", NUMBER).await;
    let debits = simulator.ledger().charges.len();
    simulator.shutdown().await;
    (answer, debits)
}

#[tokio::test]
async fn refusing_faults_refuse_without_a_debit() {
    for (kind, name, text) in [
        (FaultKind::WrongCredentials {}, "reason", "password"),
        (FaultKind::IpNotAllowed { ipaddr: "203.0.113.7".to_owned() }, "ipaddr", "203.0.113.7"),
        (FaultKind::Closed {}, "reason", "CLOSE"),
        (FaultKind::InsufficientBalance { saldo: Some(1_500) }, "saldo", "1.500"),
        (FaultKind::InsufficientBalance { saldo: None }, "reason", "Sisa saldo Rp. 10.000.000"),
        (FaultKind::UnknownNumber {}, "reason", "TIDAK TERDAFTAR"),
        (FaultKind::AlreadyPaid {}, "reason", "SUDAH TERBAYAR"),
        (FaultKind::Refusal { reason: "RC 68".to_owned() }, "reason", "RC 68"),
    ] {
        let (answer, debits) = paid_with(kind.clone()).await;
        assert_eq!((answer.status, debits), (200, 0), "{kind:?}");
        assert_eq!(field(&answer.json(), "result"), "no", "{kind:?}");
        assert!(field(&answer.json(), name).contains(text), "{kind:?}");
    }
}

#[tokio::test]
async fn the_text_around_the_json_changes_and_the_debit_stays() {
    let (notice, debits) = paid_with(FaultKind::PhpNotice {}).await;
    assert!(notice.text().starts_with("<br />\n<b>Notice</b>") && notice.text().ends_with('}'));
    assert_eq!(debits, 1);

    let (bom, _) = paid_with(FaultKind::Utf8Bom {}).await;
    assert!(bom.body.starts_with(b"\xef\xbb\xbf{"));

    let (typed, _) =
        paid_with(FaultKind::ContentType { value: "application/json".to_owned() }).await;
    assert_eq!(typed.headers["content-type"], "application/json");

    let (broken, debits) = paid_with(FaultKind::RawNewline {}).await;
    assert!(serde_json::from_slice::<Value>(&broken.body).is_err());
    assert!(serde_json::from_str::<Value>(&broken.text().replace('\n', "")).is_ok());
    assert_eq!(debits, 1);

    let (page, debits) = paid_with(FaultKind::HtmlPage { stage: Stage::AfterDebit }).await;
    assert!(page.status == 200 && page.text().starts_with("<!DOCTYPE html>"));
    assert_eq!(debits, 1);

    let (empty, debits) = paid_with(FaultKind::EmptyBody { stage: Stage::BeforeDebit }).await;
    assert!(empty.status == 200 && empty.body.is_empty());
    assert_eq!(debits, 0);
}

#[tokio::test]
async fn fields_go_missing_or_belong_to_somebody_else() {
    let (bare, _) = paid_with(FaultKind::MissingFields { fields: Vec::new() }).await;
    assert_eq!(field(&bare.json(), "ppob_saldo"), "-");
    assert_eq!(field(&bare.json(), "ppob_status"), "confirm");

    let fields = vec!["ppob_invoice".to_owned(), "ppob_status".to_owned()];
    let (without, debits) = paid_with(FaultKind::MissingFields { fields }).await;
    assert!(without.json().get("ppob_invoice").is_none());
    assert_eq!(debits, 1);

    let (other, _) =
        paid_with(FaultKind::SwappedAnswer { product: None, customer_number: None }).await;
    assert_ne!(field(&other.json(), "ppob_nomorpelanggan"), NUMBER);
    let product = Some("HALO".to_owned());
    let (other, _) = paid_with(FaultKind::SwappedAnswer { product, customer_number: None }).await;
    assert_eq!(field(&other.json(), "ppob_produk"), "HALO");
    assert_eq!(field(&other.json(), "ppob_nomorpelanggan"), NUMBER);

    let (word, _) = paid_with(FaultKind::UnknownStatus { word: "proses".to_owned() }).await;
    assert_eq!(field(&word.json(), "ppob_status"), "proses");
}

#[tokio::test]
async fn a_pending_payment_ends_as_it_was_told() {
    let simulator = start().await;
    once(&simulator, Verb::Pay, FaultKind::Pending { then: PendingEnd::Confirm, at_check: 1 });
    let paid = pay(&simulator, "one", "PLN", NUMBER).await.json();
    assert_eq!(field(&paid, "ppob_status"), "pending");
    let invoice = field(&paid, "ppob_invoice");
    once(&simulator, Verb::Status, FaultKind::NoData {});
    let checked = status(&simulator, "one", &invoice, NUMBER).await.json();
    assert_eq!(field(&checked, "reason"), "No Data!");
    let checked = status(&simulator, "one", &invoice, NUMBER).await.json();
    assert_eq!(field(&checked, "ppob_status"), "confirm");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_token_can_stay_missing() {
    let (answer, debits) = paid_with(FaultKind::TokenMissing { until_check: None }).await;
    assert_eq!(field(&answer.json(), "ppob_stroomtoken"), "");
    assert_eq!((field(&answer.json(), "ppob_status").as_str(), debits), ("confirm", 1));
}

#[tokio::test]
async fn a_price_can_rise_between_inquiry_and_payment() {
    let simulator = start().await;
    let inquired = inquire(&simulator, "one", "PLN", NUMBER).await.json();
    once(&simulator, Verb::Pay, FaultKind::PriceChange { cost: 2_000, total: 0 });
    let paid = pay(&simulator, "one", "PLN", NUMBER).await.json();
    assert_eq!(rupiah(&paid, "ppob_debet"), rupiah(&inquired, "ppob_debet") + 2_000);
    assert_eq!(rupiah(&paid, "ppob_totalbayar"), rupiah(&inquired, "ppob_totalbayar"));
    assert_eq!(simulator.ledger().cost_of("one"), rupiah(&paid, "ppob_debet"));
    simulator.shutdown().await;
}

#[tokio::test]
async fn the_price_list_repeats_closes_and_fails() {
    let simulator = start().await;
    let plain = list(&simulator, "one").await.json().as_array().unwrap().len();
    once(&simulator, Verb::PriceList, FaultKind::DuplicateRows {});
    assert_eq!(list(&simulator, "one").await.json().as_array().unwrap().len(), 2 * plain);

    let reason = "Server sibuk".to_owned();
    once(&simulator, Verb::PriceList, FaultKind::Refusal { reason });
    assert_eq!(field(&list(&simulator, "one").await.json(), "reason"), "Server sibuk");

    let closed = Fault::new(FaultKind::Closed {}).account("one").product("HALO").times(1);
    simulator.add_fault(closed).unwrap();
    let halo = |rows: Value| {
        let rows = rows.as_array().unwrap().clone();
        field(rows.iter().find(|row| row["ppob_kodeproduk"] == "HALO").unwrap(), "ppob_status")
    };
    assert_eq!(halo(list(&simulator, "one").await.json()), "Close");
    assert_eq!(halo(list(&simulator, "two").await.json()), "Ready");
    let refused = pay(&simulator, "one", "HALO", NUMBER).await.json();
    assert_eq!(field(&refused, "result"), "no");
    assert_eq!(halo(list(&simulator, "one").await.json()), "Ready");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_fault_hits_only_what_its_filters_name_and_only_so_often() {
    let simulator = start().await;
    let refusal = FaultKind::Refusal { reason: "x".to_owned() };
    let fault = Fault::new(refusal).verb(Verb::Pay).account("one").customer_number(NUMBER).times(2);
    simulator.add_fault(fault).unwrap();
    let mut results = Vec::new();
    for (login, number) in [
        ("two", NUMBER),
        ("one", "530000005678"),
        ("one", NUMBER),
        ("one", NUMBER),
        ("one", NUMBER),
    ] {
        let answer = pay(&simulator, login, "PLNS20", number).await.json();
        results.push(field(&answer, "result"));
    }
    assert_eq!(results, ["ok", "ok", "no", "no", "ok"]);
    assert!(simulator.faults().is_empty());
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_switched_on_fault_comes_before_a_magic_number() {
    let simulator = start().await;
    once(&simulator, Verb::Pay, FaultKind::HttpStatus { status: 500, stage: Stage::BeforeDebit });
    assert_eq!(pay(&simulator, "one", "PLNS20", "530000000204").await.status, 500);
    assert_eq!(pay(&simulator, "one", "PLNS20", "530000000204").await.status, 502);
    simulator.shutdown().await;
}
