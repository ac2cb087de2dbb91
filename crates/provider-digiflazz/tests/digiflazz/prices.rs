//! Price lists.

use std::time::Duration;

use ppob_provider::ProviderErrorKind;
use ppob_simulator::digiflazz::{
    DigiflazzConfig, DigiflazzSimulator, Fault, FaultKind, ListLimit, Verb,
};
use ppob_types::{Cost, CutOff, PriceList, Rupiah, Timestamp};
use serde_json::{Value, json};

use crate::support::{Peer, Shop, account, simulator};

fn prepaid_row() -> Value {
    json!({
        "product_name": "Xl 10.000", "category": "Pulsa", "brand": "XL", "type": "Umum",
        "seller_name": "PT SELLER", "price": 10_765, "buyer_sku_code": "xld10",
        "buyer_product_status": true, "seller_product_status": true, "unlimited_stock": true,
        "stock": 0, "multi": true, "start_cut_off": "23:45", "end_cut_off": "00:15", "desc": "-",
        "admin": 2_500, "commission": 550,
    })
}

/// The list that the same rows make, as prepaid products and as bills.
async fn list(rows: &Value) -> PriceList {
    let peer = Peer::saying(rows).await;
    let shop = Shop::at(&peer.url, json!({}));
    shop.built.provider.price_list(&shop.context()).await.unwrap()
}

async fn is_open(changes: Value) -> bool {
    let mut row = prepaid_row();
    if let (Value::Object(row), Value::Object(changes)) = (&mut row, changes) {
        row.extend(changes);
    }
    list(&json!([row])).await.rows[0].open
}

#[tokio::test]
async fn both_lists_are_one_and_every_row_of_them_is_there() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let list = shop.built.provider.price_list(&shop.context()).await.unwrap();
    assert_eq!(list.unreadable, Vec::<String>::new());
    assert_eq!(list.rows.len(), 20);
    let find = |code: &str| list.rows.iter().find(|row| row.provider_code == code).unwrap();
    assert_eq!(find("xld10").cost, Cost::Fixed(Rupiah::new(10_000)));
    // Admin and commission are per sheet; a bill costs itself, and their difference.
    assert_eq!(find("pln").cost, Cost::BillPlus(Rupiah::new(1_500)));
    assert_eq!(find("pln").admin, Some(Rupiah::new(2_500)));
    let mapped: Vec<String> = list
        .rows
        .iter()
        .filter_map(|row| Some(shop.built.mapping.map(row)?.product.to_string()))
        .collect();
    assert_eq!(mapped.len(), 16);
    let production = Shop::at(&simulator.base_url(), json!({ "testing": false }));
    assert!(list.rows.iter().all(|row| production.built.mapping.map(row).is_none()));
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_13_an_object_in_the_lists_place_is_a_refusal() {
    for (rc, kind) in [
        ("83", ProviderErrorKind::RateLimited),
        ("41", ProviderErrorKind::Credentials),
        ("17", ProviderErrorKind::Unreadable),
    ] {
        let peer = Peer::saying(&json!({ "rc": rc, "message": "x" })).await;
        let shop = Shop::at(&peer.url, json!({}));
        let error = shop.built.provider.price_list(&shop.context()).await.unwrap_err();
        assert_eq!(error.kind, kind, "{rc}");
    }
}

#[tokio::test]
async fn fact_14_price_and_stock_are_read_as_numbers_and_as_texts() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let numbers = shop.built.provider.price_list(&shop.context()).await.unwrap();
    simulator.add_fault(Fault::new(FaultKind::TextAmounts {}).verb(Verb::PriceList));
    simulator.pass(Duration::from_mins(5));
    let texts = shop.built.provider.price_list(&shop.context()).await.unwrap();
    assert_eq!(numbers, texts);
    assert_eq!((texts.rows.len(), texts.unreadable.len()), (20, 0));
    simulator.shutdown().await;
    for (price, stock, open) in [
        (json!(10_765), json!(3), true),
        (json!("10765"), json!("3"), true),
        (json!(10_765), json!(0), false),
        (json!("10765"), json!("0"), false),
    ] {
        let mut row = prepaid_row();
        row["unlimited_stock"] = json!(false);
        (row["price"], row["stock"]) = (price, stock);
        // The same rows stand for the bills, too, and of two an open one counts.
        let listed = list(&json!([row])).await;
        let fixed = Cost::Fixed(Rupiah::new(10_765));
        let is_sold = listed.rows.iter().any(|row| row.cost == fixed && row.open);
        assert_eq!((is_sold, listed.unreadable.len()), (open, 0), "{row}");
    }
}

#[tokio::test]
async fn a_product_is_open_only_if_all_of_it_is() {
    for (changes, open) in [
        (json!({}), true),
        (json!({ "buyer_product_status": false }), false),
        (json!({ "seller_product_status": false }), false),
    ] {
        assert_eq!(is_open(changes.clone()).await, open, "{changes}");
    }
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    for (stock, open) in [(0, false), (1, true)] {
        let update = ppob_simulator::digiflazz::ProductUpdate {
            code: "tsel5".to_owned(),
            stock: Some(stock),
            ..Default::default()
        };
        simulator.update(&update).unwrap();
        let list = shop.built.provider.price_list(&shop.context()).await.unwrap();
        let row = list.rows.iter().find(|row| row.provider_code == "tsel5").unwrap();
        assert_eq!(row.open, open, "{stock}");
        simulator.pass(Duration::from_mins(5));
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_59_cut_offs_cross_midnight_and_equal_ends_are_none() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let listed = shop.built.provider.price_list(&shop.context()).await.unwrap();
    let cut_off =
        |code: &str| listed.rows.iter().find(|row| row.provider_code == code).unwrap().cut_off;
    let pln = cut_off("pln20").unwrap();
    let at = |text: &str| pln.covers(Timestamp::from_wib(text).unwrap());
    assert!(at("2026-01-15 23:45:00") && at("2026-01-16 00:14:59"));
    assert!(!at("2026-01-16 00:15:00") && !at("2026-01-15 23:44:59"));
    assert_eq!(cut_off("xld10"), None);
    simulator.shutdown().await;
    for (start, end, expected) in [
        ("00:00", "00:00", None),
        ("0:0", "0:0", None),
        ("23:00", "1:00", Some(CutOff { from_second: 82_800, until_second: 3_600 })),
    ] {
        let mut row = prepaid_row();
        (row["start_cut_off"], row["end_cut_off"]) = (json!(start), json!(end));
        assert_eq!(list(&json!([row])).await.rows[0].cut_off, expected, "{start}–{end}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_told_and_hides_no_other() {
    let odd = [
        json!({ "price": "10.765" }),
        json!({ "price": null }),
        json!({ "start_cut_off": "24:00" }),
        json!({ "end_cut_off": null }),
        json!({ "unlimited_stock": null }),
        json!({ "seller_product_status": "yes" }),
        json!({ "buyer_sku_code": "" }),
    ];
    let mut rows = vec![prepaid_row()];
    for change in &odd {
        let mut row = prepaid_row();
        if let (Value::Object(row), Value::Object(change)) = (&mut row, change.clone()) {
            row.extend(change);
        }
        rows.push(row);
    }
    let list = list(&json!(rows)).await;
    let prepaid = list.unreadable.iter().filter(|told| told.starts_with("prepaid")).count();
    assert_eq!(prepaid, odd.len(), "{:?}", list.unreadable);
}

#[tokio::test]
async fn of_a_code_that_is_listed_twice_the_cheapest_open_row_counts() {
    let simulator = simulator().await;
    simulator.add_fault(Fault::new(FaultKind::DoubleRow {}).verb(Verb::PriceList));
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let list = shop.built.provider.price_list(&shop.context()).await.unwrap();
    let rows: Vec<_> = list.rows.iter().filter(|row| row.provider_code == "xld10").collect();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].open && rows[0].cost == Cost::Fixed(Rupiah::new(10_000)));
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_57_one_call_asks_for_both_lists_at_most_every_five_minutes() {
    let peer = Peer::saying(&json!([])).await;
    let shop = Shop::at(&peer.url, json!({}));
    assert_eq!(shop.built.provider.info().price_list_every, Duration::from_mins(5));
    shop.built.provider.price_list(&shop.context()).await.unwrap();
    let asked: Vec<Value> = peer.bodies().iter().map(|body| body["cmd"].clone()).collect();
    assert_eq!(asked, ["prepaid", "pasca"]);
    assert!(peer.bodies().iter().all(|body| body["sign"] == "b3a4289bc6a11139ecac34f072458b20"));
}

#[tokio::test]
async fn where_the_limit_is_held_for_both_lists_together_each_call_renews_one_of_them() {
    let mut config = DigiflazzConfig::new(vec![account()]);
    config.list_limit = ListLimit::Shared;
    let simulator = DigiflazzSimulator::start(config).await.unwrap();
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let first = shop.built.provider.price_list(&shop.context()).await.unwrap_err();
    assert_eq!(first.kind, ProviderErrorKind::RateLimited);
    for _ in 0..3 {
        for span in [&simulator as &dyn Passing, &shop] {
            span.pass_by(Duration::from_mins(5));
        }
        let list = shop.built.provider.price_list(&shop.context()).await.unwrap();
        assert_eq!(list.rows.len(), 20);
    }
    // What was remembered for too long does not stand in any more.
    for span in [&simulator as &dyn Passing, &shop] {
        span.pass_by(Duration::from_secs(901));
    }
    assert!(shop.built.provider.price_list(&shop.context()).await.is_err());
    simulator.shutdown().await;
}

trait Passing {
    fn pass_by(&self, span: Duration);
}

impl Passing for ppob_simulator::digiflazz::DigiflazzHandle {
    fn pass_by(&self, span: Duration) {
        self.pass(span);
    }
}

impl Passing for Shop {
    fn pass_by(&self, span: Duration) {
        self.pass(span);
    }
}

#[tokio::test]
async fn fact_58_lists_are_never_filtered_because_those_lag() {
    let peer = Peer::saying(&json!([])).await;
    let shop = Shop::at(&peer.url, json!({}));
    shop.built.provider.price_list(&shop.context()).await.unwrap();
    for body in peer.bodies() {
        for filter in ["code", "category", "brand", "type"] {
            assert_eq!(body.get(filter), None);
        }
    }
}
