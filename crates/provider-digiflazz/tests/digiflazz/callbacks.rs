//! What Digiflazz tells by itself.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use ppob_provider::{CallbackError, RawCallback};
use ppob_simulator::CallbackAddress;
use ppob_simulator::digiflazz::{
    DigiflazzConfig, DigiflazzHandle, DigiflazzSimulator, Fault, FaultKind,
};
use ppob_types::{
    AttemptId, PayOutcome, RefusalCode, RefusalScope, Rejection, Rupiah, Sensitive, StatusVerdict,
};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::support::{Peer, Shop, account, topup};

fn signed(secret: &str, body: &[u8]) -> RawCallback {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let signature = format!("sha1={}", HEXLOWER.encode(&mac.finalize().into_bytes()));
    let headers = vec![
        ("x-hub-signature".to_owned(), Sensitive::new(signature)),
        ("x-digiflazz-event".to_owned(), Sensitive::from("update")),
        ("user-agent".to_owned(), Sensitive::from("Digiflazz-Hookshot")),
    ];
    RawCallback { headers, query: Vec::new(), body: body.to_vec() }
}

fn says(rc: &str, status: &str) -> Value {
    json!({ "data": {
        "ref_id": "P00000000000BN1", "customer_no": "087800001233", "buyer_sku_code": "xld10",
        "message": "Sukses", "status": status, "rc": rc, "sn": "1234567890",
        "buyer_last_saldo": 990_000, "price": 10_000,
    } })
}

fn shop() -> Shop {
    Shop::at("https://127.0.0.1:1/v1", json!({}))
}

fn decode(shop: &Shop, raw: &RawCallback) -> Result<ppob_provider::Callback, CallbackError> {
    shop.built.provider.decode_callback(raw)
}

async fn calling(url: &str) -> DigiflazzHandle {
    let address = CallbackAddress::parse(url).unwrap();
    let account = account().webhook(address, "whsec-demo");
    DigiflazzSimulator::start(DigiflazzConfig::new(vec![account])).await.unwrap()
}

#[test]
fn fact_63_only_what_is_signed_over_its_raw_bytes_is_believed_and_a_ping_is_about_nothing() {
    let shop = shop();
    let body = says("00", "Sukses").to_string();
    let good = signed("whsec-demo", body.as_bytes());
    assert!(decode(&shop, &good).is_ok());

    let mut unsigned = good.clone();
    unsigned.headers.retain(|(name, _)| name != "x-hub-signature");
    let mut twice = good.clone();
    twice.headers.push(good.headers[0].clone());
    // The same JSON in other bytes.
    let mut respaced = good.clone();
    respaced.body.push(b' ');
    for forged in [unsigned, twice, respaced, signed("whsec-other", body.as_bytes())] {
        assert_eq!(decode(&shop, &forged), Err(CallbackError::NotAuthentic));
    }
    // Nothing that is not authentic is read at all.
    let mut unreadable = signed("whsec-other", b"{");
    assert_eq!(decode(&shop, &unreadable), Err(CallbackError::NotAuthentic));
    unreadable = signed("whsec-demo", b"{");
    assert_eq!(decode(&shop, &unreadable), Err(CallbackError::Unreadable));

    let ping =
        json!({ "sed": "x", "hook_id": "1", "hook": { "secret": "whsec-demo" } }).to_string();
    assert_eq!(decode(&shop, &signed("whsec-demo", ping.as_bytes())), Err(CallbackError::Ping));
    let nothing = json!({ "x": 1 }).to_string();
    let nothing = signed("whsec-demo", nothing.as_bytes());
    assert_eq!(decode(&shop, &nothing), Err(CallbackError::Unreadable));
}

#[test]
fn without_a_secret_of_ours_no_callback_is_believed() {
    let shop = Shop::at("https://127.0.0.1:1/v1", json!({ "webhook_secret": null }));
    let body = says("00", "Sukses").to_string();
    for raw in [
        signed("whsec-demo", body.as_bytes()),
        signed("", body.as_bytes()),
        RawCallback { headers: Vec::new(), query: Vec::new(), body: body.into_bytes() },
    ] {
        assert_eq!(decode(&shop, &raw), Err(CallbackError::NotAuthentic));
    }
    let bills = ppob_types::Family::PlnPostpaid;
    assert!(!shop.built.provider.capability(bills).callbacks);
}

#[test]
fn fact_68_a_callback_names_reference_product_and_number_so_that_all_can_be_held_against_ours() {
    let body = says("00", "Sukses").to_string();
    let news = decode(&shop(), &signed("whsec-demo", body.as_bytes())).unwrap();
    assert_eq!(news.attempt, AttemptId::parse("P00000000000BN1").ok());
    assert_eq!(news.customer.unwrap().expose(), "087800001233");
    assert_eq!(news.provider_code.as_deref(), Some("xld10"));
    assert_eq!(news.report.verdict, StatusVerdict::Succeeded);
    assert_eq!(news.report.observed.charged, Some(Rupiah::new(10_000)));
    // Somebody buys by hand from the same account.
    let body = body.replace("P00000000000BN1", "REF-0001");
    let news = decode(&shop(), &signed("whsec-demo", body.as_bytes())).unwrap();
    assert_eq!(news.attempt, None);
}

#[test]
fn a_callback_says_what_a_look_up_would_say() {
    let no = Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider };
    for (rc, status, verdict) in [
        ("00", "Sukses", Some(StatusVerdict::Succeeded)),
        ("03", "Pending", Some(StatusVerdict::Pending)),
        ("99", "Pending", Some(StatusVerdict::Pending)),
        ("01", "Gagal", Some(StatusVerdict::Pending)),
        ("02", "Gagal", Some(StatusVerdict::Rejected(no))),
        ("74", "Gagal", Some(StatusVerdict::Reversed)),
        ("44", "Gagal", None),
        ("58", "Gagal", None),
        ("60", "Gagal", None),
        ("85", "Gagal", None),
        ("86", "Gagal", None),
        ("04", "Gagal", None),
        ("00", "Gagal", None),
    ] {
        let mut body = says(rc, status);
        if status == "Gagal" {
            body["data"]["sn"] = json!("");
        }
        let body = body.to_string();
        let read = decode(&shop(), &signed("whsec-demo", body.as_bytes()));
        assert_eq!(read.ok().map(|news| news.report.verdict), verdict, "{rc} {status}");
    }
}

#[test]
fn a_callback_that_refuses_and_brings_a_serial_number_is_no_verdict() {
    let body = says("02", "Gagal").to_string();
    let read = decode(&shop(), &signed("whsec-demo", body.as_bytes()));
    assert_eq!(read, Err(CallbackError::Unreadable));
}

#[test]
fn a_callback_with_the_answer_to_a_bills_inquiry_tells_of_no_payment() {
    let mut body = says("00", "Sukses");
    body["data"]["selling_price"] = json!(11_000);
    let read = |body: &Value| decode(&shop(), &signed("whsec-demo", body.to_string().as_bytes()));
    assert_eq!(read(&body).unwrap().report.verdict, StatusVerdict::Succeeded);
    body["data"].as_object_mut().unwrap().remove("sn");
    assert_eq!(read(&body), Err(CallbackError::Unreadable));
    body["data"].as_object_mut().unwrap().remove("selling_price");
    assert_eq!(read(&body).unwrap().report.verdict, StatusVerdict::Succeeded, "of a top-up");
}

#[test]
fn a_success_that_is_told_brings_its_serial_number_but_what_may_be_a_token_is_left_to_the_check() {
    let told = |rc: &str, status: &str, serial: &str| {
        let mut body = says(rc, status);
        body["data"]["sn"] = json!(serial);
        let body = body.to_string();
        let news = decode(&shop(), &signed("whsec-demo", body.as_bytes())).unwrap();
        news.report.observed.receipt
    };
    for serial in ["1234567890", "ABCD-EFGH-1234", "03500100001234567890123"] {
        let receipt = told("00", "Sukses", serial).unwrap();
        assert_eq!(receipt.reference.as_ref().map(Sensitive::expose), Some(serial));
        let line = receipt.lines.iter().find(|line| line.label == "SN").unwrap();
        assert_eq!(line.value.expose(), serial);
        // Neither our price nor our deposit.
        assert!(!receipt.raw_fields.contains_key("price"));
        assert!(!receipt.raw_fields.contains_key("buyer_last_saldo"));
    }
    for token in [
        "12345678910111213141",
        "1234-5678-9101-1121-3141/BUDI/R1/900VA/13.5",
        "1234 5678 9101 1121 3141 / BUDI",
        "BUDI/12345678910111213141",
    ] {
        assert_eq!(told("00", "Sukses", token), None, "{token}");
    }
    for (rc, status) in [("03", "Pending"), ("01", "Gagal"), ("74", "Gagal")] {
        assert_eq!(told(rc, status, "ABCD-EFGH-1234"), None, "{rc}");
    }
}

#[test]
fn fact_67_who_calls_himself_digiflazz_is_not_believed_for_it_and_who_does_not_is_not_refused_for_it()
 {
    let body = says("00", "Sukses").to_string();
    for agent in ["Digiflazz-Hookshot", "Digiflazz-Pasca-Hookshot", "curl/8", ""] {
        let mut raw = signed("whsec-demo", body.as_bytes());
        raw.headers[2].1 = Sensitive::from(agent);
        assert!(decode(&shop(), &raw).is_ok());
        raw.headers.remove(0);
        assert_eq!(decode(&shop(), &raw), Err(CallbackError::NotAuthentic));
    }
    for (event, known) in [("create", true), ("update", true), ("delete", false), ("", false)] {
        let mut raw = signed("whsec-demo", body.as_bytes());
        raw.headers[1].1 = Sensitive::from(event);
        assert_eq!(decode(&shop(), &raw).is_ok(), known, "{event}");
    }
}

#[tokio::test]
async fn fact_66_callbacks_come_early_late_twice_and_out_of_order_and_each_says_the_same_anew() {
    let early = FaultKind::Callbacks { early: true, twice: true, reordered: true, lost: false };
    let listener = Peer::saying(&json!({})).await;
    let simulator = calling(&listener.url).await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    simulator.add_fault(Fault::new(early).times(1));
    let paid = shop.pay(&topup("087800001233")).await;
    assert_eq!(paid.outcome, PayOutcome::Pending);
    // They were all there before the answer was.
    let received = listener.received(4).await;
    assert_eq!(received.len(), 4);
    let news: Vec<_> = received.iter().map(|raw| decode(&shop, raw).unwrap()).collect();
    let verdicts: Vec<_> = news.iter().map(|news| news.report.verdict.clone()).collect();
    let (done, pending) = (StatusVerdict::Succeeded, StatusVerdict::Pending);
    assert_eq!(verdicts, [done.clone(), done, pending.clone(), pending]);
    assert_eq!(news[0], news[1]);
    let attempt = AttemptId::parse("P00000000000BN1").ok();
    assert!(news.iter().all(|news| news.attempt == attempt));
    let sent = simulator.callbacks(4).await;
    let events: Vec<&str> = sent.iter().map(|sent| sent.event).collect();
    assert_eq!(events, ["update", "update", "create", "create"]);
    simulator.shutdown().await;
}

#[tokio::test]
async fn the_simulated_provider_creates_updates_and_pings_as_documented() {
    let listener = Peer::saying(&json!({})).await;
    let simulator = calling(&listener.url).await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    assert_eq!(shop.pay(&topup("087800001234")).await.outcome, PayOutcome::Pending);
    assert_eq!(listener.received(1).await.len(), 1);
    simulator.settle().await;
    simulator.ping("demo-user").await.unwrap();
    let received = listener.received(3).await;
    let verdict = |raw: &RawCallback| decode(&shop, raw).map(|news| news.report.verdict);
    let no = Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider };
    assert_eq!(verdict(&received[0]), Ok(StatusVerdict::Pending));
    assert_eq!(verdict(&received[1]), Ok(StatusVerdict::Rejected(no)));
    assert_eq!(verdict(&received[2]), Err(CallbackError::Ping));
    let sent = simulator.callbacks(3).await;
    assert!(sent.iter().all(|sent| sent.status == Some(200)));
    assert_eq!(simulator.ledger().cost_of("demo-user"), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn what_is_pending_ends_by_itself_and_tells_so_at_the_address_of_the_purchase() {
    let (account_wide, own) = (Peer::saying(&json!({})).await, Peer::saying(&json!({})).await);
    let address = CallbackAddress::parse(&account_wide.url).unwrap();
    let account = account().webhook(address, "whsec-demo");
    let mut config = DigiflazzConfig::new(vec![account]);
    config.ends_after = Some(std::time::Duration::from_millis(20));
    let simulator = DigiflazzSimulator::start(config).await.unwrap();
    let shop = Shop::at(&simulator.base_url(), json!({ "callback_url": own.url }));
    assert_eq!(shop.pay(&topup("087800001233")).await.outcome, PayOutcome::Pending);
    let heard = own.received(2).await;
    let verdicts: Vec<_> =
        heard.iter().map(|raw| decode(&shop, raw).unwrap().report.verdict).collect();
    assert_eq!(verdicts, [StatusVerdict::Pending, StatusVerdict::Succeeded]);
    assert_eq!(account_wide.bodies(), Vec::<Value>::new());
    simulator.shutdown().await;
}

#[tokio::test]
async fn callbacks_that_are_lost_change_nothing_about_what_a_look_up_finds() {
    let listener = Peer::saying(&json!({})).await;
    let simulator = calling(&listener.url).await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let lost = FaultKind::Callbacks { early: false, twice: false, reordered: false, lost: true };
    simulator.add_fault(Fault::new(lost).times(1));
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Succeeded);
    simulator.pass(std::time::Duration::from_mins(1));
    let report = shop.check(&topup("087800001230")).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::Succeeded);
    assert_eq!(listener.bodies(), Vec::<Value>::new());
    simulator.shutdown().await;
}
