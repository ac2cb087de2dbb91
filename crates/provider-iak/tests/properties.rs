//! The properties hold for answers of every class, and for what is left of them when they are damaged.
#![cfg(feature = "testkit")]

use std::collections::BTreeSet;

use ppob_provider_iak::properties::{
    balance, callback, inquiry, outcome_of, pay, prices, settings, status,
};
use serde_json::{Value, json};

const REFERENCE: &str = "P0000000000B3N1";

/// Purchases of the properties: numbers 1 (credit) and 3 (a bill of PLN).
fn bodies() -> Vec<(u8, Value)> {
    let mut all = Vec::new();
    let codes =
        ["00", "01", "06", "07", "17", "37", "39", "42", "102", "103", "105", "109", "201", "88"];
    for code in codes {
        for state in [json!(0), json!(1), json!(2), json!(3), json!("1"), Value::Null] {
            all.push((
                1,
                json!({ "data": {
                "ref_id": REFERENCE, "status": state, "product_code": "xld25000",
                "customer_id": "0817777215", "price": 25_000, "message": "NOMOR 0817777215",
                "sn": "123456789", "balance": "99989150", "tr_id": 3_482, "rc": code,
            } }),
            ));
            all.push((
                3,
                json!({ "data": {
                "ref_id": REFERENCE, "status": state, "code": "PLNPOSTPAID", "tr_id": 9_732_792,
                "hp": "530000000001", "tr_name": "BUDI", "period": "201608", "nominal": 300_000,
                "admin": 2_500.0, "price": 302_500, "selling_price": "301900", "message": "X",
                "response_code": code, "datetime": "20180803171844", "noref": "1609626",
                "desc": { "tagihan": { "detail": [{ "periode": "201608", "denda": "0" }] } },
            }, "meta": [] }),
            ));
        }
    }
    all
}

fn input((choice, body): &(u8, Value)) -> Vec<u8> {
    [&[*choice], body.to_string().as_bytes()].concat()
}

#[test]
fn the_properties_hold_for_answers_of_every_class_and_for_what_is_left_of_them() {
    let mut classes = BTreeSet::new();
    for (number, case) in bodies().iter().enumerate() {
        let whole = input(case);
        classes.extend(outcome_of(&whole));
        let mut damaged = vec![whole.clone()];
        // A byte changed, taken out or doubled, at a place that differs from case to case.
        for step in 1..6 {
            let at = 1 + (number * 31 + step * 97) % (whole.len() - 1);
            let mut changed = whole.clone();
            changed[at] ^= 1 << (step % 7);
            damaged.push(changed);
            damaged.push([&whole[..at], &whole[at + 1..]].concat());
            damaged.push([&whole[..at], &whole[at - 1..]].concat());
        }
        for input in damaged {
            pay(&input);
            status(&input);
            inquiry(&input);
            callback(&input[1..]);
            balance(&input[1..]);
            prices(&input[1..]);
        }
    }
    assert_eq!(classes, BTreeSet::from(["pending", "rejected", "succeeded", "unknown"]));
}

#[test]
fn the_properties_hold_for_price_lists_and_settings() {
    let rows = json!([{
        "product_code": "hpln20000", "product_nominal": "20.000", "product_price": 20_500.0,
        "product_type": "pln", "status": "active",
    }]);
    let pasca = json!([{ "code": "PGAS", "status": 1, "fee": 0, "komisi": "600", "type": "gas" }]);
    for list in [
        json!({ "data": rows }),
        json!({ "data": { "pricelist": rows.clone(), "pasca": pasca } }),
        json!({ "data": { "rc": "102" } }),
    ] {
        let whole = list.to_string();
        for at in 0..whole.len() {
            prices(&whole.as_bytes()[..at]);
            let mut changed = whole.clone().into_bytes();
            changed[at] ^= 2;
            prices(&changed);
        }
        prices(whole.as_bytes());
    }
    for table in [
        json!({ "username": "x", "api_key": "0123456789012345678901234567890" }),
        json!({ "prepaid_url": "http://127.0.0.1:1", "allow_plaintext": true }),
        json!({ "prepaid_url": "http://127.0.0.1:1", "allow_plaintext": false }),
        json!({ "postpaid_url": "https://x", "pay_timeout_ms": 1 }),
    ] {
        settings(table.to_string().as_bytes());
    }
}
