//! The control endpoint can do what the handle can.

use ppob_simulator::Ledger;
use ppob_simulator::mmbc::{AccountView, MAGIC_NUMBERS, MmbcHandle};
use serde_json::{Value, json};

use super::support::{field, list, pay, send, start};

const NUMBER: &str = "530000001234";

async fn control(simulator: &MmbcHandle, method: &str, path: &str, body: &str) -> (u16, Value) {
    let path = format!("/control/{path}");
    let answer = send(simulator.control_address(), method, &path, body).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    (answer.status, answer.json())
}

#[tokio::test]
async fn it_tells_the_ledger_the_accounts_and_the_requests() {
    let simulator = start().await;
    for _ in 0..3 {
        pay(&simulator, "one", "PLNS20", NUMBER).await;
    }
    list(&simulator, "two").await;
    let (_, ledger) = control(&simulator, "GET", "ledger", "").await;
    let ledger: Ledger = serde_json::from_value(ledger).unwrap();
    assert_eq!(ledger, simulator.ledger());
    let (_, later) = control(&simulator, "GET", "ledger?after=2", "").await;
    assert_eq!(later["charges"].as_array().unwrap().len(), 1);

    let (_, accounts) = control(&simulator, "GET", "accounts", "").await;
    let accounts: Vec<AccountView> = serde_json::from_value(accounts).unwrap();
    assert_eq!(accounts, simulator.accounts());
    assert_eq!(accounts[0].balance, 10_000_000 - 3 * 20_700);

    let (_, requests) = control(&simulator, "GET", "requests", "").await;
    let read = json!({ "daftarharga": { "two": 1 }, "bayartagihan": { "one": 3 } });
    assert_eq!(requests["read"], read);
    let (_, magic) = control(&simulator, "GET", "magic", "").await;
    assert_eq!(magic.as_array().unwrap().len(), MAGIC_NUMBERS.len());
    simulator.shutdown().await;
}

#[tokio::test]
async fn faults_are_added_listed_and_cleared() {
    let simulator = start().await;
    let fault = json!({
        "fault": { "kind": "http_status", "status": 503, "stage": "after_debit" },
        "verb": "bayartagihan", "account": "one", "times": 2,
    });
    let (status, _) = control(&simulator, "POST", "faults", &fault.to_string()).await;
    assert_eq!(status, 200);
    assert_eq!(pay(&simulator, "one", "PLNS20", NUMBER).await.status, 503);
    let (_, faults) = control(&simulator, "GET", "faults", "").await;
    assert_eq!(faults[0]["times"], 1);
    assert_eq!(faults[0]["fault"], fault["fault"]);
    control(&simulator, "DELETE", "faults", "").await;
    assert_eq!(pay(&simulator, "one", "PLNS20", NUMBER).await.status, 200);
    simulator.shutdown().await;
}

#[tokio::test]
async fn every_kind_can_be_written_as_json() {
    let simulator = start().await;
    for kind in [
        json!({ "kind": "drop" }),
        json!({ "kind": "drop", "stage": "before_body", "ending": "reset" }),
        json!({ "kind": "stall", "milliseconds": 5 }),
        json!({ "kind": "garbage" }),
        json!({ "kind": "redirect", "status": 301, "location": "http://127.0.0.1:1/" }),
        json!({ "kind": "html_page" }),
        json!({ "kind": "empty_body" }),
        json!({ "kind": "truncated_body", "framing": "close_delimited" }),
        json!({ "kind": "late_execution", "milliseconds": 5, "hold": true }),
        json!({ "kind": "delay", "milliseconds": 5 }),
        json!({ "kind": "pending", "then": "no_data", "at_check": 2 }),
        json!({ "kind": "pending" }),
        json!({ "kind": "token_missing", "until_check": 2 }),
        json!({ "kind": "no_data" }),
        json!({ "kind": "closed" }),
        json!({ "kind": "insufficient_balance", "saldo": 100 }),
        json!({ "kind": "wrong_credentials" }),
        json!({ "kind": "ip_not_allowed", "ipaddr": "203.0.113.7" }),
        json!({ "kind": "unknown_number" }),
        json!({ "kind": "already_paid" }),
        json!({ "kind": "refusal", "reason": "RC 68" }),
        json!({ "kind": "price_change", "cost": 500 }),
        json!({ "kind": "php_notice" }),
        json!({ "kind": "utf8_bom" }),
        json!({ "kind": "content_type", "value": "text/plain" }),
        json!({ "kind": "raw_newline" }),
        json!({ "kind": "duplicate_rows" }),
        json!({ "kind": "missing_fields" }),
        json!({ "kind": "swapped_answer", "customer_number": "1" }),
        json!({ "kind": "unknown_status", "word": "proses" }),
    ] {
        let body = json!({ "fault": kind }).to_string();
        assert_eq!(control(&simulator, "POST", "faults", &body).await.0, 200, "{body}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn what_is_not_understood_is_refused_with_a_reason() {
    let simulator = start().await;
    for (method, path, body, status) in [
        ("POST", "faults", "not json", 400),
        ("POST", "faults", r#"{"fault": {"kind": "explode"}}"#, 400),
        ("POST", "faults", r#"{"fault": {"kind": "drop", "stagee": "after_debit"}}"#, 400),
        ("POST", "faults", r#"{"fault": {"kind": "no_data", "extra": 1}}"#, 400),
        ("POST", "faults", r#"{"fault": {"kind": "drop"}, "acount": "one"}"#, 400),
        ("POST", "faults", r#"{"fault": {"kind": "drop"}, "verb": "bayar"}"#, 400),
        ("POST", "faults", r#"{"fault": {"kind": "drop"}, "account": "nobody"}"#, 404),
        ("POST", "faults", r#"{"fault": {"kind": "drop"}, "product": "NOSUCH"}"#, 400),
        (
            "POST",
            "faults",
            r#"{"fault": {"kind": "drop", "stage": "before_body"}, "account": "one"}"#,
            400,
        ),
        ("POST", "accounts/nobody/deposit", r#"{"amount": 1}"#, 404),
        ("POST", "accounts/one/deposit", r#"{"amount": -99999999999}"#, 400),
        ("POST", "accounts/one/deposit", r#"{"amount": "1"}"#, 400),
        ("POST", "prices", r#"{"product": "NOSUCH"}"#, 400),
        ("POST", "prices", r#"{"product": "PLN", "fee": 9999999999}"#, 400),
        ("POST", "charges/1/refund", "", 404),
        ("POST", "charges/x/refund", "", 400),
        ("GET", "ledger?after=x", "", 400),
        ("GET", "nothing", "", 404),
    ] {
        let (answered, error) = control(&simulator, method, path, body).await;
        assert_eq!(answered, status, "{method} {path} {body}: {error}");
        assert!(!field(&error, "error").is_empty());
    }
    assert!(simulator.faults().is_empty());
    simulator.shutdown().await;
}

#[tokio::test]
async fn deposits_prices_and_refunds_change_what_the_api_says() {
    let simulator = start().await;
    let (_, deposited) =
        control(&simulator, "POST", "accounts/one/deposit", r#"{"amount": 500}"#).await;
    assert_eq!(deposited["balance"], 10_000_500);
    let price = r#"{"account": "one", "product": "PLNS20", "fee": 1000}"#;
    control(&simulator, "POST", "prices", price).await;
    let paid = pay(&simulator, "one", "PLNS20", NUMBER).await.json();
    assert_eq!(field(&paid, "ppob_debet"), "21.000");
    assert_eq!(field(&paid, "ppob_saldo"), "9.979.500");
    let (_, refunded) = control(&simulator, "POST", "charges/1/refund", "").await;
    assert_eq!(refunded["balance"], 10_000_500);
    simulator.shutdown().await;
}
