//! The simulated Digiflazz over real sockets, seen by a raw client.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};
use ppob_simulator::digiflazz::{
    AccountConfig, DigiflazzConfig, DigiflazzHandle, DigiflazzSimulator, DigiflazzStartError,
    MAGIC_NUMBERS,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const DEPOSIT: i64 = 1_000_000;

async fn start() -> DigiflazzHandle {
    let account = AccountConfig::new("demo-user", "dev-key", "prod-key", DEPOSIT);
    DigiflazzSimulator::start(DigiflazzConfig::new(vec![account])).await.unwrap()
}

/// Sends one request to an address such as `http://127.0.0.1:1/v1`, and gives back status and JSON.
async fn send(method: &str, base: &str, path: &str, body: &str) -> (u16, Value) {
    let (host, prefix) = base.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "{method} /{prefix}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = String::new();
    stream.read_to_string(&mut received).await.unwrap();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
}

fn sign(key: &str, over: &str) -> String {
    HEXLOWER.encode(&Md5::digest(format!("demo-user{key}{over}")))
}

/// A purchase as it is documented.
fn purchase(reference: &str) -> Value {
    json!({
        "username": "demo-user", "buyer_sku_code": "xld10", "customer_no": "087800001230",
        "ref_id": reference, "testing": true, "sign": sign("dev-key", reference),
    })
}

async fn transact(simulator: &DigiflazzHandle, body: &Value) -> Value {
    let url = simulator.base_url();
    let (status, answer) = send("POST", &url, "/transaction", &body.to_string()).await;
    assert_eq!(status, 200);
    answer["data"].clone()
}

async fn control(
    simulator: &DigiflazzHandle,
    method: &str,
    path: &str,
    body: &str,
) -> (u16, Value) {
    send(method, &simulator.control_url(), path, body).await
}

#[tokio::test]
async fn a_call_passes_every_check_in_order_before_its_reference_is_looked_at() {
    let simulator = start().await;
    assert_eq!(transact(&simulator, &purchase("R1")).await["rc"], "00");
    // Each of these is wrong in all that follows, too; the first of them answers.
    let mut wrong = purchase("R1");
    wrong["customer_no"] = json!("087800001232");
    assert_eq!(transact(&simulator, &wrong).await["rc"], "49");
    simulator.deposit("demo-user", 10_000 - DEPOSIT).unwrap();
    simulator.deposit("demo-user", -1).unwrap_err();
    assert_eq!(transact(&simulator, &wrong).await["rc"], "44");
    wrong["buyer_sku_code"] = json!("nothing");
    assert_eq!(transact(&simulator, &wrong).await["rc"], "43");
    wrong["max_price"] = json!("cheap");
    assert_eq!(transact(&simulator, &wrong).await["rc"], "40");
    wrong["sign"] = json!(sign("other-key", "R1"));
    assert_eq!(transact(&simulator, &wrong).await["rc"], "41");
    wrong["username"] = json!("nobody");
    assert_eq!(transact(&simulator, &wrong).await["rc"], "42");
    assert_eq!(simulator.ledger().charges.len(), 1);
    simulator.shutdown().await;
}

#[tokio::test]
async fn the_same_purchase_under_the_same_reference_is_debited_once() {
    let simulator = start().await;
    let first = transact(&simulator, &purchase("R1")).await;
    assert_eq!((&first["status"], &first["price"]), (&json!("Sukses"), &json!(10_000)));
    assert_eq!(first["buyer_last_saldo"], DEPOSIT - 10_000);
    simulator.pass(Duration::from_mins(1));
    let again = transact(&simulator, &purchase("R1")).await;
    assert_eq!(first, again);
    assert_eq!(simulator.violations(), []);
    transact(&simulator, &purchase("R1")).await;
    assert_eq!(simulator.violations().len(), 1);
    // Another reference is another purchase.
    transact(&simulator, &purchase("R2")).await;
    assert_eq!(simulator.ledger().charges.len(), 2);
    assert_eq!(simulator.calls("R1"), 3);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_production_key_does_not_play() {
    let simulator = start().await;
    let mut body = purchase("R1");
    body["sign"] = json!(sign("prod-key", "R1"));
    assert_eq!(transact(&simulator, &body).await["rc"], "41");
    body["testing"] = json!(false);
    // With it the test numbers are numbers like any other.
    body["customer_no"] = json!("087800001232");
    assert_eq!(transact(&simulator, &body).await["rc"], "00");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_bill_is_paid_after_its_inquiry_of_the_same_day_only() {
    let simulator = start().await;
    let call = |command: &str, reference: &str| {
        json!({
            "commands": command, "username": "demo-user", "buyer_sku_code": "pln",
            "customer_no": "530000000001", "ref_id": reference, "sign": sign("dev-key", reference),
        })
    };
    assert_eq!(transact(&simulator, &call("pay-pasca", "R1")).await["rc"], "50");
    let owed = transact(&simulator, &call("inq-pasca", "R1")).await;
    assert_eq!((&owed["price"], &owed["selling_price"]), (&json!(10_000), &json!(11_000)));
    assert_eq!(owed["buyer_last_saldo"], DEPOSIT);
    let missing = transact(&simulator, &call("status-pasca", "R1")).await;
    assert_eq!(missing["message"], "Data belum ada");
    simulator.pass(Duration::from_hours(14));
    assert_eq!(transact(&simulator, &call("pay-pasca", "R1")).await["rc"], "50");
    assert_eq!(simulator.violations().len(), 1);
    transact(&simulator, &call("inq-pasca", "R2")).await;
    let paid = transact(&simulator, &call("pay-pasca", "R2")).await;
    assert_eq!(paid["buyer_last_saldo"], DEPOSIT - 10_000);
    assert_eq!(paid["desc"]["detail"][0]["meter_awal"], "00080000");
    let stands = transact(&simulator, &call("status-pasca", "R2")).await;
    assert_eq!(stands["status"], "Sukses");
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_price_list_too_soon_is_an_object_in_the_lists_place() {
    let simulator = start().await;
    let list = |cmd: &str| {
        json!({ "cmd": cmd, "username": "demo-user", "sign": sign("dev-key", "pricelist") })
            .to_string()
    };
    let url = simulator.base_url();
    for cmd in ["prepaid", "pasca"] {
        let (_, answer) = send("POST", &url, "/price-list", &list(cmd)).await;
        assert!(answer["data"].is_array());
        let (_, answer) = send("POST", &url, "/price-list", &list(cmd)).await;
        assert_eq!(answer["data"]["rc"], "83");
    }
    simulator.pass(Duration::from_mins(5));
    let (_, answer) = send("POST", &url, "/price-list", &list("prepaid")).await;
    assert_eq!(answer["data"].as_array().unwrap().len(), 5);
    simulator.shutdown().await;
}

#[tokio::test]
async fn everything_can_be_switched_from_outside() {
    let simulator = start().await;
    let fault = r#"{"fault":{"kind":"reworded","rc":"04"},"verb":"top-up","times":1}"#;
    assert_eq!(control(&simulator, "POST", "/faults", fault).await.0, 200);
    assert_eq!(control(&simulator, "GET", "/faults", "").await.1.as_array().unwrap().len(), 1);
    assert_eq!(transact(&simulator, &purchase("R1")).await["rc"], "04");
    assert_eq!(control(&simulator, "GET", "/faults", "").await.1, json!([]));
    let product = r#"{"code":"xld10","price":10500,"stock":0}"#;
    assert_eq!(control(&simulator, "POST", "/products", product).await.0, 200);
    assert_eq!(transact(&simulator, &purchase("R2")).await["rc"], "68");
    let (_, ledger) = control(&simulator, "GET", "/ledger", "").await;
    assert_eq!(ledger["charges"].as_array().unwrap().len(), 1);
    assert_eq!(ledger["pay_requests"]["demo-user"], 2);
    assert_eq!(control(&simulator, "GET", "/ledger?after=1", "").await.1["charges"], json!([]));
    let (_, told) =
        control(&simulator, "POST", "/accounts/demo-user/deposit", r#"{"amount":10000}"#).await;
    assert_eq!(told["balance"], DEPOSIT);
    assert_eq!(control(&simulator, "POST", "/pass", r#"{"seconds":90}"#).await.0, 200);
    assert_eq!(control(&simulator, "POST", "/settle", "").await.1["sent"], 0);
    assert_eq!(control(&simulator, "GET", "/violations", "").await.1, json!([]));
    assert_eq!(control(&simulator, "GET", "/requests", "").await.1["top-up"], 2);
    for (method, path, body, status) in [
        ("POST", "/faults", r#"{"fault":{"kind":"nonsense"}}"#, 400),
        ("POST", "/products", r#"{"code":"nothing"}"#, 404),
        ("POST", "/accounts/nobody/deposit", r#"{"amount":1}"#, 404),
        ("POST", "/accounts/demo-user/deposit", r#"{"amount":-99999999}"#, 400),
        // It has no address.
        ("POST", "/accounts/demo-user/ping", "", 404),
        ("GET", "/nothing", "", 404),
    ] {
        assert_eq!(control(&simulator, method, path, body).await.0, status, "{path}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn with_magic_numbers_the_last_four_digits_choose_and_what_is_pending_ends_from_outside() {
    let account = AccountConfig::new("demo-user", "dev-key", "prod-key", DEPOSIT);
    let config = DigiflazzConfig { magic_numbers: true, ..DigiflazzConfig::new(vec![account]) };
    let simulator = DigiflazzSimulator::start(config).await.unwrap();
    let to = |reference: &str, number: &str| {
        let mut body = purchase(reference);
        body["customer_no"] = json!(number);
        body
    };
    assert_eq!(transact(&simulator, &to("R1", "087800000301")).await["rc"], "54");
    assert_eq!(simulator.ledger().charges.len(), 0);
    // For ever: no look-up ends it.
    for _ in 0..3 {
        assert_eq!(transact(&simulator, &to("R2", "087800000102")).await["rc"], "03");
    }
    let end = r#"{"ref_id":"R2","success":true}"#;
    assert_eq!(control(&simulator, "POST", "/settle", end).await.0, 200);
    assert_eq!(transact(&simulator, &to("R2", "087800000102")).await["rc"], "00");
    transact(&simulator, &to("R3", "087800000102")).await;
    let end = r#"{"ref_id":"R3","success":false}"#;
    assert_eq!(control(&simulator, "POST", "/settle", end).await.0, 200);
    let refunded: Vec<bool> =
        simulator.ledger().charges.iter().map(|charge| charge.refunded).collect();
    assert_eq!(refunded, [false, true]);
    let (_, magic) = control(&simulator, "GET", "/magic", "").await;
    assert_eq!(magic.as_array().unwrap().len(), MAGIC_NUMBERS.len());
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_simulator_needs_accounts_each_once() {
    let none = DigiflazzSimulator::start(DigiflazzConfig::new(Vec::new())).await;
    assert!(matches!(none, Err(DigiflazzStartError::NoAccount)));
    let twice = vec![
        AccountConfig::new("demo-user", "a", "b", 1),
        AccountConfig::new("demo-user", "c", "d", 1),
    ];
    let twice = DigiflazzSimulator::start(DigiflazzConfig::new(twice)).await;
    assert!(matches!(twice, Err(DigiflazzStartError::DuplicateAccount(_))));
}
