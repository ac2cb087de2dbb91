//! The properties, held against samples and against what can be made of them by small changes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const CODES: [&str; 12] = ["00", "01", "02", "03", "44", "49", "50", "60", "74", "99", "04", "0"];

/// Answers about each purchase, with each code.
fn answers() -> Vec<(u8, Value)> {
    let mut answers = Vec::new();
    for (choice, (_, code, number)) in (0_u8..).zip(PURCHASES) {
        for rc in CODES {
            let serial = "12345678910111213141/BUDI/R1/900VA/13.5";
            // A refusal that has one beside it is no refusal.
            for (status, serial) in
                [("Sukses", serial), ("Pending", serial), ("Gagal", serial), ("Gagal", "")]
            {
                answers.push((
                    choice,
                    json!({ "data": {
                        "ref_id": "P000000000001N1", "customer_no": number, "buyer_sku_code": code,
                        "message": "Data belum ada", "status": status, "rc": rc, "admin": 2_500,
                        "sn": serial, "price": 10_000,
                        "selling_price": 11_000, "buyer_last_saldo": 990_000, "periode": "01",
                        "customer_name": "BUDI", "desc": { "detail": [{ "periode": "01" }] },
                    } }),
                ));
            }
        }
    }
    answers
}

fn lists() -> Vec<Value> {
    let row = json!({
        "product_name": "Xl", "category": "Pulsa", "price": 10_765, "buyer_sku_code": "xld10",
        "buyer_product_status": true, "seller_product_status": true, "unlimited_stock": false,
        "stock": "5", "multi": true, "start_cut_off": "23:45", "end_cut_off": "0:15",
        "admin": 2_500, "commission": "550",
    });
    vec![
        json!({ "data": [row, row, { "buyer_sku_code": "x" }] }),
        json!({ "data": [] }),
        json!({ "data": { "rc": "83", "message": "x" } }),
        json!({ "data": { "deposit": 1_000_000 } }),
        json!({ "sed": "x", "hook": {} }),
        json!({ "data": {
            "ref_id": "P000000000001N1", "customer_no": "087800001230", "buyer_sku_code": "xld10",
            "message": "Sukses", "status": "Sukses", "rc": "00", "sn": "ABCD/EFGH-1234",
            "price": 10_000, "buyer_last_saldo": 990_000, "tele": "@x", "wa": "x",
        } }),
    ]
}

/// Numbers drawn one after the other.
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    /// The bytes with a few small changes.
    fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        const PIECES: [&[u8]; 10] = [
            b"\"",
            b"}",
            b",\"rc\":\"00\"",
            b".0",
            b"00",
            b"-",
            b"null",
            b"Sukses",
            b"\\u0000",
            b"\xff",
        ];
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let (at, until) = (self.below(bytes.len() + 1), self.below(12));
            let until = (at + until).min(bytes.len());
            let piece = PIECES[self.below(PIECES.len())];
            match self.below(4) {
                0 => drop(bytes.splice(at..until, piece.iter().copied())),
                1 => drop(bytes.splice(at..at, piece.iter().copied())),
                2 => drop(bytes.drain(at..until)),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = b"0123456789\"{}[],:.ePSG"[self.below(22)];
                    }
                }
            }
        }
        bytes
    }
}

fn hold(choice: u8, body: &[u8]) {
    let input = [&[choice], body].concat();
    pay(&input);
    status(&input);
    inquiry(&input);
    prices(body);
    balance(body);
    callback(body);
}

#[test]
fn the_properties_hold_for_answers_of_every_code_and_the_inputs_are_of_every_class() {
    let mut classes = BTreeSet::new();
    for (choice, body) in answers() {
        let body = body.to_string();
        hold(choice, body.as_bytes());
        classes.extend(outcome_of(&[&[choice], body.as_bytes()].concat()));
    }
    assert_eq!(classes, BTreeSet::from(["pending", "rejected", "succeeded", "unknown"]));
    for body in lists() {
        hold(0, body.to_string().as_bytes());
    }
}

#[test]
fn the_properties_hold_for_small_changes_of_answers() {
    let mut draws = Draws(0x5eed);
    let mut bodies = answers();
    bodies.extend(lists().into_iter().map(|body| (0, body)));
    for (choice, body) in bodies {
        let body = body.to_string();
        for _ in 0..20 {
            hold(choice, &draws.changed(body.as_bytes()));
        }
    }
}
