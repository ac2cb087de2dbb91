//! The prepaid host.

use std::time::Duration;

use ppob_simulator::CallbackAddress;
use ppob_simulator::iak::{IakConfig, Restriction};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::support::{KEY, USER, call, config, names, send, start};

const CREDIT: [(&str, &str); 2] = [("customer_id", "0817777215"), ("product_code", "xld25000")];

async fn top_up(handle: &ppob_simulator::iak::IakHandle, reference: &str) -> Value {
    let mut fields = json!({ "ref_id": reference });
    for (name, value) in CREDIT {
        fields.as_object_mut().unwrap().insert(name.to_owned(), json!(value));
    }
    call(handle, "/api/top-up", reference, fields).await
}

async fn status(handle: &ppob_simulator::iak::IakHandle, reference: &str) -> Value {
    call(handle, "/api/check-status", reference, json!({ "ref_id": reference })).await
}

#[tokio::test]
async fn a_top_up_answers_what_the_document_shows() {
    let handle = start(IakConfig { first_tr_id: 3_482, ..config() }).await;
    let taken = top_up(&handle, "order001").await;
    let expected = json!({
        "ref_id": "order001", "status": 0, "product_code": "xld25000",
        "customer_id": "0817777215", "price": 25_000, "message": "PROCESS",
        "balance": 9_975_000, "tr_id": 3_482, "rc": "39",
    });
    assert_eq!(taken, expected);
    let found = status(&handle, "order001").await;
    assert_eq!(
        (&found["status"], &found["rc"], &found["message"]),
        (&json!(1), &json!("00"), &json!("SUCCESS"))
    );
    assert!(found["sn"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
    // Again: the same, and no second debit.
    assert_eq!(top_up(&handle, "order001").await, found);
    assert_eq!((handle.ledger().charges.len(), handle.balance(USER)), (1, Some(9_975_000)));
    handle.shutdown().await;
}

#[tokio::test]
async fn what_is_not_known_is_06_and_a_button_ends_what_waits() {
    let handle = start(IakConfig { succeeds_at_check: 0, ..config() }).await;
    let unknown = status(&handle, "order001").await;
    assert_eq!((&unknown["status"], &unknown["rc"]), (&json!(2), &json!("06")));
    top_up(&handle, "order001").await;
    for _ in 0..3 {
        assert_eq!(status(&handle, "order001").await["rc"], "39");
    }
    handle.settle(USER, "order001", false).unwrap();
    assert_eq!(status(&handle, "order001").await["rc"], "07");
    assert_eq!(handle.balance(USER), Some(10_000_000));
    assert!(handle.settle(USER, "order001", true).is_err(), "what has failed stays so");
    assert!(handle.settle(USER, "order002", true).is_err());
    handle.shutdown().await;
}

#[tokio::test]
async fn a_top_up_can_end_by_itself_and_is_told_where_callbacks_go_by_then() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // No status check would end it.
    let ends_after = Some(Duration::from_millis(1));
    let handle = start(IakConfig { succeeds_at_check: 1_000, ends_after, ..config() }).await;
    let to = format!("http://{}/callbacks/iak", listener.local_addr().unwrap());
    handle.call_back_to(CallbackAddress::parse(&to).unwrap());
    assert_eq!(top_up(&handle, "order001").await["rc"], "39");
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    assert_eq!(handle.wait_for_callbacks(1).await, [200]);
    assert_eq!(status(&handle, "order001").await["rc"], "00");
    handle.shutdown().await;
}

#[tokio::test]
async fn prices_can_be_others_and_with_magic_numbers_the_last_four_digits_choose() {
    let prices = [("xld25000".to_owned(), 24_850)].into();
    let handle = start(IakConfig { prices, magic_numbers: true, ..config() }).await;
    assert_eq!(top_up(&handle, "order001").await["price"], 24_850);
    assert_eq!(handle.balance(USER), Some(10_000_000 - 24_850));
    let fields = json!({
        "ref_id": "order002", "customer_id": "081700000301", "product_code": "xld25000",
    });
    assert_eq!(call(&handle, "/api/top-up", "order002", fields).await["rc"], "14");
    assert_eq!(handle.ledger().charges.len(), 1);
    let meter = json!({ "customer_id": "530000009999" });
    let found = call(&handle, "/api/inquiry-pln", "530000009999", meter).await;
    assert_eq!(found["status"], "1", "every meter is known");
    handle.shutdown().await;
}

#[tokio::test]
async fn the_guard_of_the_account_counts_by_day() {
    for (restriction, expected) in
        [(Restriction::Product, "202"), (Restriction::Number, "207"), (Restriction::None, "39")]
    {
        let handle = start(IakConfig { restriction, ..config() }).await;
        top_up(&handle, "order001").await;
        assert_eq!(top_up(&handle, "order002").await["rc"], expected);
        handle.shutdown().await;
    }
}

#[tokio::test]
async fn signatures_deposits_products_and_numbers_are_checked_in_this_order() {
    let handle = start(config()).await;
    let fields = |code: &str, number: &str| json!({ "ref_id": "order001", "customer_id": number, "product_code": code });
    for (signed, fields, expected) in [
        ("order002", fields("xld25000", "0817777215"), "204"),
        ("order001", fields("nothing", "0817777215"), "20"),
        ("order001", fields("xld25000", "x"), "14"),
        ("order001", fields("hpln20000", "123"), "14"),
    ] {
        let refused = call(&handle, "/api/top-up", signed, fields).await;
        assert_eq!((&refused["rc"], &refused["status"]), (&json!(expected), &json!(2)));
    }
    handle.deposit(USER, -9_990_000).unwrap();
    assert_eq!(top_up(&handle, "order001").await["rc"], "17");
    handle.set_closed("xld25000", true);
    assert_eq!(top_up(&handle, "order001").await["rc"], "106");
    let balance = call(&handle, "/api/check-balance", "bl", json!({})).await;
    assert_eq!(balance, json!({ "balance": 10_000, "message": "SUCCESS", "rc": "00" }));
    assert_eq!((handle.ledger().charges.len(), handle.ledger().pay_requests[USER]), (0, 6));
    handle.shutdown().await;
}

#[tokio::test]
async fn a_callback_has_text_only_and_the_signature_of_its_reference() {
    let handle = start(config()).await;
    let token = json!({
        "ref_id": "order001", "customer_id": "12345678901", "product_code": "hpln20000",
    });
    call(&handle, "/api/top-up", "order001", token).await;
    status(&handle, "order001").await;
    let body: Value =
        serde_json::from_slice(&handle.callback_body(USER, "order001").unwrap()).unwrap();
    let data = &body["data"];
    assert!(data.as_object().unwrap().values().all(Value::is_string), "{data}");
    assert_eq!((&data["status"], &data["price"]), (&json!("1"), &json!("20500")));
    assert_eq!(data["sign"], "9c95b3587f5c2fda7ab7a1a67cbaa45f");
    let serial = data["sn"].as_str().unwrap();
    assert!(serial.ends_with("/SINTYA OKTAVIANI/R1 /000001300/66.2"), "{serial}");
    let digits: String = serial.split('/').next().unwrap().replace('-', "");
    assert_eq!(Some(digits), handle.ledger().charges[0].token);
    assert_eq!(handle.callback_body(USER, "order002"), None);
    assert!(!format!("{:?}", config()).contains(KEY));
    handle.shutdown().await;
}

#[tokio::test]
async fn prices_meters_and_what_is_no_call() {
    let handle = start(config()).await;
    let list = call(&handle, "/api/pricelist", "pl", json!({ "status": "all" })).await;
    let first = &list.as_array().unwrap()[0];
    assert_eq!(
        names(first),
        [
            "active_period",
            "icon_url",
            "product_category",
            "product_code",
            "product_description",
            "product_details",
            "product_nominal",
            "product_price",
            "product_type",
            "status",
        ]
    );
    let meter = |number: &'static str| json!({ "customer_id": number });
    let found = call(&handle, "/api/inquiry-pln", "12345678901", meter("12345678901")).await;
    assert_eq!((&found["status"], &found["segment_power"]), (&json!("1"), &json!("R1 /000001300")));
    let none = call(&handle, "/api/inquiry-pln", "12345678902", meter("12345678902")).await;
    assert_eq!((&none["status"], &none["rc"]), (&json!("2"), &json!("14")));
    for (method, path, body, status, code) in [
        ("GET", "/api/check-balance", "", 404, "117"),
        ("POST", "/api/nothing", "{}", 404, "117"),
        ("POST", "/api/top-up", "username=x", 200, "107"),
    ] {
        let (got, _, body) = send(handle.address(), method, path, body).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((got, &body["data"]["rc"]), (status, &json!(code)), "{method} {path}");
    }
    handle.shutdown().await;
}
