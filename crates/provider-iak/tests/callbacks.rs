//! Callbacks: whose they are, what they say, and what is no callback.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_simulator::CallbackAddress;
use ppob_simulator::iak::{
    AccountConfig, Fault, FaultKind, IakConfig, IakSimulator, PendingEnd, Verb,
};
use ppob_types::{Family, PayOutcome, Rupiah, StatusVerdict};
use serde_json::{Value, json};
use support::{
    API_KEY, USERNAME, attempt, body, context, payment, permit, provider, reference, top_up,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// `md5(username + api_key + "order001")` of the tests' account, known from elsewhere.
const SIGNED_ORDER001: &str = "9c95b3587f5c2fda7ab7a1a67cbaa45f";

fn decode(body: &str) -> Result<Callback, CallbackError> {
    let built = provider("https://iak.example", json!({}));
    let raw =
        RawCallback { headers: Vec::new(), query: Vec::new(), body: body.as_bytes().to_vec() };
    built.provider.decode_callback(&raw)
}

/// A success as the document shows it, all of it text.
fn success(changes: Value) -> String {
    let data = json!({
        "ref_id": "order001",
        "status": "1",
        "product_code": "xld25000",
        "customer_id": "0817777215",
        "price": "25000",
        "message": "SUCCESS",
        "sn": "123456789",
        "balance": "997061249",
        "tr_id": "3482",
        "rc": "00",
        "sign": SIGNED_ORDER001,
    });
    body(data, changes)
}

#[test]
fn fact_15_numbers_are_text_in_callbacks_and_numbers_in_answers() {
    let callback = decode(&success(json!({}))).unwrap();
    assert_eq!(callback.report.verdict, StatusVerdict::Succeeded);
    assert_eq!(callback.report.observed.charged, Some(Rupiah::new(25_000)));
    assert_eq!(callback.report.observed.balance_after, Some(Rupiah::new(997_061_249)));
    assert_eq!(callback.provider_ref.as_ref().unwrap().as_str(), "prepaid-3482");
    let as_numbers =
        json!({ "status": 1, "price": 25_000, "balance": 997_061_249, "tr_id": 3_482 });
    let numbers = decode(&success(as_numbers)).unwrap();
    assert_eq!(numbers.report.verdict, callback.report.verdict);
    assert_eq!(numbers.report.observed.charged, callback.report.observed.charged);
    assert_eq!(numbers.provider_ref, callback.provider_ref);
}

#[test]
fn a_callback_names_customer_product_and_our_reference_if_it_is_one() {
    let callback = decode(&success(json!({}))).unwrap();
    assert_eq!(callback.attempt, None, "order001 is no reference of ours");
    assert_eq!(callback.customer.unwrap().expose(), "0817777215");
    assert_eq!(callback.provider_code.as_deref(), Some("xld25000"));
    let version_1 = json!({
        "product_code": null, "customer_id": null, "code": "xld25000", "hp": "0817777215",
    });
    let callback = decode(&success(version_1)).unwrap();
    assert_eq!(callback.customer.unwrap().expose(), "0817777215");
    assert_eq!(callback.provider_code.as_deref(), Some("xld25000"));
}

#[test]
fn fact_64_the_signature_covers_the_reference_and_nothing_else() {
    for changes in [
        json!({ "sign": "" }),
        json!({ "sign": null }),
        json!({ "ref_id": null }),
        json!({ "ref_id": "order002" }),
        json!({ "sign": SIGNED_ORDER001.to_uppercase() }),
        json!({ "sign": "0".repeat(32) }),
    ] {
        assert_eq!(
            decode(&success(changes.clone())),
            Err(CallbackError::NotAuthentic),
            "{changes}"
        );
    }
    // So whoever saw one can write another: it is for the engine to ask, which it can.
    let forged = decode(&success(json!({ "status": "2", "rc": "07", "sn": null }))).unwrap();
    assert!(matches!(forged.report.verdict, StatusVerdict::Rejected(_)));
    assert_eq!((forged.report.observed.charged, forged.report.observed.provider_ref), (None, None));
    let built = provider("https://iak.example", json!({}));
    assert!(built.provider.capability(Family::MobileTopUp).status.possible(false));
}

#[test]
fn fact_66_callbacks_may_come_first_twice_or_in_another_order_and_each_reads_by_itself() {
    let process = success(json!({ "status": "0", "rc": "39", "sn": null }));
    let failed = success(json!({ "status": "2", "rc": "07", "sn": null }));
    let alone = [&success(json!({})), &failed, &process].map(|body| decode(body).unwrap());
    // One provider, which has sent nothing, is told all of them, and again the other way round.
    let built = provider("https://iak.example", json!({}));
    let told = |body: &str| {
        let body = body.as_bytes().to_vec();
        built.provider.decode_callback(&RawCallback {
            headers: Vec::new(),
            query: Vec::new(),
            body,
        })
    };
    let [success, refused, pending] = alone;
    let body = self::success(json!({}));
    for _ in 0..2 {
        assert_eq!(told(&failed), Ok(refused.clone()));
        assert_eq!(told(&body), Ok(success.clone()));
        assert_eq!(told(&process), Ok(pending.clone()));
    }
}

#[test]
fn what_is_on_no_list_or_contradicts_itself_is_pending_at_most() {
    for (status, code) in
        [("1", "39"), ("1", "17"), ("0", "00"), ("2", "88"), ("9", "00"), ("2", "39")]
    {
        let callback = decode(&success(json!({ "status": status, "rc": code }))).unwrap();
        assert_eq!(callback.report.verdict, StatusVerdict::Pending, "{status} {code}");
        let shown = callback.report.observed.unlisted.unwrap();
        assert!(!shown.contains("0817777215"), "{shown}");
    }
    // Failed, and here is the serial number, or the PIN of the voucher.
    for told in [json!({}), json!({ "sn": "", "pin": "000003482" })] {
        let mut told = told;
        (told["status"], told["rc"]) = (json!("2"), json!("07"));
        let callback = decode(&success(told)).unwrap();
        assert_eq!(callback.report.verdict, StatusVerdict::Pending);
        assert!(callback.report.observed.unlisted.is_some());
    }
    let process = decode(&success(json!({ "status": "0", "rc": "39" }))).unwrap();
    assert_eq!(
        (process.report.verdict, process.report.observed.unlisted),
        (StatusVerdict::Pending, None)
    );
}

#[test]
fn what_is_no_json_object_with_data_is_unreadable() {
    let whole = success(json!({}));
    let twice = whole.replace("\"rc\":\"00\"", "\"rc\":\"00\",\"rc\":\"07\"");
    for body in ["", "{}", "[]", "<mp></mp>", "ref_id=order001", &whole[..whole.len() - 2], &twice]
    {
        assert_eq!(decode(body), Err(CallbackError::Unreadable), "{body}");
    }
}

/// Takes one request, answers it with 200, and gives its body.
async fn receive(listener: &TcpListener) -> Vec<u8> {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    loop {
        stream.read_buf(&mut request).await.unwrap();
        let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let (head, body) = request.split_at(end + 4);
        let head = String::from_utf8(head.to_vec()).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.unwrap().parse::<usize>().unwrap() {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
            return body.to_vec();
        }
    }
}

#[tokio::test]
async fn a_top_up_that_ends_is_told_and_the_provider_can_be_asked_about_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = format!("http://{}/callbacks/iak", listener.local_addr().unwrap());
    let config = IakConfig {
        callbacks: CallbackAddress::parse(&to).ok(),
        ..IakConfig::new(vec![AccountConfig::new(USERNAME, API_KEY, 1_000_000)])
    };
    let simulator = IakSimulator::start(config).await.unwrap();
    let built = provider(&simulator.base_url(), json!({}));
    let by_hand = FaultKind::Pending { then: PendingEnd::Never, at_check: 1 };
    simulator.add_fault(Fault::new(by_hand).verb(Verb::TopUp)).unwrap();
    let request = payment(Family::PlnPrepaid, "hpln20000", "12345678901", None);
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Pending);

    for (success, class) in [(true, "succeeded"), (false, "rejected")] {
        simulator.settle(USERNAME, reference().as_str(), success).unwrap();
        let body = receive(&listener).await;
        assert_eq!(Some(&body), simulator.callback_body(USERNAME, reference().as_str()).as_ref());
        let raw = RawCallback { headers: Vec::new(), query: Vec::new(), body };
        let callback = built.provider.decode_callback(&raw).unwrap();
        assert_eq!(callback.attempt, Some(reference()));
        assert_eq!(callback.provider_ref, answer.observed.provider_ref);
        assert_eq!(callback.report.verdict.class(), class);
        let asked = built.provider.check_status(&context(), &attempt(&request)).await.unwrap();
        assert_eq!(asked.verdict, callback.report.verdict);
    }
    assert_eq!(simulator.wait_for_callbacks(2).await, [200, 200]);
    assert!(simulator.ledger().charges[0].refunded);
    assert_eq!(top_up().purchase.family, Family::MobileTopUp);
    simulator.shutdown().await;
}
