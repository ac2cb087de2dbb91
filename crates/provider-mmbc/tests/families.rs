//! Every field of every table of the document, and of the families that only clients know.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::unnecessary_wraps,
    reason = "tests"
)]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_types::{
    BpjsDetails, Family, FamilyDetails, GasDetails, MultifinanceDetails, PayOutcome, PayTvDetails,
    PlnNonTaglisDetails, PlnPostpaidDetails, PlnPrepaidDetails, PlnToken, Receipt, Rupiah,
    Sensitive, TelkomDetails, WaterDetails,
};
use serde_json::{Map, Value};
use support::{Peer, pay, payment};

/// A field of a family's own: name, value as sent, label, value as printed.
type Own<'a> = (&'a str, &'a str, &'a str, &'a str);

const BILL: Own<'_> = ("ppob_totaltagihan", "80.000", "Total Tagihan", "Rp 80.000");
const ADMIN: Own<'_> = ("ppob_admin", "2500", "Biaya Admin", "Rp 2.500");
const PERIODS: Own<'_> = ("ppob_bulantagihan", "202009", "Bulan Tagihan", "202009");
const TARIFF: Own<'_> = ("ppob_tarifdaya", "R2/4400 VA", "Tarif/Daya", "R2/4400 VA");
const VOLUME: Own<'_> = ("ppob_volumepemakaian", "21 m3", "Volume Pemakaian", "21 m3");
const DUE: Own<'_> = ("ppob_jatuhtempo", "25/09/2020", "Jatuh Tempo", "25/09/2020");
const INSTALMENT: Own<'_> = ("ppob_angsuranke", "7", "Angsuran ke", "7");

const COMMON: [(&str, &str); 11] = [
    ("result", "ok"),
    ("ppob_invoice", "12345678"),
    ("ppob_produk", "PRODUK"),
    ("ppob_tanggal", "2020-09-10 08:00:00"),
    ("ppob_nomorpelanggan", "0110014601"),
    ("ppob_namapelanggan", "BUDI"),
    ("ppob_totalbayar", "82.500"),
    ("ppob_reff", "REF1"),
    ("ppob_debet", "80.700"),
    ("ppob_saldo", "45.200"),
    ("ppob_status", "confirm"),
];

/// Pays and checks everything but the typed fields: each field of the table is observed, kept raw,
/// and printed in the order of `own`.
async fn details(family: Family, code: &str, own: &[Own<'_>]) -> FamilyDetails {
    let mut body: Map<String, Value> =
        COMMON.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
    for (name, value, ..) in own {
        body.insert((*name).to_owned(), Value::from(*value));
    }
    let peer = Peer::answering(&Value::Object(body.clone()).to_string()).await;
    let answer = pay(&peer.url, &payment(family, code, "0110014601")).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    let observed = answer.observed;
    assert_eq!(observed.provider_ref.unwrap().as_str(), "12345678");
    assert_eq!(observed.total, rupiah(82_500));
    assert_eq!(observed.charged, rupiah(80_700));
    assert_eq!(observed.balance_after, rupiah(45_200));
    let receipt = observed.receipt.unwrap();
    assert_eq!(receipt.reference.as_ref().map(Sensitive::expose), Some("REF1"));
    assert_eq!(receipt.paid_at.unwrap().wib(), "2020-09-10 08:00:00");
    assert_eq!(receipt.customer_name.as_ref().unwrap().expose(), "BUDI");
    assert_eq!(receipt.raw_fields.len(), body.len() - 1, "all but our balance");
    for (name, value) in body.iter().filter(|(name, _)| *name != "ppob_saldo") {
        assert_eq!(receipt.raw_fields[name].expose(), value.as_str().unwrap());
    }
    let mut expected = vec![
        ("Produk", "PRODUK"),
        ("Tanggal", "2020-09-10 08:00:00"),
        ("No. Pelanggan", "0110014601"),
        ("Nama", "BUDI"),
    ];
    expected.extend(own.iter().map(|(_, _, label, value)| (*label, *value)));
    let is_footer = |line: &(&str, &str)| line.0 == "Informasi";
    let footer: Vec<_> = expected.iter().copied().filter(is_footer).collect();
    expected.retain(|line| !is_footer(line));
    expected.extend([("Total Bayar", "Rp 82.500"), ("No. Reff", "REF1")]);
    expected.extend(footer);
    assert_eq!(printed(&receipt), expected);
    receipt.details
}

fn printed(receipt: &Receipt) -> Vec<(&str, &str)> {
    let lines = receipt.lines.iter();
    lines.map(|line| (line.label.as_str(), line.value.expose())).collect()
}

fn rupiah(amount: i64) -> Option<Rupiah> {
    Some(Rupiah::new(amount))
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn personal(text: &str) -> Option<Sensitive> {
    Some(Sensitive::new(text))
}

#[tokio::test]
async fn pln_token() {
    let own = [
        ("ppob_nomormeter", "91011121314", "No. Meter", "91011121314"),
        TARIFF,
        ("ppob_nominal", "100.000", "Nominal", "Rp 100.000"),
        ("ppob_materai", "0", "Materai", "Rp 0"),
        ("ppob_ppn", "1", "PPN", "Rp 1"),
        ("ppob_ppj", "2381", "PPJ", "Rp 2.381"),
        ("ppob_angsuran", "3", "Angsuran", "Rp 3"),
        ("ppob_rptoken", "97619", "Rp Stroom/Token", "Rp 97.619"),
        ("ppob_totalkwh", "94,50", "Jumlah kWh", "94,50"),
        ADMIN,
        ("ppob_stroomtoken", "12345678910111213141", "Stroom/Token", "1234 5678 9101 1121 3141"),
        // On the receipt of some tokens (seen).
        ("ppob_footer", "Info\nPLN 123", "Informasi", "Info PLN 123"),
    ];
    let expected = PlnPrepaidDetails {
        nominal: rupiah(100_000),
        meter_number: personal("91011121314"),
        tariff_power: text("R2/4400 VA"),
        stamp_duty: rupiah(0),
        vat: rupiah(1),
        street_lighting_tax: rupiah(2_381),
        instalment: rupiah(3),
        token_value: rupiah(97_619),
        admin: rupiah(2_500),
        token: PlnToken::parse("12345678910111213141").ok(),
        kwh: text("94,50"),
    };
    let details = details(Family::PlnPrepaid, "PLNS100", &own).await;
    assert_eq!(details, FamilyDetails::PlnPrepaid(expected));
}

#[tokio::test]
async fn pln_bulanan() {
    let stand = "00001234 - 00001300";
    let own = [PERIODS, ("ppob_standmeter", stand, "Stand Meter", stand), TARIFF, BILL, ADMIN];
    let expected = PlnPostpaidDetails {
        periods: text("202009"),
        meter_stand: text(stand),
        tariff_power: text("R2/4400 VA"),
        bill: rupiah(80_000),
        admin: rupiah(2_500),
    };
    let details = details(Family::PlnPostpaid, "PLN", &own).await;
    assert_eq!(details, FamilyDetails::PlnPostpaid(expected));
}

#[tokio::test]
async fn telkom_group() {
    let own = [("ppob_detailtagihan", "SEP 80.000", "Detail Tagihan", "SEP 80.000"), BILL, ADMIN];
    for code in ["TELKOM", "SPEEDY", "TELKOMVISION"] {
        let expected = TelkomDetails {
            bill_detail: text("SEP 80.000"),
            bill: rupiah(80_000),
            admin: rupiah(2_500),
        };
        let details = details(Family::Telkom, code, &own).await;
        assert_eq!(details, FamilyDetails::Telkom(expected));
    }
}

#[tokio::test]
async fn tv_berlangganan() {
    for code in ["INDOVISION", "TOPTV", "OKEVISION", "NEXMEDIA"] {
        let expected =
            PayTvDetails { periods: text("202009"), bill: rupiah(80_000), admin: rupiah(2_500) };
        let details = details(Family::PayTv, code, &[PERIODS, BILL, ADMIN]).await;
        assert_eq!(details, FamilyDetails::PayTv(expected));
    }
}

#[tokio::test]
async fn pgn() {
    let meter = ("ppob_metertagihan", "100-121", "Meter", "100-121");
    let own = [PERIODS, VOLUME, meter, BILL, ADMIN];
    let expected = GasDetails {
        periods: text("202009"),
        volume: text("21 m3"),
        meter: text("100-121"),
        bill: rupiah(80_000),
        admin: rupiah(2_500),
    };
    let details = details(Family::Gas, "PGN", &own).await;
    assert_eq!(details, FamilyDetails::Gas(expected));
}

#[tokio::test]
async fn pdam() {
    for code in ["PDAM AETRA/TPJ", "PDAM PALYJA", "PDAM ATB"] {
        let expected = WaterDetails {
            periods: text("202009"),
            volume: text("21 m3"),
            arrears: None,
            bill: rupiah(80_000),
            admin: rupiah(2_500),
        };
        let details = details(Family::Water, code, &[PERIODS, VOLUME, BILL, ADMIN]).await;
        assert_eq!(details, FamilyDetails::Water(expected));
    }
}

#[tokio::test]
async fn fact_10_pln_non_taglis_and_bpjs_are_sold_although_the_document_has_no_fields_for_them() {
    let registration = "5312345678901";
    let own = [
        ("ppob_nomorregistrasi", registration, "No. Registrasi", registration),
        ("ppob_jenisbayar", "PASANG BARU", "Jenis Bayar", "PASANG BARU"),
        BILL,
        ADMIN,
    ];
    let expected = PlnNonTaglisDetails {
        registration_number: personal(registration),
        kind: text("PASANG BARU"),
        bill: rupiah(80_000),
        admin: rupiah(2_500),
    };
    let read = details(Family::PlnNonTaglis, "PLNNONTAGLIS", &own).await;
    assert_eq!(read, FamilyDetails::PlnNonTaglis(expected));

    let own = [
        ("ppob_jumlahpeserta", "4", "Jumlah Peserta", "4"),
        ("ppob_namapeserta", "BUDI", "Nama Peserta", "BUDI"),
        PERIODS,
        BILL,
        ADMIN,
    ];
    let expected = BpjsDetails {
        participants: text("4"),
        participant_name: personal("BUDI"),
        periods: text("202009"),
        bill: rupiah(80_000),
        admin: rupiah(2_500),
    };
    let read = details(Family::Bpjs, "BPJS", &own).await;
    assert_eq!(read, FamilyDetails::Bpjs(expected));
}

#[tokio::test]
async fn multifinance_mcf_maf_wom_baf() {
    let own = |remaining: Own<'static>| {
        [
            ("ppob_nomorpolisi", "B 1234 XYZ", "No. Polisi", "B 1234 XYZ"),
            ("ppob_kendaraan", "HONDA BEAT", "Kendaraan", "HONDA BEAT"),
            INSTALMENT,
            ("ppob_sisatenor", "29", "Sisa Tenor", "29"),
            DUE,
            remaining,
            ("ppob_denda", "12.500", "Denda", "Rp 12.500"),
            BILL,
            ADMIN,
        ]
    };
    let expected = || {
        FamilyDetails::Multifinance(MultifinanceDetails {
            police_number: personal("B 1234 XYZ"),
            vehicle: text("HONDA BEAT"),
            instalment_number: text("7"),
            remaining_tenor: text("29"),
            due_date: text("25/09/2020"),
            remaining_instalments: text("2.320.000"),
            penalty: rupiah(12_500),
            bill: rupiah(80_000),
            admin: rupiah(2_500),
        })
    };
    let documented = ("ppob_sisaangsuran", "2.320.000", "Sisa Angsuran", "2.320.000");
    for code in ["MCF", "MAF", "WOM", "BAF"] {
        let details = details(Family::Multifinance, code, &own(documented)).await;
        assert_eq!(details, expected(), "{code}");
    }
    let seen = ("ppob_angsuran", "2.320.000", "Angsuran", "2.320.000");
    let details = details(Family::Multifinance, "MCF", &own(seen)).await;
    assert_eq!(details, expected());
}

#[tokio::test]
async fn multifinance_fif() {
    let expected = MultifinanceDetails {
        instalment_number: text("7"),
        due_date: text("25/09/2020"),
        bill: rupiah(80_000),
        ..MultifinanceDetails::default()
    };
    let details = details(Family::Multifinance, "FIF", &[INSTALMENT, DUE, BILL]).await;
    assert_eq!(details, FamilyDetails::Multifinance(expected));
}

#[tokio::test]
async fn multifinance_adira() {
    let expected = MultifinanceDetails {
        due_date: text("25/09/2020"),
        bill: rupiah(80_000),
        admin: rupiah(2_500),
        ..MultifinanceDetails::default()
    };
    let details = details(Family::Multifinance, "ADIRA", &[DUE, BILL, ADMIN]).await;
    assert_eq!(details, FamilyDetails::Multifinance(expected));
}

#[tokio::test]
async fn multifinance_lainnya() {
    let expected = MultifinanceDetails {
        instalment_number: text("7"),
        bill: rupiah(80_000),
        ..MultifinanceDetails::default()
    };
    let details = details(Family::Multifinance, "COLUMBIA", &[INSTALMENT, BILL]).await;
    assert_eq!(details, FamilyDetails::Multifinance(expected));
}

#[tokio::test]
async fn fact_09_no_admin_fee_at_fif_and_others_and_no_reference_at_pgn_are_missed_by_nobody() {
    for (family, code, lacking) in [
        (Family::Multifinance, "FIF", "ppob_admin"),
        (Family::Multifinance, "COLUMBIA", "ppob_admin"),
        (Family::Gas, "PGN", "ppob_reff"),
    ] {
        let mut body: Map<String, Value> =
            COMMON.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        body.insert(BILL.0.to_owned(), BILL.1.into());
        body.insert(ADMIN.0.to_owned(), ADMIN.1.into());
        assert!(body.remove(lacking).is_some());
        let peer = Peer::answering(&Value::Object(body).to_string()).await;

        let request = support::inquiry(family, code, "0110014601");
        let built = support::provider(&peer.url, serde_json::json!({}));
        let bill = built.provider.inquire(&support::context(), &request).await.unwrap();
        let admin = if lacking == "ppob_admin" { None } else { rupiah(2_500) };
        assert_eq!((bill.total, bill.admin), (Rupiah::new(82_500), admin), "{code}");

        let answer = pay(&peer.url, &payment(family, code, "0110014601")).await;
        assert_eq!(answer.outcome, PayOutcome::Succeeded, "{code}");
        assert_eq!(answer.observed.charged, rupiah(80_700), "{code}");
        let receipt = answer.observed.receipt.unwrap();
        let reference = (lacking != "ppob_reff").then_some("REF1");
        assert_eq!(receipt.reference.as_ref().map(Sensitive::expose), reference, "{code}");
        let labels: Vec<&str> = printed(&receipt).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels.contains(&"Biaya Admin"), admin.is_some(), "{code}");
        assert_eq!(labels.contains(&"No. Reff"), reference.is_some(), "{code}");
    }
}

#[tokio::test]
async fn kartu_postpaid() {
    for code in ["HALO", "XPLOR", "MENTARI"] {
        let expected = FamilyDetails::PostpaidPhone { bill: rupiah(80_000), admin: rupiah(2_500) };
        let details = details(Family::PostpaidPhone, code, &[BILL, ADMIN]).await;
        assert_eq!(details, expected);
    }
}

#[tokio::test]
async fn an_inquiry_of_pdam_shows_its_arrears() {
    let body = r#"{"result":"ok","ppob_namapelanggan":"BUDI","ppob_nomorpelanggan":"0110014601",
        "ppob_kodeproduk":"PDAM ATB","ppob_totaltagihan":"80.000","ppob_bulantagihan":"202008, 202009",
        "ppob_jumlahtunggakan":"2","ppob_admin":"2.500","ppob_totalbayar":"82.500"}"#;
    let peer = Peer::answering(body).await;
    let built = support::provider(&peer.url, serde_json::json!({}));
    let request = support::inquiry(Family::Water, "PDAM ATB", "0110014601");
    let bill = built.provider.inquire(&support::context(), &request).await;
    let bill = bill.unwrap();
    assert_eq!(bill.periods, ["202008", "202009"]);
    assert_eq!((bill.amount, bill.admin), (rupiah(80_000), rupiah(2_500)));
    let FamilyDetails::Water(details) = bill.details else {
        panic!("not water");
    };
    assert_eq!(details.arrears.as_deref(), Some("2"));
}
