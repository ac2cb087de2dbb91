//! Inputs that are drawn: any bytes, and kept inputs that were cut, changed and mixed.

use std::fs;

use ppob_properties::{TARGETS, corpus};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{RngSeed, TestRunner};

/// What formats are made of, to be put where it does not belong.
const TOKENS: [&str; 20] = [
    "\"",
    "{",
    "}",
    "[]",
    "{\"",
    ",",
    ":",
    "\\",
    "\n",
    "\0",
    "null",
    "-1",
    "\u{feff}",
    "ok",
    "no",
    "confirm",
    "\r\n\r\n",
    "0\r\n",
    "9999999999999999999",
    "hunter2-hunter2-hunter2",
];

/// A change of an input.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index),
    CutStart(Index),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Repeat(Index, Index),
    Splice(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let token = select(&TOKENS[..]).prop_map(|token| token.as_bytes().to_vec());
    prop_oneof![
        any::<Index>().prop_map(Change::Cut),
        any::<Index>().prop_map(Change::CutStart),
        (any::<Index>(), any::<u8>()).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (any::<Index>(), prop_oneof![token, vec(any::<u8>(), 1..8)])
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, until)| Change::Repeat(from, until)),
        (any::<Index>(), any::<Index>()).prop_map(|(other, at)| Change::Splice(other, at)),
    ]
}

fn changed(kept: &[Vec<u8>], mut input: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        // One past the end too.
        let place = |at: &Index| at.index(input.len() + 1);
        match change {
            Change::Cut(at) => input.truncate(place(at)),
            Change::CutStart(at) => drop(input.drain(..place(at))),
            Change::Flip(at, bits) => {
                let place = place(at);
                if let Some(byte) = input.get_mut(place) {
                    *byte ^= bits;
                }
            }
            Change::Insert(at, bytes) => {
                let place = place(at);
                input.splice(place..place, bytes.iter().copied());
            }
            Change::Repeat(one, other) => {
                let (one, other) = (place(one), place(other));
                let part = input[one.min(other)..one.max(other)].to_vec();
                input.splice(one..one, part);
            }
            Change::Splice(other, at) => {
                let other = &kept[other.index(kept.len())];
                input.truncate(place(at));
                input.extend_from_slice(&other[at.index(other.len() + 1)..]);
            }
        }
        input.truncate(8 * 1024);
    }
    input
}

/// Holds `cases` inputs against the properties of a target.
fn hold(name: &str, cases: u32) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let mut files: Vec<_> =
        fs::read_dir(corpus(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let kept: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    let inputs = prop_oneof![
        1 => vec(any::<u8>(), 0..256),
        9 => (any::<Index>(), vec(change(), 0..4))
            .prop_map(|(at, changes)| changed(&kept, at.get(&kept).clone(), &changes)),
    ];
    let usual = ProptestConfig::default();
    let config = ProptestConfig {
        // As many times more as PROPTEST_CASES says more than its 256.
        cases: cases.saturating_mul((usual.cases / 256).max(1)),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..usual
    };
    let held = TestRunner::new(config).run(&inputs, |input| {
        (target.check)(&input);
        Ok(())
    });
    held.unwrap();
}

/// A test for each target, so that they run beside each other.
macro_rules! drawn {
    ($($test:ident: $name:literal, $cases:literal;)*) => {
        $(#[test]
        fn $test() {
            hold($name, $cases);
        })*

        #[test]
        fn inputs_are_drawn_for_every_target() {
            let drawn = [$($name),*];
            assert_eq!(TARGETS.map(|target| target.name), drawn);
        }
    };
}

drawn! {
    any_answer_to_a_payment: "mmbc-pay", 512;
    any_answer_to_a_status_check: "mmbc-status", 512;
    any_answer_to_an_inquiry: "mmbc-inquiry", 512;
    any_price_list: "mmbc-prices", 256;
    any_balance: "mmbc-balance", 256;
    any_amount: "mmbc-amounts", 2_048;
    any_reason_and_pattern: "mmbc-refusals", 256;
    any_table_of_a_provider: "mmbc-settings", 256;
    any_payment_of_digiflazz: "digiflazz-pay", 256;
    any_status_check_of_digiflazz: "digiflazz-status", 256;
    any_inquiry_of_digiflazz: "digiflazz-inquiry", 256;
    any_price_list_of_digiflazz: "digiflazz-prices", 256;
    any_balance_of_digiflazz: "digiflazz-balance", 256;
    any_callback_of_digiflazz: "digiflazz-callback", 256;
    any_payment_of_iak: "iak-pay", 256;
    any_status_check_of_iak: "iak-status", 256;
    any_inquiry_of_iak: "iak-inquiry", 256;
    any_price_list_of_iak: "iak-prices", 256;
    any_balance_of_iak: "iak-balance", 256;
    any_callback_of_iak: "iak-callback", 256;
    any_settings_of_iak: "iak-settings", 256;
    any_reply_of_a_centre: "h2h-reply", 512;
    any_description_of_a_centre: "h2h-description", 64;
    any_http_answer: "http-answers", 256;
    any_request: "api-requests", 512;
    any_page_token: "api-page-tokens", 256;
    any_hash_of_a_key: "api-key-hashes", 512;
    any_time_of_the_api: "api-times", 2_048;
    any_stored_value: "journal-stored-values", 256;
    any_sealed_value_of_the_journal: "journal-sealed-values", 256;
    any_segment_of_the_send_journal: "journal-send-segments", 256;
    any_statement: "statement-rows", 256;
    any_sealed_bytes: "sealed-blobs", 512;
    any_master_key: "master-keys", 256;
    any_key_file: "key-files", 256;
    any_text: "texts", 1_024;
    any_moment: "moments", 2_048;
    any_configuration: "configuration", 96;
    any_command_line: "arguments", 128;
}
