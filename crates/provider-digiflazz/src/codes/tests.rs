use std::collections::BTreeSet;

use ppob_http::Answer;
use serde_json::{Value, json};

use super::*;
use crate::wire::object;

fn fields(data: &Value) -> Fields {
    let body = json!({ "data": data }).to_string().into_bytes();
    object(&Answer { status: 200, body, truncated_by_cap: false }).unwrap()
}

fn find(rc: &str) -> &'static Row {
    TABLE.iter().find(|row| row.rc == rc).unwrap()
}

#[test]
fn every_code_stands_once_and_in_order() {
    let codes: BTreeSet<&str> = TABLE.iter().map(|row| row.rc).collect();
    assert_eq!(codes.len(), TABLE.len());
    assert!(TABLE.is_sorted_by_key(|row| row.rc));
}

#[test]
fn fact_38_which_codes_formed_a_transaction_is_known_for_every_one() {
    let formed: Vec<&str> = TABLE.iter().filter(|row| row.formed).map(|row| row.rc).collect();
    let expected = "00 01 02 03 50 51 52 53 54 55 57 58 59 60 70 71 72 73 74 84 85 86 99";
    assert_eq!(formed.join(" "), expected);
    let others: Vec<&str> = TABLE.iter().filter(|row| !row.formed).map(|row| row.rc).collect();
    let expected =
        "40 41 42 43 44 45 47 49 56 61 62 63 64 65 66 67 68 69 80 81 82 83 87 88".to_owned();
    assert_eq!(others.join(" "), expected);
    // Where nothing was formed there is nothing to wait for.
    let open = |row: &&Row| matches!(row.meaning, Meaning::Pending | Meaning::TimedOut);
    assert!(TABLE.iter().filter(open).all(|row| row.formed));
}

#[test]
fn fact_34_timeouts_that_are_labelled_failed_are_no_refusals() {
    for rc in ["01", "70"] {
        assert_eq!(find(rc).meaning, Meaning::TimedOut);
        assert_eq!(find(rc).rejection(), None);
        assert_eq!(find(rc).word(), "Gagal");
    }
}

#[test]
fn a_bill_that_is_paid_already_refuses_an_inquiry_and_no_payment() {
    let row = find("60");
    let meaning = Meaning::RefusedAtInquiry(RefusalCode::BillAlreadyPaid, RefusalScope::Bill);
    assert_eq!(row.meaning, meaning);
    assert_eq!(row.rejection(), None);
    assert_eq!(row.word(), "Gagal");
}

#[test]
fn what_is_refused_because_of_when_it_came_is_told_apart_from_what_is_refused_for_good() {
    for rc in ["58", "86"] {
        assert!(matches!(find(rc).meaning, Meaning::RefusedNow(..)), "{rc}");
        assert!(find(rc).rejection().is_some(), "{rc}");
    }
    // "Try again in a minute": it may answer a request that arrived twice.
    assert_eq!(find("85").rejection(), None);
}

#[test]
fn nothing_that_may_have_happened_already_asks_another_provider() {
    for rc in ["47", "49", "60", "63", "65"] {
        let other = find(rc).rejection().is_some_and(|no| no.scope == RefusalScope::Provider);
        assert!(!other, "{rc}");
    }
}

#[test]
fn a_code_counts_only_with_its_own_status_word() {
    for row in &TABLE {
        for word in ["Sukses", "Pending", "Gagal", "SUKSES", "pending"] {
            let said = fields(&json!({ "rc": row.rc, "status": word }));
            let listed = matches!(Standing::of(&said), Standing::Listed(_));
            assert_eq!(listed, word.eq_ignore_ascii_case(row.word()), "{} {word}", row.rc);
        }
        let alone = fields(&json!({ "rc": row.rc }));
        let listed = matches!(Standing::of(&alone), Standing::Listed(_));
        assert_eq!(listed, !row.formed, "{} without a word", row.rc);
    }
}

#[test]
fn a_code_that_is_on_no_list_stands_for_nothing() {
    for data in [
        json!({ "rc": "04", "status": "Gagal" }),
        json!({ "rc": 0, "status": "Sukses" }),
        json!({ "rc": "0", "status": "Sukses" }),
        json!({ "status": "Sukses" }),
        json!({ "status": "Gagal" }),
        json!({ "rc": "S", "status": "Success" }),
        json!({}),
    ] {
        assert!(matches!(Standing::of(&fields(&data)), Standing::Unlisted), "{data}");
    }
}

#[test]
fn what_is_shown_of_a_message_has_neither_number_nor_name() {
    let data = json!({ "rc": "17", "status": "Gagal", "message": "Nomor 087800001230 a.n. BUDI  Santoso ditolak 087800001230" });
    assert_eq!(
        said(&fields(&data), &["087800001230", "Budi Santoso"]),
        "rc 17, status Gagal: Nomor … a.n. … ditolak …"
    );
    let data = json!({ "rc": "0878 0000", "status": "x", "message": "saldo 12.500 é" });
    assert_eq!(said(&fields(&data), &["é"]), "rc odd, status x: saldo #.# é");
}

#[test]
fn a_refused_read_tells_what_a_person_must_do() {
    let kind = |rc: &str| refused_read(&fields(&json!({ "rc": rc, "status": "Gagal" })), &[]).kind;
    for rc in ["41", "42", "45", "82"] {
        assert_eq!(kind(rc), ProviderErrorKind::Credentials, "{rc}");
    }
    for rc in ["83", "85", "86"] {
        assert_eq!(kind(rc), ProviderErrorKind::RateLimited, "{rc}");
    }
    assert_eq!(kind("17"), ProviderErrorKind::Unreadable);
}
