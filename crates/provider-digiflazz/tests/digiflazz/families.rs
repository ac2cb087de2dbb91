//! What a bill of each family shows.

use ppob_types::{Bill, Family, FamilyDetails, Rupiah};
use serde_json::{Value, json};

use crate::support::{Peer, Shop, payment, purchase, simulator};

async fn asked(family: Family, code: &str, number: &str) -> Bill {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let request = payment(purchase(family, number), code, 1);
    let bill = shop.inquire(&request.purchase, code, &request.attempt).await.unwrap();
    simulator.shutdown().await;
    bill
}

/// The bill of a family whose `desc` is this.
async fn saying(family: Family, number: &str, desc: &Value) -> Bill {
    let said = json!({
        "ref_id": "P00000000000BN1", "customer_no": number, "buyer_sku_code": "x", "status": "Sukses",
        "rc": "00", "message": "x", "admin": 2_500, "price": 10_000, "selling_price": 11_000,
        "customer_name": "NAMA", "desc": desc,
    });
    let peer = Peer::saying(&said).await;
    let shop = Shop::at(&peer.url, json!({}));
    let request = payment(purchase(family, number), "x", 1);
    shop.inquire(&request.purchase, "x", &request.attempt).await.unwrap()
}

fn line<'a>(bill: &'a Bill, label: &str) -> Option<&'a str> {
    bill.lines.iter().find(|line| line.label == label).map(|line| line.value.expose())
}

#[tokio::test]
async fn each_family_has_its_own_fields_typed_and_printed() {
    let water = asked(Family::Water, "pdam", "1013226").await;
    let FamilyDetails::Water(details) = &water.details else { panic!("{:?}", water.details) };
    assert_eq!(details.arrears.as_deref(), Some("1"));
    assert_eq!(line(&water, "Biaya Lain"), Some("Rp 1.500"));
    assert_eq!(line(&water, "Jatuh Tempo"), Some("1-15 DES 2014"));

    let insurance = asked(Family::Bpjs, "bpjs", "8801234560001").await;
    let FamilyDetails::Bpjs(details) = &insurance.details else { panic!() };
    assert_eq!(details.participants.as_deref(), Some("2"));

    let car = asked(Family::Multifinance, "multifinance", "6391601201").await;
    let FamilyDetails::Multifinance(details) = &car.details else { panic!() };
    assert_eq!(details.police_number.as_ref().unwrap().expose(), "B 1234 XYZ");
    assert_eq!(details.instalment_number.as_deref(), Some("002"));
    assert_eq!(line(&car, "Tenor"), Some("030"));

    let gas = asked(Family::Gas, "pgas", "0110014602").await;
    let FamilyDetails::Gas(details) = &gas.details else { panic!() };
    assert_eq!(details.volume.as_deref(), Some("11, 11"));
    assert_eq!(line(&gas, "Periode 2"), Some("0420"));

    let line_rental = asked(Family::PlnNonTaglis, "plnnontaglist", "3225030005921").await;
    let FamilyDetails::PlnNonTaglis(details) = &line_rental.details else { panic!() };
    assert_eq!(details.kind.as_deref(), Some("PENYAMBUNGAN BARU"));

    let land = asked(Family::Tax, "cimahi", "329801092375999991").await;
    assert_eq!(line(&land, "Luas Tanah"), Some("113 M2"));
    let other_land = asked(Family::Tax, "pdl", "3298010921").await;
    assert_eq!(line(&other_land, "Provinsi"), Some("JAWA BARAT"));

    let vehicle = asked(Family::Tax, "samsat", "9658548523568701,0212502110170100").await;
    assert_eq!(line(&vehicle, "PKB Pokok"), Some("Rp 215.000"));
    assert_eq!(line(&vehicle, "No. Polisi"), Some("D 1234 AB"));

    let phone = asked(Family::PostpaidPhone, "hp", "081234554320").await;
    assert_eq!(
        phone.details,
        FamilyDetails::PostpaidPhone {
            bill: Some(Rupiah::new(8_000)),
            admin: Some(Rupiah::new(2_500))
        }
    );
    let tv = asked(Family::PayTv, "tv", "127246500101").await;
    assert_eq!(line(&tv, "No. Referensi"), Some("REF127"));
    let net = asked(Family::Telkom, "internet", "6391601001").await;
    assert_eq!(net.periods, ["MEI 2019", "JUN 2019"]);
}

#[tokio::test]
async fn fact_23_dates_of_employment_insurance_are_kept_as_they_are_written() {
    let bill = asked(Family::Bpjs, "bpjstk", "8102051011270001").await;
    assert_eq!(line(&bill, "Tanggal Efektif"), Some("2022-05-01"));
    assert_eq!(line(&bill, "Tanggal Berakhir"), Some("2022-06-01"));
    assert_eq!(line(&bill, "JKK"), Some("Rp 10.000"));
}

#[tokio::test]
async fn fact_17_periods_of_every_format_stay_text() {
    for period in ["201901", "MEI 2019", "MEI 22", "0320", "01", "002", "2019"] {
        let desc = json!({ "detail": [{ "periode": period }, { "periode": period }] });
        let bill = saying(Family::Water, "1013226", &desc).await;
        assert_eq!(bill.periods, [period, period]);
    }
}

#[tokio::test]
async fn fact_18_a_wrong_number_of_sheets_changes_no_money() {
    for sheets in [json!(1), json!("1"), json!(1800), json!(-3), json!(null)] {
        let desc = json!({ "lembar_tagihan": sheets, "detail": [{ "nilai_tagihan": "8000" }] });
        let bill = saying(Family::Gas, "0110014601", &desc).await;
        assert_eq!((bill.total, bill.cost), (Rupiah::new(11_000), Some(Rupiah::new(10_000))));
        assert_eq!(bill.amount, Some(Rupiah::new(8_500)));
    }
}

#[tokio::test]
async fn fact_19_sheets_may_be_absent_empty_text_or_one_alone() {
    for (desc, shown) in [
        (json!({}), None),
        (json!({ "detail": "" }), None),
        (json!({ "detail": [] }), None),
        (json!({ "detail": null }), None),
        (json!({ "detail": { "nilai_tagihan": "8000" } }), Some("Rp 8.000")),
        (json!({ "detail": [{ "nilai_tagihan": "8000", "denda": "" }] }), Some("Rp 8.000")),
        (json!({ "detail": [{ "nilai_tagihan": "8.000,5" }] }), Some("8.000,5")),
        (json!(""), None),
        (json!([]), None),
        (json!(null), None),
    ] {
        let bill = saying(Family::PlnPostpaid, "530000000001", &desc).await;
        assert_eq!(line(&bill, "Tagihan"), shown, "{desc}");
        assert_eq!(bill.total, Rupiah::new(11_000));
    }
}

#[tokio::test]
async fn parts_that_are_more_than_the_whole_are_shown_and_not_added_up() {
    let bill = {
        let simulator = simulator().await;
        let shop = Shop::at(&simulator.base_url(), json!({}));
        let request = payment(purchase(Family::Other, "400000100001"), "bpjstkpu", 1);
        let bill = shop.inquire(&request.purchase, "bpjstkpu", &request.attempt).await.unwrap();
        simulator.shutdown().await;
        bill
    };
    assert_eq!(line(&bill, "JHT"), Some("Rp 1.000.000"));
    assert_eq!(line(&bill, "JKK"), Some("Rp 900.000"));
    assert_eq!(bill.amount, Some(Rupiah::new(1_200_000)));
}
