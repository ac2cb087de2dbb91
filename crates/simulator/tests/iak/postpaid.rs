//! The postpaid host, and the control endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ppob_simulator::iak::{Fault, FaultKind, IakConfig, IakHandle, PayTwice, Stage, Verb};
use serde_json::{Value, json};

use super::support::{USER, call, config, send, start};

const PATH: &str = "/api/v1/bill/check";

async fn inquire(handle: &IakHandle, reference: &str, code: &str, number: &str) -> Value {
    let fields =
        json!({ "commands": "inq-pasca", "ref_id": reference, "code": code, "hp": number });
    call(handle, PATH, reference, fields).await
}

async fn pay(handle: &IakHandle, tr_id: &Value) -> Value {
    let tr_id = tr_id.to_string();
    call(handle, PATH, &tr_id, json!({ "commands": "pay-pasca", "tr_id": tr_id })).await
}

async fn check(handle: &IakHandle, reference: &str) -> Value {
    call(handle, PATH, "cs", json!({ "commands": "checkstatus", "ref_id": reference })).await
}

#[tokio::test]
async fn an_inquiry_and_its_payment_answer_what_the_document_shows() {
    let handle = start(IakConfig { first_tr_id: 9_732_792, ..config() }).await;
    let told = inquire(&handle, "0912837A", "PLNPOSTPAID", "530000000001").await;
    let expected = json!({
        "tr_id": 9_732_792, "code": "PLNPOSTPAID", "hp": "530000000001",
        "tr_name": "SUBCRIBER NAME", "period": "201608", "nominal": 300_000, "admin": 2_500,
        "ref_id": "0912837A", "response_code": "00", "message": "INQUIRY SUCCESS",
        "price": 302_500, "selling_price": 301_900,
        "desc": {
            "tarif": "R1", "daya": 1_300, "lembar_tagihan": "1",
            "tagihan": { "detail": [ {
                "periode": "201608", "nilai_tagihan": "300000", "admin": "2500", "denda": "0",
                "total": 302_500,
            } ] },
        },
    });
    assert_eq!(told, expected);
    let before = check(&handle, "0912837A").await;
    assert_eq!((&before["status"], &before["response_code"]), (&json!(0), &json!("42")));
    assert!(before.get("datetime").is_none() && before.get("noref").is_none());
    let paid = pay(&handle, &told["tr_id"]).await;
    assert_eq!(
        (&paid["response_code"], &paid["datetime"]),
        (&json!("00"), &json!("20260115100000"))
    );
    assert_eq!(
        (&paid["balance"], &paid["desc"]["lembar_tagihan_sisa"]),
        (&json!(9_698_100), &json!(0))
    );
    assert!(paid.get("status").is_none(), "only a status check has one");
    let after = check(&handle, "0912837A").await;
    assert_eq!((&after["status"], &after["noref"]), (&json!(1), &paid["noref"]));
    let owed = inquire(&handle, "0912837B", "PLNPOSTPAID", "530000000001").await;
    assert_eq!(owed["response_code"], "01");
    handle.shutdown().await;
}

#[tokio::test]
async fn references_numbers_and_parameters_are_checked() {
    let handle = start(config()).await;
    inquire(&handle, "A1", "PGAS", "0110014601").await;
    for (reference, code, number, expected) in [
        ("A1", "PGAS", "0110014601", "11"),
        ("a-b", "PGAS", "0110014601", "03"),
        ("A2", "NOTHING", "0110014601", "20"),
        ("A3", "BPJS", "8801234560001", "107"),
        ("A4", "SHOPEEPAY", "082100000001", "93"),
        ("A5", "ESAMSAT.JABAR", "9658548523568701", "107"),
    ] {
        let refused = inquire(&handle, reference, code, number).await;
        assert_eq!(refused["response_code"], expected, "{code}");
    }
    assert_eq!(pay(&handle, &json!(1)).await["response_code"], "06");
    assert_eq!(check(&handle, "NONE").await["response_code"], "06");
    let unsigned = json!({ "commands": "checkstatus", "ref_id": "A1" });
    assert_eq!(call(&handle, PATH, "A1", unsigned).await["response_code"], "100");
    let command = call(&handle, PATH, "cs", json!({ "commands": "pay" })).await;
    assert_eq!(command["response_code"], "101");
    handle.shutdown().await;
}

#[tokio::test]
async fn time_closes_pln_at_night_and_inquiries_after_a_while() {
    const TIMES: [&str; 3] = ["2026-01-15 21:59:00", "2026-01-15 23:00:00", "2026-01-16 01:00:00"];
    let at = Arc::new(AtomicU32::new(0));
    let hand = Arc::clone(&at);
    let clock = move || TIMES[hand.load(Ordering::SeqCst) as usize].to_owned();
    let handle = start(config().local_time(clock)).await;
    let bill = inquire(&handle, "A1", "PLNPOSTPAID", "530000000001").await;
    let gas = inquire(&handle, "A2", "PGAS", "0110014601").await;
    at.store(1, Ordering::SeqCst);
    assert_eq!(pay(&handle, &bill["tr_id"]).await["response_code"], "109");
    let night = inquire(&handle, "A3", "PLNPOSTPAID", "530000000001").await;
    assert_eq!(night["response_code"], "109");
    assert_eq!(pay(&handle, &gas["tr_id"]).await["response_code"], "04", "an hour and a minute");
    at.store(2, Ordering::SeqCst);
    assert_eq!(pay(&handle, &bill["tr_id"]).await["response_code"], "04");
    assert_eq!(handle.ledger().charges.len(), 0);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_bill_that_two_inquiries_know_is_paid_once() {
    let handle = start(IakConfig { pay_twice: PayTwice::AlreadyPaid, ..config() }).await;
    let one = inquire(&handle, "A1", "PGAS", "0110014601").await;
    let two = inquire(&handle, "A2", "PGAS", "0110014601").await;
    assert_eq!(pay(&handle, &one["tr_id"]).await["response_code"], "00");
    assert_eq!(pay(&handle, &one["tr_id"]).await["response_code"], "01");
    assert_eq!(pay(&handle, &two["tr_id"]).await["response_code"], "34");
    assert_eq!(check(&handle, "A2").await["response_code"], "42");
    assert_eq!(handle.ledger().charges.len(), 1);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_lost_request_does_nothing_and_a_lost_answer_everything() {
    let handle = start(config()).await;
    for (reference, number, stage, code) in [
        ("A1", "0110014601", Stage::BeforeWork, "42"),
        ("A2", "0110014611", Stage::AfterWork, "00"),
    ] {
        let told = inquire(&handle, reference, "PGAS", number).await;
        let lost = FaultKind::Drop { stage, ending: ppob_simulator::Ending::Fin };
        handle
            .add_fault(Fault::new(lost).verb(Verb::PayPasca).customer_number(number).times(1))
            .unwrap();
        let tr_id = told["tr_id"].to_string();
        let body = json!({
            "commands": "pay-pasca", "username": USER, "tr_id": tr_id, "sign": sign(&tr_id),
        });
        let answer = send(handle.address(), "POST", PATH, &body.to_string()).await;
        assert!(answer.is_none(), "{stage:?}");
        assert_eq!(check(&handle, reference).await["response_code"], code, "{stage:?}");
    }
    assert_eq!(handle.faults(), []);
    assert_eq!(handle.ledger().charges.len(), 1);
    handle.shutdown().await;
}

fn sign(what: &str) -> String {
    use md5::Digest as _;
    let text = format!("{USER}{}{what}", super::support::KEY);
    data_encoding::HEXLOWER.encode(&md5::Md5::digest(text))
}

#[tokio::test]
async fn the_control_endpoint_shows_and_changes_what_a_test_can() {
    let handle = start(config()).await;
    let address = handle.control_url();
    let address = address.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let address = address.parse().unwrap();
    let control = async |method: &str, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, _, body) = send(address, method, path, &body).await.unwrap();
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    let drop = json!({ "fault": { "kind": "drop", "stage": "after_work" }, "verb": "pay-pasca" });
    assert_eq!(control("POST", "/control/faults", drop.clone()).await.0, 200);
    let shown = control("GET", "/control/faults", Value::Null).await.1;
    assert_eq!(shown[0]["verb"], "pay-pasca");
    assert_eq!(control("DELETE", "/control/faults", Value::Null).await.0, 200);
    let bad = json!({ "fault": { "kind": "surprise" } });
    assert_eq!(control("POST", "/control/faults", bad).await.0, 400);
    let more =
        control("POST", &format!("/control/accounts/{USER}/deposit"), json!({ "amount": 5 })).await;
    assert_eq!(more, (200, json!({ "balance": 10_000_005 })));
    assert_eq!(
        control("GET", "/control/accounts", Value::Null).await.1,
        json!({ USER: 10_000_005 })
    );
    let close = json!({ "code": "PGAS", "closed": true });
    assert_eq!(control("POST", "/control/products", close).await.0, 200);
    assert_eq!(inquire(&handle, "A1", "PGAS", "0110014601").await["response_code"], "106");
    let told = inquire(&handle, "A2", "TVBIG", "1072161407").await;
    assert_eq!(pay(&handle, &told["tr_id"]).await["response_code"], "39");
    let settle = json!({ "username": USER, "ref_id": "A2", "success": true });
    assert_eq!(control("POST", "/control/settle", settle.clone()).await.0, 200);
    assert_eq!(control("POST", "/control/settle", settle).await.0, 404);
    assert_eq!(check(&handle, "A2").await["status"], 1);
    let ledger = control("GET", "/control/ledger?after=0", Value::Null).await.1;
    assert_eq!(ledger["charges"][0]["product"], "TVBIG");
    assert_eq!(control("GET", "/control/nothing", Value::Null).await.0, 404);
    handle.shutdown().await;
}
