//! Answers in the form of the documentation, with invented values.

use ppob_provider::{InquiryRequest, ProviderErrorKind};
use ppob_types::{
    Family, FamilyDetails, PayOutcome, ProductCode, Rupiah, Sensitive, StatusVerdict, UnknownCause,
};
use serde_json::{Value, json};

use crate::support::{Peer, Shop, bill, payment, purchase, topup};

fn shown(lines: &[ppob_types::ReceiptLine]) -> Vec<String> {
    lines.iter().map(|line| format!("{}: {}", line.label, line.value.expose())).collect()
}

fn paid_bill() -> Value {
    json!({
        "ref_id": "P00000000000BN1", "customer_no": "530000000001",
        "customer_name": "Nama Pelanggan Pertama", "buyer_sku_code": "pln", "admin": 2_500,
        "message": "Transaksi Sukses", "status": "Sukses", "rc": "00", "sn": "S1234554321N",
        "buyer_last_saldo": 90_000, "price": 10_000, "selling_price": 11_000, "periode": "201901",
        "desc": {
            "tarif": "R1", "daya": 1_300, "lembar_tagihan": 1,
            "detail": [{
                "periode": "201901", "nilai_tagihan": "8000", "admin": "2500", "denda": "500",
                "meter_awal": "00080000", "meter_akhir": "00090000",
            }],
        },
    })
}

#[tokio::test]
async fn fact_25_price_is_our_cost_and_selling_price_the_customers_total() {
    let peer = Peer::saying(&paid_bill()).await;
    let shop = Shop::at(&peer.url, json!({}));
    let paid = shop.pay(&bill("530000000001")).await;
    assert_eq!(paid.outcome, PayOutcome::Succeeded);
    assert_eq!(paid.observed.charged, Some(Rupiah::new(10_000)));
    assert_eq!(paid.observed.total, Some(Rupiah::new(11_000)));
    assert_eq!(paid.observed.balance_after, Some(Rupiah::new(90_000)));
    let receipt = paid.observed.receipt.unwrap();
    assert_eq!(receipt.reference.as_ref().map(Sensitive::expose), Some("S1234554321N"));
    assert_eq!(
        shown(&receipt.lines),
        [
            "No. Pelanggan: 530000000001",
            "Nama: Nama Pelanggan Pertama",
            "Periode Tagihan: 201901",
            "Tarif: R1",
            "Daya: 1300",
            "Lembar Tagihan: 1",
            "Periode: 201901",
            "Tagihan: Rp 8.000",
            "Denda: Rp 500",
            "Admin: Rp 2.500",
            "Meter Awal: 00080000",
            "Meter Akhir: 00090000",
            "SN: S1234554321N",
            "Biaya Admin: Rp 2.500",
            "Total Bayar: Rp 11.000",
        ]
    );
    for ours in ["price", "buyer_last_saldo"] {
        assert!(!receipt.raw_fields.contains_key(ours));
    }
    assert_eq!(receipt.raw_fields["desc.detail.1.denda"].expose(), "500");
}

#[tokio::test]
async fn what_an_inquiry_is_answered_with_is_no_payment_and_no_verdict() {
    let request = bill("530000000001");
    for sn in [None, Some(json!(null))] {
        let mut said = paid_bill();
        said.as_object_mut().unwrap().remove("sn");
        said.as_object_mut().unwrap().extend(sn.map(|sn| ("sn".to_owned(), sn)));
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        assert!(shop.inquire(&request.purchase, "pln", &request.attempt).await.is_ok());
        let paid = shop.pay(&request).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
        assert!(paid.observed.receipt.is_none() && paid.observed.charged.is_none());
        let error = shop.check(&request).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Unreadable);
    }
    let peer = Peer::saying(&paid_bill()).await;
    let report = Shop::at(&peer.url, json!({})).check(&request).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::Succeeded);
}

#[tokio::test]
async fn an_inquiry_tells_total_cost_admin_and_what_it_may_be_paid_with() {
    let peer = Peer::saying(&paid_bill()).await;
    let shop = Shop::at(&peer.url, json!({}));
    let request = bill("530000000001");
    let owed = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap();
    assert_eq!((owed.total, owed.cost), (Rupiah::new(11_000), Some(Rupiah::new(10_000))));
    assert_eq!((owed.amount, owed.admin), (Some(Rupiah::new(8_500)), Some(Rupiah::new(2_500))));
    assert_eq!(owed.periods, ["201901"]);
    assert_eq!(owed.token, request.inquiry_token);
    let FamilyDetails::PlnPostpaid(details) = owed.details else { panic!("no details") };
    assert_eq!(details.tariff_power.as_deref(), Some("R1/1300"));
    assert_eq!(details.meter_stand.as_deref(), Some("00080000 - 00090000"));
}

#[tokio::test]
async fn fact_27_a_fee_of_nothing_stays_nothing() {
    let mut free = paid_bill();
    free["admin"] = json!(0);
    free["selling_price"] = json!(8_500);
    let peer = Peer::saying(&free).await;
    let request = bill("530000000001");
    let shop = Shop::at(&peer.url, json!({}));
    let owed = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap();
    assert_eq!((owed.admin, owed.amount), (Some(Rupiah::ZERO), Some(Rupiah::new(8_500))));
}

#[tokio::test]
async fn a_bill_without_its_money_or_about_somebody_else_is_none() {
    let request = bill("530000000001");
    for (field, value) in [
        ("price", json!(null)),
        ("selling_price", json!("11.000")),
        ("selling_price", json!(0)),
        ("admin", json!([])),
        ("ref_id", json!("P00000000000BN2")),
        ("ref_id", json!(null)),
        ("customer_no", json!("530000000002")),
        ("buyer_sku_code", json!("pdam")),
        ("status", json!("Pending")),
    ] {
        let mut said = paid_bill();
        said[field] = value;
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        let error = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Unreadable, "{field}");
        assert!(!format!("{error:?}").contains("5300000"), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_about_anything_else_than_asked_is_a_mismatch() {
    for (field, value) in [
        ("ref_id", json!("P00000000000BN2")),
        ("customer_no", json!("530000000002")),
        ("customer_no", json!(530_000_000_002_i64)),
        ("buyer_sku_code", json!("PLN")),
    ] {
        let mut said = paid_bill();
        said[field] = value;
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        let paid = shop.pay(&bill("530000000001")).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Mismatch), "{field}");
        assert!(paid.observed.receipt.is_none() && paid.observed.charged.is_none());
        assert!(shop.check(&bill("530000000001")).await.is_err());
    }
}

#[tokio::test]
async fn a_short_answer_about_a_bill_that_failed_or_is_pending_is_enough() {
    for (rc, status, outcome) in [("03", "Pending", "pending"), ("02", "Gagal", "rejected")] {
        let said = json!({
            "ref_id": "P00000000000BN1", "customer_no": "530000000001", "buyer_sku_code": "pln",
            "message": "x", "status": status, "rc": rc,
        });
        let peer = Peer::saying(&said).await;
        let paid = Shop::at(&peer.url, json!({})).pay(&bill("530000000001")).await;
        assert_eq!(paid.outcome.class(), outcome);
    }
}

#[tokio::test]
async fn fact_42_data_belum_ada_is_not_found_and_no_failure() {
    for (rc, status) in [(json!("50"), "Gagal"), (json!(null), "Gagal"), (json!("02"), "Gagal")] {
        let said = json!({
            "ref_id": "P00000000000BN1", "message": "Data belum ada", "status": status, "rc": rc,
        });
        let peer = Peer::saying(&said).await;
        let report = Shop::at(&peer.url, json!({})).check(&bill("530000000001")).await.unwrap();
        assert_eq!(report.verdict, StatusVerdict::NotFound, "{rc}");
    }
    let said = json!({ "message": "Data belum ada", "status": "Sukses", "rc": "00" });
    let peer = Peer::saying(&said).await;
    assert!(Shop::at(&peer.url, json!({})).check(&bill("530000000001")).await.is_err());
}

#[tokio::test]
async fn a_deposit_is_read_exactly_also_as_a_float_without_a_fraction() {
    for (body, expected) in [
        (r#"{"data":{"deposit":1000000}}"#, Some(1_000_000)),
        (r#"{"data":{"deposit":1000000.0}}"#, Some(1_000_000)),
        (r#"{"data":{"deposit":9007199254740993.0}}"#, None),
        (r#"{"data":{"deposit":900719925474099.0}}"#, Some(900_719_925_474_099)),
        (r#"{"data":{"deposit":"1000000"}}"#, Some(1_000_000)),
        (r#"{"data":{"deposit":-2500}}"#, Some(-2_500)),
        (r#"{"data":{"deposit":1000000.5}}"#, None),
        (r#"{"data":{"deposit":1e6}}"#, None),
        (r#"{"data":{"deposit":null}}"#, None),
        (r#"{"data":{}}"#, None),
        (r#"{"data":{"rc":"82","message":"x","status":"Gagal","deposit":5}}"#, None),
    ] {
        let peer = Peer::answering("200 OK", body.as_bytes()).await;
        let shop = Shop::at(&peer.url, json!({}));
        let balance = shop.built.provider.balance(&shop.context()).await;
        assert_eq!(balance.ok(), expected.map(Rupiah::new), "{body}");
    }
}

#[tokio::test]
async fn fact_61_whose_meter_it_is_is_told_and_asking_too_often_is_not_a_refusal() {
    let said = json!({
        "message": "Transaksi Sukses", "status": "Sukses", "rc": "00", "customer_no": "530000000001",
        "meter_no": "01234567890", "subscriber_id": "530000000001", "name": "DAVID  SUGIANTO",
        "segment_power": "R1 /000001300",
    });
    let mut purchase = purchase(Family::PlnPrepaid, "530000000001");
    purchase.product = ProductCode::new("PLN-PREPAID-20000").unwrap();
    let request = InquiryRequest {
        purchase: purchase.clone(),
        provider_code: "pln20".to_owned(),
        reference: None,
    };
    let peer = Peer::saying(&said).await;
    let shop = Shop::at(&peer.url, json!({}));
    let told = shop.built.provider.inquire(&shop.context(), &request).await.unwrap();
    assert_eq!(told.customer_name.unwrap().expose(), "DAVID SUGIANTO");
    assert_eq!((told.total, told.cost, told.token), (Rupiah::new(20_000), None, None));
    assert_eq!(peer.paths(), ["/v1/inquiry-pln"]);
    let body = &peer.bodies()[0];
    assert_eq!(body["sign"], "cc63bbe0fe03ee180dca3d44f7881d58");

    let often =
        json!({ "rc": "86", "status": "Gagal", "message": "Limitasi pengecekan nomor PLN" });
    let peer = Peer::saying(&often).await;
    let shop = Shop::at(&peer.url, json!({}));
    let error = shop.built.provider.inquire(&shop.context(), &request).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::RateLimited);
}

#[tokio::test]
async fn fact_22_a_success_may_come_without_a_serial_number() {
    let mut said = paid_bill();
    said["sn"] = json!("");
    let peer = Peer::saying(&said).await;
    let paid = Shop::at(&peer.url, json!({})).pay(&bill("530000000001")).await;
    assert_eq!(paid.outcome, PayOutcome::Succeeded);
    assert_eq!(paid.observed.receipt.unwrap().reference, None);
}

#[tokio::test]
async fn a_token_is_shown_in_its_own_field_only_and_contradicts_a_refusal() {
    let mut said = json!({
        "ref_id": "P00000000000BN1", "customer_no": "530000000001", "buyer_sku_code": "pln20",
        "message": "Transaksi Sukses", "status": "Sukses", "rc": "00", "price": 20_100,
        "buyer_last_saldo": 79_900, "sn": "12345678910111213141/BUDI/R1 /000001300/13.5",
    });
    let request = payment(purchase(Family::PlnPrepaid, "530000000001"), "pln20", 1);
    let peer = Peer::saying(&said).await;
    let paid = Shop::at(&peer.url, json!({})).pay(&request).await;
    let receipt = paid.observed.receipt.unwrap();
    assert_eq!(receipt.details.pln_token().unwrap().expose(), "12345678910111213141");
    assert_eq!(receipt.reference, None);
    assert!(!format!("{receipt:?}").contains("1234567"));
    assert_eq!(
        shown(&receipt.lines)[1..],
        [
            "Stroom/Token: 1234 5678 9101 1121 3141",
            "Rincian: BUDI/R1 /000001300",
            "Jumlah kWh: 13,5"
        ]
    );
    said["rc"] = json!("02");
    said["status"] = json!("Gagal");
    let peer = Peer::saying(&said).await;
    let paid = Shop::at(&peer.url, json!({})).pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
    assert!(!format!("{paid:?}").contains("1234567"));
}

#[tokio::test]
async fn a_serial_number_contradicts_a_refusal_in_answer_to_a_look_up_as_to_a_payment() {
    for (sn, refused) in [
        ("12345678910111213141/BUDI/R1 /000001300/13.5", false),
        ("GXY7-QQ12-PLMN", false),
        ("", true),
        ("-", true),
        ("0", true),
        ("GAGAL", true),
    ] {
        let said = json!({
            "ref_id": "P00000000000BN1", "customer_no": "530000000001", "buyer_sku_code": "pln20",
            "message": "Transaksi Gagal", "status": "Gagal", "rc": "02", "price": 20_100, "sn": sn,
        });
        let request = payment(purchase(Family::PlnPrepaid, "530000000001"), "pln20", 1);
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        assert_eq!(shop.pay(&request).await.outcome.class() == "rejected", refused, "{sn}");
        let looked = shop.check(&request).await;
        assert_eq!(looked.is_ok(), refused, "{sn}");
        if let Err(error) = looked {
            assert_eq!(error.kind, ProviderErrorKind::Unreadable);
            assert!(!format!("{error:?}").contains("QQ12"), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_token_that_has_not_come_yet_is_awaited_and_not_invented() {
    for sn in ["", "-", "1234/BUDI", "00/BUDI/R1/900/1,0"] {
        let said = json!({
            "ref_id": "P00000000000BN1", "customer_no": "530000000001", "buyer_sku_code": "pln20",
            "message": "Sukses", "status": "Sukses", "rc": "00", "price": 20_100, "sn": sn,
        });
        let request = payment(purchase(Family::PlnPrepaid, "530000000001"), "pln20", 1);
        let peer = Peer::saying(&said).await;
        let paid = Shop::at(&peer.url, json!({})).pay(&request).await;
        assert_eq!(paid.outcome, PayOutcome::Succeeded, "{sn}");
        let receipt = paid.observed.receipt.unwrap();
        assert!(receipt.details.pln_token().is_none(), "{sn}");
        assert_eq!(receipt.reference, None, "what comes in its place may hold a name: {sn}");
    }
}

#[tokio::test]
async fn the_code_of_a_voucher_is_on_the_receipt_and_in_no_log() {
    let said = json!({
        "ref_id": "P00000000000BN1", "customer_no": "12345678", "buyer_sku_code": "gv10",
        "message": "Sukses", "status": "Sukses", "rc": "00", "price": 10_000, "sn": "GXY7-QQ12-PLMN",
    });
    let request = payment(purchase(Family::Games, "12345678"), "gv10", 1);
    let peer = Peer::saying(&said).await;
    let paid = Shop::at(&peer.url, json!({})).pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Succeeded);
    assert!(!format!("{paid:?}").contains("QQ12"), "{paid:?}");
    let reference = paid.observed.receipt.unwrap().reference.unwrap();
    assert_eq!(reference.expose(), "GXY7-QQ12-PLMN");
}

#[tokio::test]
async fn fact_37_a_refund_is_a_reversal_and_shows_no_charge() {
    let said = json!({
        "ref_id": "P00000000000BN1", "customer_no": "087800001230", "buyer_sku_code": "xld10",
        "message": "Transaksi Refund", "status": "Gagal", "rc": "74", "price": 10_000, "sn": "1",
        "buyer_last_saldo": 1_000_000,
    });
    let peer = Peer::saying(&said).await;
    let report = Shop::at(&peer.url, json!({})).check(&topup("087800001230")).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::Reversed);
    assert_eq!(report.observed.charged, None);
    assert_eq!(report.observed.balance_after, Some(Rupiah::new(1_000_000)));
}
