//! The answers have the fields and the number formats of the provider's document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::support::{MEGA, field, form, inquire, list, order, pay, rupiah, send, start, status};

const TOKEN: &str = "nominal nomormeter tarifdaya materai ppn ppj angsuran rptoken admin \
    stroomtoken totalkwh";
const VEHICLE: &str = "nomorpolisi kendaraan angsuranke sisatenor jatuhtempo sisaangsuran denda \
    totaltagihan admin";
const WATER: &str = "bulantagihan volumepemakaian totaltagihan admin";

/// Every product code with the fields of its table beyond the common ones.
const TABLES: &[(&str, &str)] = &[
    ("PLNS20", TOKEN),
    ("PLNS50", TOKEN),
    ("PLNS100", TOKEN),
    ("PLNS200", TOKEN),
    ("PLNS500", TOKEN),
    ("PLNS1000", TOKEN),
    ("PLN", "bulantagihan standmeter tarifdaya totaltagihan admin"),
    ("PLNNONTAGLIS", "nomorregistrasi jenisbayar totaltagihan admin"),
    ("TELKOM", "detailtagihan totaltagihan admin"),
    ("SPEEDY", "detailtagihan totaltagihan admin"),
    ("TELKOMVISION", "detailtagihan totaltagihan admin"),
    ("INDOVISION", "bulantagihan totaltagihan admin"),
    ("TOPTV", "bulantagihan totaltagihan admin"),
    ("OKEVISION", "bulantagihan totaltagihan admin"),
    ("NEXMEDIA", "bulantagihan totaltagihan admin"),
    ("PGN", WATER),
    ("PDAM AETRA/TPJ", WATER),
    ("PDAM PALYJA", WATER),
    ("PDAM ATB", WATER),
    ("MCF", VEHICLE),
    ("MAF", VEHICLE),
    ("WOM", VEHICLE),
    ("BAF", VEHICLE),
    ("FIF", "jatuhtempo angsuranke totaltagihan"),
    ("ADIRA", "jatuhtempo totaltagihan admin"),
    ("COLUMBIA", "angsuranke totaltagihan"),
    ("HALO", "totaltagihan admin"),
    ("XPLOR", "totaltagihan admin"),
    ("MENTARI", "totaltagihan admin"),
    ("BPJS", "jumlahpeserta namapeserta bulantagihan totaltagihan admin"),
];

const COMMON: &str = "invoice produk tanggal nomorpelanggan namapelanggan totalbayar reff debet \
    status";

fn names(lists: &[&str]) -> BTreeSet<String> {
    let fields = lists.iter().flat_map(|list| list.split_whitespace());
    fields.map(|name| format!("ppob_{name}")).chain(["result".to_owned()]).collect()
}

fn keys(answer: &Value) -> BTreeSet<String> {
    answer.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn every_family_answers_the_fields_of_its_table() {
    let simulator = start().await;
    simulator.deposit("one", 100 * MEGA).unwrap();
    for (code, table) in TABLES {
        let number = "530000001234";
        let paid = pay(&simulator, "one", code, number).await.json();
        assert_eq!(keys(&paid), names(&[COMMON, "saldo", table]), "bayartagihan {code}");

        let invoice = field(&paid, "ppob_invoice");
        let checked = status(&simulator, "one", &invoice, number).await.json();
        let mut expected = names(&[COMMON, "kodeproduk", table]);
        expected.remove("ppob_nominal");
        assert_eq!(keys(&checked), expected, "cekstatus {code}");
        for name in expected.iter().filter(|name| *name != "ppob_kodeproduk") {
            assert_eq!(paid[name], checked[name], "{name} of {code}");
            assert_ne!(field(&paid, name), "?", "{name} of {code}");
        }
        assert_eq!(field(&checked, "ppob_kodeproduk"), *code);
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn the_price_list_is_a_bare_array_of_every_product() {
    let simulator = start().await;
    let answer = list(&simulator, "two").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/html; charset=UTF-8");
    let rows = answer.json().as_array().unwrap().clone();
    let codes: BTreeSet<_> = rows.iter().map(|row| field(row, "ppob_kodeproduk")).collect();
    assert_eq!(codes, TABLES.iter().map(|(code, _)| (*code).to_owned()).collect());
    assert_eq!(rows.len(), TABLES.len());

    let row = |code: &str| rows.iter().find(|row| row["ppob_kodeproduk"] == code).unwrap();
    assert_eq!(
        *row("PLN"),
        serde_json::json!({
            "ppob_grup": "PLN Group", "ppob_produk": "PLN Bulanan", "ppob_kodeproduk": "PLN",
            "ppob_nominal": "-", "ppob_admin": "2.500", "ppob_debet": "Tagihan + 500",
            "ppob_status": "Ready",
        })
    );
    assert_eq!(field(row("PLNS20"), "ppob_produk"), "PLN Pra Bayar");
    assert_eq!(field(row("PLNS20"), "ppob_nominal"), "20.000");
    assert_eq!(field(row("PLNS20"), "ppob_debet"), "20.500");
    assert_eq!(field(row("FIF"), "ppob_admin"), "0");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_token_answers_as_the_sample_does() {
    let simulator = start().await;
    let number = "123456789";
    let inquired = inquire(&simulator, "one", "PLNS100", number).await.json();
    let inquiry_fields = "tanggal produk kodeproduk namapelanggan nomorpelanggan tarifdaya \
        voucher totalbayar debet";
    assert_eq!(keys(&inquired), names(&[inquiry_fields]));
    assert_eq!(field(&inquired, "ppob_voucher"), "TOKEN PLN 100.000");
    assert_eq!(field(&inquired, "ppob_totalbayar"), "102.500");
    assert_eq!(field(&inquired, "ppob_debet"), "100.700");

    let paid = pay(&simulator, "one", "PLNS100", number).await.json();
    assert_eq!(field(&paid, "result"), "ok");
    assert_eq!(field(&paid, "ppob_invoice").len(), 8);
    assert_eq!(field(&paid, "ppob_tanggal"), "2026-01-15 10:00:00");
    assert_eq!(field(&paid, "ppob_nominal"), "100.000");
    assert_eq!(field(&paid, "ppob_admin"), "2500");
    assert_eq!(field(&paid, "ppob_saldo"), "9.899.300");
    assert_eq!(field(&paid, "ppob_status"), "confirm");
    assert_eq!(field(&paid, "ppob_reff").len(), 32);
    let parts = ["ppob_rptoken", "ppob_ppj", "ppob_ppn", "ppob_materai", "ppob_angsuran"];
    assert!(parts.iter().all(|name| !field(&paid, name).contains('.')));
    assert_eq!(parts.iter().map(|name| rupiah(&paid, name)).sum::<i64>(), 100_000);
    let (whole, fraction) =
        field(&paid, "ppob_totalkwh").split_once(',').map(|(a, b)| (a.len(), b.len())).unwrap();
    assert!(whole > 0 && fraction == 2);
    let token = field(&paid, "ppob_stroomtoken");
    let groups: Vec<_> = token.split(' ').collect();
    assert_eq!(groups.len(), 5);
    assert!(groups.iter().all(|group| group.len() == 4 && group.parse::<u16>().is_ok()));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_bill_is_quoted_and_paid_with_the_same_money() {
    let simulator = start().await;
    simulator.deposit("one", 100 * MEGA).unwrap();
    for (code, _) in TABLES.iter().filter(|(code, _)| !code.starts_with("PLNS")) {
        let inquired = inquire(&simulator, "one", code, "0110014601").await.json();
        let again = inquire(&simulator, "one", code, "0110014601").await.json();
        assert_eq!(inquired, again);
        let paid = pay(&simulator, "one", code, "0110014601").await.json();
        for name in ["ppob_totaltagihan", "ppob_totalbayar", "ppob_debet", "ppob_namapelanggan"] {
            assert_eq!(paid[name], inquired[name], "{name} of {code}");
        }
        let (bill, total) = (rupiah(&paid, "ppob_totaltagihan"), rupiah(&paid, "ppob_totalbayar"));
        let admin = paid.get("ppob_admin").map_or(0, |_| rupiah(&paid, "ppob_admin"));
        let fee = if paid.get("ppob_admin").is_some() { 700 } else { 0 };
        assert_eq!(total, bill + admin);
        assert_eq!(rupiah(&paid, "ppob_debet"), bill + fee);
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_bill_is_paid_once_by_whichever_account_and_a_token_twice() {
    let simulator = start().await;
    let first = pay(&simulator, "one", "PLN", "530000001234").await.json();
    assert_eq!(field(&first, "result"), "ok");
    let reason = "ERROR PLN 530000001234: TAGIHAN SUDAH TERBAYAR";
    for login in ["one", "two"] {
        let again = pay(&simulator, login, "PLN", "530000001234").await.json();
        assert_eq!(again, serde_json::json!({ "result": "no", "reason": reason }));
        let asked = inquire(&simulator, login, "PLN", "530000001234").await.json();
        assert_eq!(field(&asked, "reason"), reason);
    }
    let left = pay(&simulator, "one", "PLNS20", "530000001234").await.json();
    let right = pay(&simulator, "one", "PLNS20", "530000001234").await.json();
    assert_ne!(left["ppob_invoice"], right["ppob_invoice"]);
    assert_ne!(left["ppob_stroomtoken"], right["ppob_stroomtoken"]);
    assert_eq!(simulator.ledger().charges.len(), 3);
    simulator.shutdown().await;
}

#[tokio::test]
async fn refusals_are_http_200_with_a_reason() {
    let simulator = start().await;
    let wrong = "username=one&password=wrong&ppob_kodeproduk=PLN&ppob_nomorpelanggan=1";
    for (path, body) in [
        ("daftarharga", "username=one&password=wrong"),
        ("cektagihan", wrong),
        ("bayartagihan", wrong),
        ("bayartagihan", ""),
        ("bayartagihan", &order("one", "NOSUCH", "1")),
        ("bayartagihan", &order("one", "PLN", "no digits")),
        ("cekstatus", &form("one", &[("invoice", "1"), ("ppob_nomorpelanggan", "1")])),
    ] {
        let answer = send(simulator.address(), "POST", &format!("/json/ppob/{path}"), body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(field(&answer.json(), "result"), "no", "{path} {body}");
        assert_ne!(field(&answer.json(), "reason"), "-", "{path} {body}");
    }
    assert_eq!(simulator.ledger().charges.len(), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn too_little_deposit_is_refused_with_saldo_and_the_documented_text() {
    let simulator = start().await;
    simulator.deposit("one", -9_999_900).unwrap();
    let refused = pay(&simulator, "one", "PLNS20", "530000001234").await.json();
    let expected = serde_json::json!({
        "result": "no",
        "saldo": "100",
        "reason": "Mohon maaf, sisa saldo anda JKT-12345 tidak cukup! Sisa saldo Rp. 100",
    });
    assert_eq!(refused, expected);
    assert_eq!(simulator.balance("one"), Some(100));
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_status_needs_the_invoice_the_customer_and_the_account_that_paid() {
    let simulator = start().await;
    let paid = pay(&simulator, "one", "PLNS20", "530000001234").await.json();
    let invoice = field(&paid, "ppob_invoice");
    for (login, invoice, number) in [
        ("one", invoice.as_str(), "530000001235"),
        ("one", "99999999", "530000001234"),
        ("two", invoice.as_str(), "530000001234"),
    ] {
        let answer = status(&simulator, login, invoice, number).await.json();
        assert_eq!(answer, serde_json::json!({ "result": "no", "reason": "No Data!" }));
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn the_balance_request_tells_the_deposit() {
    let simulator = start().await;
    pay(&simulator, "one", "PLNS20", "530000001234").await;
    let body = form("one", &[]);
    let answer = send(simulator.address(), "POST", "/json/ceksaldo", &body).await.json();
    assert_eq!(field(&answer, "saldo"), "9.979.300");
    simulator.shutdown().await;
}
