//! Replies that say one thing of a payment and show another: nobody knows.
#![expect(clippy::unwrap_used, reason = "tests")]

use ppob_provider_h2h::{Call as Question, Centre, SHIPPED};
use ppob_types::Family;
use serde_json::json;

fn shipped(name: &str) -> Centre {
    SHIPPED.iter().find(|one| one.name == name).unwrap().centre().unwrap()
}

#[test]
fn a_refusal_with_a_serial_number_is_unknown_and_one_with_a_word_in_its_place_is_a_refusal() {
    let rajabiller = shipped("rajabiller");
    let read = |sn: &str| {
        let body = json!({
            "REF1": "P1", "REF2": "", "STATUS": "47", "KET": "PRODUK SEDANG GANGGUAN", "SN": sn,
        });
        rajabiller.explain(Question::Pay, Family::MobileTopUp, &body.to_string()).verdict
    };
    assert!(read("5121600014").starts_with("odd"), "{}", read("5121600014"));
    for sn in ["", "-", "0", "GAGAL"] {
        assert!(read(sn).starts_with("refused"), "{sn}");
    }
}
