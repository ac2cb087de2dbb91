//! What is sent.

use ppob_types::{CustomerNumber, Family, NotSentCause, PayOutcome, Rupiah};
use serde_json::{Value, json};

use crate::support::{Peer, Shop, bill, payment, purchase, topup};

#[tokio::test]
async fn a_purchase_carries_our_reference_our_limit_and_the_testing_flag_and_nothing_else() {
    let peer = Peer::saying(&json!({})).await;
    let request = topup("087800001230");
    let _unread = Shop::at(&peer.url, json!({})).pay(&request).await;
    assert_eq!(peer.paths(), ["/v1/transaction"]);
    let body = &peer.bodies()[0];
    assert_eq!(
        *body,
        json!({
            "username": "demo-user", "buyer_sku_code": "xld10", "customer_no": "087800001230",
            "ref_id": "P00000000000BN1", "sign": body["sign"], "testing": true,
            "max_price": 10_000_000,
        })
    );
    let more = json!({ "testing": false, "callback_url": "https://shop.example/callbacks/" });
    let _unread = Shop::at(&peer.url, more).pay(&request).await;
    let body = &peer.bodies()[1];
    assert_eq!(body.get("testing"), None);
    assert_eq!(body["cb_url"], "https://shop.example/callbacks/");
}

#[tokio::test]
async fn fact_50_the_look_up_of_a_purchase_is_the_same_request_and_declared_for_85_days_only() {
    let peer = Peer::saying(&json!({})).await;
    let shop = Shop::at(&peer.url, json!({}));
    let request = topup("087800001230");
    let _unread = shop.pay(&request).await;
    let _unread = shop.check(&request).await;
    let bodies = peer.bodies();
    assert_eq!(bodies[0], bodies[1]);
    let gap = shop.built.provider.capability(Family::MobileTopUp).status_is_purchase.unwrap();
    assert_eq!((gap.min_gap.as_secs(), gap.max_age.as_secs()), (60, 85 * 86_400));
}

#[tokio::test]
async fn fact_51_one_call_of_ours_is_one_request_and_a_minute_lies_between_two() {
    let peer = Peer::saying(&json!({})).await;
    let shop = Shop::at(&peer.url, json!({}));
    let _unread = shop.pay(&topup("087800001230")).await;
    let _unread = shop.check(&topup("087800001230")).await;
    let _unread = shop.pay(&bill("530000000001")).await;
    let _unread = shop.check(&bill("530000000001")).await;
    assert_eq!(peer.bodies().len(), 4);
    for family in [Family::PlnPrepaid, Family::MobileTopUp, Family::Emoney, Family::Games] {
        let bounds = shop.built.provider.capability(family).status_is_purchase.unwrap();
        assert_eq!(bounds.min_gap.as_secs(), 60, "{family}");
    }
    let of_bills = shop.built.provider.capability(Family::PlnPostpaid);
    assert_eq!((of_bills.status_is_purchase, of_bills.status_gap.as_secs()), (None, 60));
}

#[tokio::test]
async fn fact_52_a_bill_is_paid_under_the_reference_of_its_inquiry_and_looked_up_by_status_only() {
    let peer = Peer::saying(&json!({})).await;
    let shop = Shop::at(&peer.url, json!({}));
    let request = bill("530000000001");
    assert!(shop.inquire(&request.purchase, "pln", &request.attempt).await.is_err());
    let _unread = shop.pay(&request).await;
    let _unread = shop.check(&request).await;
    let bodies = peer.bodies();
    let commands: Vec<&Value> = bodies.iter().map(|body| &body["commands"]).collect();
    assert_eq!(commands, ["inq-pasca", "pay-pasca", "status-pasca"]);
    assert!(bodies.iter().all(|body| body["ref_id"] == "P00000000000BN1"));
    assert!(bodies.iter().all(|body| body["sign"] == bodies[0]["sign"]));
    assert!(bodies.iter().all(|body| body.get("max_price").is_none()));

    // Without its inquiry, or on another day, nothing is sent.
    let mut without = request.clone();
    without.inquiry_token = None;
    assert_eq!(shop.pay(&without).await.outcome, PayOutcome::NotSent(NotSentCause::Unsupported));
    shop.pass(std::time::Duration::from_hours(14));
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::NotSent(NotSentCause::Unsupported));
    assert_eq!(peer.bodies().len(), 3);
}

#[tokio::test]
async fn fact_62_the_day_of_an_inquiry_is_a_day_of_western_indonesian_time() {
    let shop = Shop::at("http://127.0.0.1:1/v1", json!({}));
    // 10:00 there is 03:00 UTC: that UTC day goes on after midnight there.
    shop.pass(std::time::Duration::from_hours(13));
    let before_midnight = shop.pay(&bill("530000000001")).await;
    assert_eq!(before_midnight.outcome, PayOutcome::NotSent(NotSentCause::Connect));
    shop.pass(std::time::Duration::from_hours(1));
    let after_midnight = shop.pay(&bill("530000000001")).await;
    assert_eq!(after_midnight.outcome, PayOutcome::NotSent(NotSentCause::Unsupported));
}

#[tokio::test]
async fn numbers_with_dots_years_amounts_and_second_numbers_have_fields_of_their_own() {
    let peer = Peer::saying(&json!({})).await;
    let shop = Shop::at(&peer.url, json!({}));
    let game = payment(purchase(Family::Games, "budi.123"), "ml86", 1);
    let _unread = shop.pay(&game).await;
    assert_eq!(peer.bodies()[0]["allow_dot"], true);

    let mut tax = purchase(Family::Tax, "329801092375999991");
    tax.parameters.year = Some(2025);
    let attempt = topup("087800001230").attempt;
    let _unread = shop.inquire(&tax, "cimahi", &attempt).await;
    assert_eq!(peer.bodies()[1]["year"], 2025);

    let mut money = purchase(Family::Other, "082100000001");
    money.amount = Some(Rupiah::new(25_000));
    let _unread = shop.inquire(&money, "emoney", &attempt).await;
    assert_eq!(peer.bodies()[2]["amount"], 25_000);

    let mut vehicle = purchase(Family::Tax, "9658548523568701");
    let identity = CustomerNumber::parse(Family::Tax, "0212502110170100").unwrap();
    vehicle.parameters.second_id = Some(identity);
    let _unread = shop.inquire(&vehicle, "samsat", &attempt).await;
    assert_eq!(peer.bodies()[3]["customer_no"], "9658548523568701,0212502110170100");
}

#[tokio::test]
async fn what_cannot_be_said_is_not_sent() {
    let peer = Peer::saying(&json!({})).await;
    let shop = Shop::at(&peer.url, json!({}));
    let mut months = bill("530000000001");
    months.purchase.parameters.months = Some(2);
    let mut amount = topup("087800001230");
    amount.purchase.amount = Some(Rupiah::new(10_000));
    for request in [months, amount] {
        let paid = shop.pay(&request).await;
        assert_eq!(paid.outcome, PayOutcome::NotSent(NotSentCause::Unsupported));
        assert!(shop.check(&request).await.is_err());
        let asked = shop.inquire(&request.purchase, &request.provider_code, &request.attempt).await;
        assert!(asked.is_err());
    }
    assert_eq!(peer.bodies(), Vec::<Value>::new());
}

#[tokio::test]
async fn neither_key_nor_secret_nor_signature_shows() {
    let shop = Shop::at("https://127.0.0.1:1/v1", json!({}));
    let shown = format!("{:?} {:?}", shop.built, shop.built.provider);
    assert!(!shown.contains("dev-0123456789") && !shown.contains("whsec-demo"), "{shown}");
}
