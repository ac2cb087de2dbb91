//! The document's own samples, and the exact values printed in them.
#![expect(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "tests")]

mod support;

use ppob_provider::ProviderErrorKind;
use ppob_types::{
    Cost, Family, FamilyDetails, PayOutcome, PlnPrepaidDetails, PlnToken, PriceRow, RefusalCode,
    RefusalScope, Rejection, Rupiah, Sensitive, StatusVerdict,
};
use serde_json::json;
use support::{Peer, attempt, context, inquiry, pay, payment, provider};

const CUSTOMER: &str = "123456789";

fn rupiah(amount: i64) -> Option<Rupiah> {
    Some(Rupiah::new(amount))
}

fn printed(lines: &[ppob_types::ReceiptLine]) -> Vec<(&str, &str)> {
    let printed = lines.iter().map(|line| (line.label.as_str(), line.value.expose()));
    printed.collect()
}

fn token_details(nominal: Option<Rupiah>) -> FamilyDetails {
    FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
        nominal,
        meter_number: Some(Sensitive::new("91011121314")),
        tariff_power: Some("R2/4400 VA".to_owned()),
        stamp_duty: rupiah(0),
        vat: rupiah(0),
        street_lighting_tax: rupiah(2_381),
        instalment: rupiah(0),
        token_value: rupiah(97_619),
        admin: rupiah(2_500),
        token: PlnToken::parse("12345678910111213141").ok(),
        kwh: Some("94,50".to_owned()),
    })
}

#[tokio::test]
async fn fact_03_the_price_list_has_an_open_nominal_and_a_cost_on_top_of_the_bill() {
    let peer = Peer::answering(include_str!("fixtures/price_list.json")).await;
    let built = provider(&peer.url, json!({}));
    let list = built.provider.price_list(&context()).await.unwrap();
    let row = |code: &str, name: &str, nominal, cost| PriceRow {
        provider_code: code.to_owned(),
        group: "PLN Group".to_owned(),
        name: name.to_owned(),
        nominal,
        admin: rupiah(2_500),
        cost,
        open: true,
        cut_off: None,
    };
    let fixed = |amount| Cost::Fixed(Rupiah::new(amount));
    let token = |code, nominal, cost| row(code, "PLN Pra Bayar", rupiah(nominal), fixed(cost));
    assert_eq!(
        list.rows,
        [
            row("PLN", "PLN Bulanan", None, Cost::BillPlus(Rupiah::new(700))),
            token("PLNS20", 20_000, 20_700),
            token("PLNS50", 50_000, 50_700),
        ]
    );
    assert_eq!(list.unreadable, Vec::<String>::new());
    let products = list.rows.iter().map(|row| built.mapping.map(row).unwrap());
    let products: Vec<String> = products.map(|mapped| mapped.product.to_string()).collect();
    assert_eq!(products, ["PLN-POSTPAID", "PLN-PREPAID-20000", "PLN-PREPAID-50000"]);
    let (path, form) = peer.requests().remove(0);
    assert_eq!(path, "/json/ppob/daftarharga");
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(form, [("password", "dummy123"), ("username", "dummy")]);
}

#[tokio::test]
async fn the_inquiry() {
    let peer = Peer::answering(include_str!("fixtures/inquiry_ok.json")).await;
    let built = provider(&peer.url, json!({}));
    let request = inquiry(Family::PlnPrepaid, "PLNS100", CUSTOMER);
    let bill = built.provider.inquire(&context(), &request).await.unwrap();
    assert_eq!(bill.total, Rupiah::new(102_500));
    assert_eq!(bill.cost, rupiah(100_700));
    assert_eq!((bill.amount, bill.admin, bill.penalty), (None, None, None));
    assert_eq!(bill.periods, Vec::<String>::new());
    assert_eq!(bill.token, None);
    let name = bill.customer_name.unwrap();
    assert_eq!(name.expose(), "MMBC TOUR TRAVEL");
    let details = PlnPrepaidDetails {
        tariff_power: Some("R1M /900 VA".to_owned()),
        ..PlnPrepaidDetails::default()
    };
    assert_eq!(bill.details, FamilyDetails::PlnPrepaid(details));
    assert_eq!(
        printed(&bill.lines),
        [
            ("Produk", "PLN Pra Bayar"),
            ("Tanggal", "2018-07-24 20:45:01"),
            ("No. Pelanggan", "123456789"),
            ("Nama", "MMBC TOUR TRAVEL"),
            ("Tarif/Daya", "R1M /900 VA"),
            ("Voucher", "TOKEN PLN 100.000"),
            ("Total Bayar", "Rp 102.500"),
        ]
    );
    let (path, form) = peer.requests().remove(0);
    assert_eq!(path, "/json/ppob/cektagihan");
    assert_eq!(form["ppob_kodeproduk"], "PLNS100");
    assert_eq!(form["ppob_nomorpelanggan"], CUSTOMER);
    assert_eq!(form.len(), 4);
}

#[tokio::test]
async fn the_failed_inquiry() {
    let peer = Peer::answering(include_str!("fixtures/inquiry_no.json")).await;
    let built = provider(&peer.url, json!({}));
    let request = inquiry(Family::PlnPostpaid, "PLN", CUSTOMER);
    let error = built.provider.inquire(&context(), &request).await;
    let error = error.unwrap_err();
    let rejection = Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider };
    assert_eq!(error.kind, ProviderErrorKind::Refused(rejection));
    assert!(error.message.contains("ERROR PLN …: TRANSAKSI GAGAL"), "{error}");
}

#[tokio::test]
async fn fact_02_the_payment_has_amounts_with_dots_without_and_a_decimal_comma_in_one_answer() {
    let peer = Peer::answering(include_str!("fixtures/pay_ok.json")).await;
    let request = payment(Family::PlnPrepaid, "PLNS100", CUSTOMER);
    let answer = pay(&peer.url, &request).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    let observed = answer.observed;
    assert_eq!(observed.provider_ref.unwrap().as_str(), "12345678");
    assert_eq!(observed.charged, rupiah(100_700));
    assert_eq!(observed.total, rupiah(102_500));
    assert_eq!(observed.balance_after, rupiah(45_200));
    assert_eq!(observed.unlisted, None);
    let raw = observed.raw.unwrap();
    assert_eq!(raw.expose(), include_str!("fixtures/pay_ok.json"));
    let receipt = observed.receipt.unwrap();
    assert_eq!(
        receipt.reference.as_ref().map(Sensitive::expose),
        Some("0AXS21V00KF3385499839ZN91DY04626")
    );
    assert_eq!(receipt.paid_at.unwrap().wib(), "2018-07-24 21:00:00");
    assert_eq!(receipt.customer_name.unwrap().expose(), "MMBC TOUR TRAVEL");
    assert_eq!(receipt.details, token_details(rupiah(100_000)));
    assert_eq!(receipt.raw_fields.len(), 21, "all 22 but our balance");
    assert!(!receipt.raw_fields.contains_key("ppob_saldo"), "our deposit is nobody's business");
    assert_eq!(receipt.raw_fields["ppob_totalkwh"].expose(), "94,50");
    assert_eq!(
        printed(&receipt.lines),
        [
            ("Produk", "PLN Pra Bayar"),
            ("Tanggal", "2018-07-24 21:00:00"),
            ("No. Pelanggan", "123456789"),
            ("Nama", "MMBC TOUR TRAVEL"),
            ("No. Meter", "91011121314"),
            ("Tarif/Daya", "R2/4400 VA"),
            ("Nominal", "Rp 100.000"),
            ("Materai", "Rp 0"),
            ("PPN", "Rp 0"),
            ("PPJ", "Rp 2.381"),
            ("Angsuran", "Rp 0"),
            ("Rp Stroom/Token", "Rp 97.619"),
            ("Jumlah kWh", "94,50"),
            ("Biaya Admin", "Rp 2.500"),
            ("Stroom/Token", "1234 5678 9101 1121 3141"),
            ("Total Bayar", "Rp 102.500"),
            ("No. Reff", "0AXS21V00KF3385499839ZN91DY04626"),
        ]
    );
    let requests = peer.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].0, "/json/ppob/bayartagihan");
    assert_eq!(requests[0].1["ppob_kodeproduk"], "PLNS100");
    assert_eq!(requests[0].1["ppob_nomorpelanggan"], CUSTOMER);
    assert_eq!(requests[0].1.len(), 4);
}

#[tokio::test]
async fn the_payment_is_also_ours_by_its_meter_number() {
    let peer = Peer::answering(include_str!("fixtures/pay_ok.json")).await;
    let request = payment(Family::PlnPrepaid, "PLNS100", "91011121314");
    assert_eq!(pay(&peer.url, &request).await.outcome, PayOutcome::Succeeded);
}

#[tokio::test]
async fn the_failed_payment_with_its_raw_line_feed() {
    let body = include_str!("fixtures/pay_no.json");
    assert!(body.contains("saldo  \nRp."), "the raw line feed is there");
    let peer = Peer::answering(body).await;
    let request = payment(Family::PlnPrepaid, "PLNS100", CUSTOMER);
    let answer = pay(&peer.url, &request).await;
    let rejection =
        Rejection { code: RefusalCode::InsufficientBalance, scope: RefusalScope::Provider };
    assert_eq!(answer.outcome, PayOutcome::Rejected(rejection));
    assert_eq!(answer.observed.balance_after, rupiah(100));
    assert_eq!(answer.observed.provider_ref, None);
    assert_eq!(answer.observed.raw.unwrap().expose(), body);
}

#[tokio::test]
async fn fact_07_a_refusal_calls_the_deposit_saldo_and_a_success_ppob_saldo() {
    for (body, other, stated) in [
        (include_str!("fixtures/pay_no.json"), "\"ppob_saldo\"", 100),
        (include_str!("fixtures/pay_ok.json"), "\"saldo\"", 45_200),
    ] {
        assert!(!body.contains(other), "it states the deposit under one name only");
        let peer = Peer::answering(body).await;
        let request = payment(Family::PlnPrepaid, "PLNS100", CUSTOMER);
        assert_eq!(pay(&peer.url, &request).await.observed.balance_after, rupiah(stated));
    }
    for (name, stated) in [("saldo", "45.200"), ("ppob_saldo", "45200")] {
        let peer = Peer::answering(&json!({ "result": "ok", name: stated }).to_string()).await;
        let built = provider(&peer.url, json!({ "balance_path": "../ceksaldo" }));
        assert_eq!(built.provider.balance(&context()).await, Ok(Rupiah::new(45_200)), "{name}");
    }
}

#[tokio::test]
async fn fact_08_the_status_is_asked_for_by_invoice_and_customer_number() {
    let peer = Peer::answering(include_str!("fixtures/status_ok.json")).await;
    let built = provider(&peer.url, json!({}));
    let request = payment(Family::PlnPrepaid, "PLNS100", CUSTOMER);
    let attempt = attempt(&request, "12345678");
    let report = built.provider.check_status(&context(), &attempt).await;
    let report = report.unwrap();
    assert_eq!(report.verdict, StatusVerdict::Succeeded);
    assert_eq!(report.observed.provider_ref.unwrap().as_str(), "12345678");
    assert_eq!(report.observed.charged, rupiah(100_700));
    assert_eq!(report.observed.total, rupiah(102_500));
    assert_eq!(report.observed.balance_after, None);
    let receipt = report.observed.receipt.unwrap();
    assert_eq!(receipt.details, token_details(None));
    let (path, form) = peer.requests().remove(0);
    assert_eq!(path, "/json/ppob/cekstatus");
    assert_eq!(form["invoice"], "12345678");
    assert_eq!(form["ppob_nomorpelanggan"], CUSTOMER);
    assert_eq!(form.len(), 4);
}

#[tokio::test]
async fn the_status_that_finds_nothing() {
    let peer = Peer::answering(include_str!("fixtures/status_no.json")).await;
    let built = provider(&peer.url, json!({}));
    let request = payment(Family::PlnPrepaid, "PLNS100", CUSTOMER);
    let attempt = attempt(&request, "12345678");
    let report = built.provider.check_status(&context(), &attempt).await;
    assert_eq!(report.unwrap().verdict, StatusVerdict::NotFound);
}
