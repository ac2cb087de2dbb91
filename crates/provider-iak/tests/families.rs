//! The fields of every family of bills, as the document's samples have them.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_types::{Bill, Family, FamilyDetails, Rupiah};
use serde_json::{Value, json};
use support::{asked, body, inquiry, reference};

async fn told(family: Family, code: &str, number: &str, data: Value) -> Bill {
    let common = json!({
        "tr_id": 9_732_791,
        "code": code,
        "hp": number,
        "tr_name": "BUDI",
        "period": "201412",
        "nominal": 35_490,
        "admin": 2_000,
        "ref_id": reference().as_str(),
        "response_code": "00",
        "message": "INQUIRY SUCCESS",
        "price": 37_490,
        "selling_price": 36_790,
        "desc": {},
    });
    let mut request = inquiry(family, code, number);
    if code.starts_with("ESAMSAT") {
        request.purchase.parameters.second_id = serde_json::from_value(json!("0212")).unwrap();
    }
    asked(&request, &body(common, data)).await.unwrap()
}

fn line(bill: &Bill, label: &str) -> Option<String> {
    let line = bill.lines.iter().find(|line| line.label == label);
    line.map(|line| line.value.expose().to_owned())
}

#[tokio::test]
async fn fact_17_periods_are_passed_on_as_they_come_in_all_their_formats() {
    for (period, expected) in [
        ("201608", vec!["201608"]),
        ("201405,201407", vec!["201405", "201407"]),
        ("201803,201804", vec!["201803", "201804"]),
        ("MEI 12", vec!["MEI 12"]),
        ("0917", vec!["0917"]),
        ("02", vec!["02"]),
        ("005", vec!["005"]),
        ("20181022-20191022", vec!["20181022-20191022"]),
        ("", vec![]),
    ] {
        let bill = told(Family::Gas, "PGAS", "0110014601", json!({ "period": period })).await;
        assert_eq!(bill.periods, expected, "{period}");
        assert_eq!(line(&bill, "Periode").unwrap_or_default(), period);
    }
}

#[tokio::test]
async fn fact_18_the_number_of_sheets_may_be_text_or_a_number() {
    for sheets in [json!("3"), json!(3)] {
        let desc = json!({ "desc": { "tarif": "R1", "daya": "1300", "lembar_tagihan": sheets } });
        let bill = told(Family::PlnPostpaid, "PLNPOSTPAID", "530000000001", desc).await;
        assert_eq!(line(&bill, "Lembar Tagihan").as_deref(), Some("3"));
    }
    for (left, expected) in [
        (json!(0), None),
        (json!("0"), None),
        (json!("4"), Some("4 lembar belum dibayar")),
        (json!(11), Some("11 lembar belum dibayar")),
    ] {
        let desc = json!({ "desc": { "lembar_tagihan_sisa": left } });
        let bill = told(Family::PlnPostpaid, "PLNPOSTPAID", "530000000001", desc).await;
        assert_eq!(line(&bill, "Sisa Lembar Tagihan").as_deref(), expected, "{left}");
    }
}

#[tokio::test]
async fn fact_19_details_may_be_absent_full_of_empty_text_separate_or_unified() {
    let row = |period: &str, first: i64, last: i64| {
        json!({
            "period": period, "first_meter": first, "last_meter": last,
            "penalty": 7_500, "bill_amount": 27_240, "misc_amount": 750,
        })
    };
    let water = |rows: Vec<Value>| json!({ "desc": { "bill_quantity": 2, "biller_admin": "", "stamp_duty": "", "bill": { "detail": rows } } });
    let number = "10202002";
    let separate = water(vec![row("201803", 4_589, 4_613), row("201804", 4_613, 4_640)]);
    let separate = told(Family::Water, "PDAMKOTA.MEDAN", number, separate).await;
    let unified = water(vec![row("201803,201804", 4_589, 4_640)]);
    let unified = told(Family::Water, "PDAMKOTA.YOGYAKARTA", number, unified).await;
    let details = |bill: &Bill| match &bill.details {
        FamilyDetails::Water(details) => (details.volume.clone(), details.arrears.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(details(&separate), (Some("51".to_owned()), Some("2".to_owned())));
    assert_eq!(details(&unified), details(&separate));
    assert_eq!(separate.penalty, Some(Rupiah::new(15_000)));
    assert_eq!(unified.penalty, Some(Rupiah::new(7_500)));
    assert!(line(&separate, "Lembar 2").unwrap().contains("meter 4613-4640"));
    assert_eq!((line(&unified, "Lembar 2"), line(&unified, "Materai")), (None, None));

    let empty = json!({ "desc": {
        "kode_area": "", "jumlah_tagihan": 1,
        "tagihan": { "detail": [ { "periode": "", "nilai_tagihan": "", "admin": "", "total": "" } ] },
    } });
    let phone = told(Family::PostpaidPhone, "HPTHREE", "08991234501", empty).await;
    assert_eq!((line(&phone, "Lembar 1"), line(&phone, "Kode Area")), (None, None));
    assert_eq!(line(&phone, "Jumlah Tagihan").as_deref(), Some("1"));
    for absent in
        [json!({ "desc": null }), json!({ "desc": [] }), json!({ "desc": { "tagihan": "" } })]
    {
        let bill = told(Family::Telkom, "TELKOMPSTN", "6391601201", absent).await;
        assert!(matches!(bill.details, FamilyDetails::Telkom(_)));
        assert_eq!((bill.penalty, line(&bill, "Lembar 1")), (None, None));
    }
}

#[tokio::test]
async fn fact_23_dates_of_bpjs_are_passed_on_as_they_come() {
    for date in ["11-05-2022", "2022-05-11 05:29:52"] {
        let desc = json!({ "desc": {
            "kode_iuran": "922053115900", "kode_program": "JKK,JKM",
            "jht": 0, "jkk": 10_000, "jkm": 6_800, "tgl_efektif": date,
        } });
        let bill = told(Family::Bpjs, "BPJSTK", "8102051011270001", desc).await;
        assert_eq!(line(&bill, "Tanggal Efektif").as_deref(), Some(date));
        assert_eq!(line(&bill, "JKK").as_deref(), Some("Rp 10.000"));
        assert_eq!(line(&bill, "JHT"), None, "nothing is not printed");
    }
}

#[tokio::test]
async fn a_bill_of_telkom_lists_its_months() {
    let detail = |month: &str, amount: &str| json!({ "periode": month, "nilai_tagihan": amount, "admin": "2500", "total": 1 });
    let desc = json!({ "desc": { "jumlah_tagihan": 2, "tagihan": {
        "detail": [detail("MEI 2014", "49870"), detail("JUN 2014", "44870")],
    } } });
    let bill = told(Family::Telkom, "TELKOMPSTN", "6391601202", desc).await;
    let FamilyDetails::Telkom(details) = &bill.details else { panic!("Telkom") };
    let expected = "MEI 2014 Rp 49.870 admin Rp 2.500; JUN 2014 Rp 44.870 admin Rp 2.500";
    assert_eq!(details.bill_detail.as_deref(), Some(expected));
    assert_eq!(line(&bill, "Lembar 2").as_deref(), Some("JUN 2014 Rp 44.870 admin Rp 2.500"));
}

#[tokio::test]
async fn a_vehicle_has_its_fees_in_groups_and_land_has_a_place() {
    let vehicle = json!({ "desc": {
        "nomor_polisi": "DK 1243AL",
        "biaya_pokok": { "BBN": "0", "PKB": "2131500", "SWD": "143000" },
        "biaya_denda": { "BBN": "0", "PKB": "0", "SWD": "35000" },
        "biaya_admin": { "stnk": "0", "tnkb": "0" },
        "ntpd": "Q8T3L318R0Z3",
    } });
    let bill = told(Family::Tax, "ESAMSAT.JABAR", "9658548523568701", vehicle).await;
    assert_eq!(line(&bill, "PKB").as_deref(), Some("Rp 2.131.500"));
    assert_eq!(line(&bill, "Denda SWDKLLJ").as_deref(), Some("Rp 35.000"));
    assert_eq!(line(&bill, "NTPD").as_deref(), Some("Q8T3L318R0Z3"));
    assert_eq!(line(&bill, "BBN"), None);
    let land = json!({ "desc": {
        "nop": "328073000401005610", "tahun_pajak": "2019", "kelurahan": "CIPAGERAN",
        "luas_tanah": "113 M2", "total_tagihan": 203_857.0, "denda": 1_000,
    } });
    let bill = told(Family::Tax, "PBBKOT.CIMAHI", "329801092375999901", land).await;
    assert_eq!(line(&bill, "Pokok Pajak").as_deref(), Some("Rp 203.857"));
    assert_eq!(bill.penalty, Some(Rupiah::new(1_000)));
    assert_eq!(line(&bill, "Kelurahan").as_deref(), Some("CIPAGERAN"));
}

#[tokio::test]
async fn finance_gas_television_and_connections_have_their_fields() {
    let finance = json!({ "desc": {
        "item_name": "HONDA VARIO", "no_pol": "B6213UWX", "tenor": "030", "installment": 657_695,
        "penalty_bill": 3_305, "max_payment": 0, "last_paid_due_date": "14 Dec 12",
    } });
    let bill = told(Family::Multifinance, "FNMEGA", "6391601201", finance).await;
    let FamilyDetails::Multifinance(details) = &bill.details else { panic!("finance") };
    assert_eq!(details.penalty, Some(Rupiah::new(3_305)));
    assert_eq!(details.due_date.as_deref(), Some("14 Dec 12"));
    assert_eq!(details.police_number.as_ref().unwrap().expose(), "B6213UWX");
    assert_eq!(line(&bill, "Angsuran").as_deref(), Some("Rp 657.695"));

    let gas = json!({ "desc": { "first_meter": "006538", "last_meter": "006573", "usage": 35 } });
    let bill = told(Family::Gas, "PGAS", "0110014601", gas).await;
    let FamilyDetails::Gas(details) = &bill.details else { panic!("gas") };
    assert_eq!(details.meter.as_deref(), Some("006538-006573"));
    assert_eq!(details.volume.as_deref(), Some("35"));

    let television = json!({ "desc": { "ppn": 0, "tagihan": { "detail": [
        { "periode": "MEI 12", "nilai_tagihan": "99000", "no_ref": "205A" },
    ] } } });
    let bill = told(Family::PayTv, "TVBIG", "1072161401", television).await;
    assert_eq!(line(&bill, "Lembar 1").as_deref(), Some("MEI 12 Rp 99.000 reff 205A"));

    let connection = json!({ "desc": {
        "transaksi": "PENYAMBUNGAN BARU", "no_registrasi": "5392112011703",
    } });
    let bill = told(Family::PlnNonTaglis, "PLNNONH", "3225030005922", connection).await;
    let FamilyDetails::PlnNonTaglis(details) = &bill.details else { panic!("PLN") };
    assert_eq!(details.kind.as_deref(), Some("PENYAMBUNGAN BARU"));
}

#[tokio::test]
async fn a_field_that_nobody_knows_changes_nothing() {
    let once = told(Family::Gas, "PGAS", "0110014601", json!({})).await;
    let more = told(Family::Gas, "PGAS", "0110014601", json!({ "surprise": { "x": [1] } })).await;
    assert_eq!(once, more);
}
