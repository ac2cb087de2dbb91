//! Answers to a payment that are whole objects of MMBC's fields, so that many of them are definite.

use std::cell::Cell;

use ppob_provider_mmbc::properties::{outcome_of, pay};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::{Map, Value, json};

/// A field and what may stand in it.
fn fields() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("result", vec![json!("ok"), json!("ok"), json!("no"), json!("OK"), json!(""), json!(1)]),
        (
            "ppob_status",
            vec![json!("confirm"), json!("confirm"), json!("pending"), json!("gagal"), json!(null)],
        ),
        ("ppob_invoice", vec![json!("12345678"), json!(12_345_678), json!("0"), json!("-")]),
        (
            "ppob_nomorpelanggan",
            vec![json!("530000000001"), json!(530_000_000_001_u64), json!("5300 0000-0001")],
        ),
        ("ppob_nomormeter", vec![json!("91011121314"), json!("530000000001"), json!("")]),
        ("ppob_kodeproduk", vec![json!("PLNS20"), json!("plns20"), json!("PLN"), json!("PLNS50")]),
        ("ppob_nominal", vec![json!("20.000"), json!(20_000), json!("50.000"), json!("?")]),
        ("ppob_namapelanggan", vec![json!("BUDI SANTOSO"), json!("}{\"result\":\"no\"}")]),
        ("ppob_totalbayar", vec![json!("22.500"), json!(22_500), json!("2.25"), json!([1])]),
        ("ppob_debet", vec![json!("20.700"), json!("Tagihan + 700"), json!(20_700)]),
        ("ppob_stroomtoken", vec![json!("1234 5678 9101 1121 3141"), json!("")]),
        (
            "reason",
            vec![
                json!("PRODUK SEDANG CLOSE"),
                json!("TAGIHAN SUDAH TERBAYAR"),
                json!("Mohon maaf, sisa saldo anda JKT-12345 tidak cukup! Sisa saldo Rp. 100"),
                json!("ERROR PLN 1: TRANSAKSI GAGAL"),
            ],
        ),
    ]
}

fn object() -> impl Strategy<Value = String> {
    let fields: Vec<_> = fields()
        .into_iter()
        .map(|(name, values)| {
            let shown = if name == "result" { 0.98 } else { 0.6 };
            proptest::option::weighted(shown, select(values)).prop_map(move |value| (name, value))
        })
        .collect();
    fields.prop_map(|fields| {
        let shown = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(shown.collect::<Map<String, Value>>()).to_string()
    })
}

#[test]
fn whole_answers_are_definite_only_as_they_say_and_not_when_they_are_cut_doubled_or_contradictory()
{
    let config = ProptestConfig {
        cases: 2_048,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(13),
        ..ProptestConfig::default()
    };
    let classes = ["succeeded", "pending", "rejected", "unknown"];
    let met = classes.map(|_| Cell::new(0_u32));
    let held =
        TestRunner::new(config).run(&(select(vec![b'2', b'4']), object()), |(which, body)| {
            let input = [&[which], body.as_bytes()].concat();
            pay(&input);
            let class = outcome_of(&input).unwrap();
            let at = classes.iter().position(|known| *known == class).unwrap();
            met[at].set(met[at].get() + 1);
            Ok(())
        });
    held.unwrap();
    for (class, met) in classes.iter().zip(&met) {
        assert!(met.get() >= 20, "only {} answers are {class}", met.get());
    }
}
