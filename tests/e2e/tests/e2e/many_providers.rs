//! The sandbox has a provider of every kind: prices of their own, a choice that is explained, payments at each.

use std::collections::BTreeMap;

use ppob_api::v1::{
    Attempt, AttemptState, Basis, CreatePaymentRequest, ExplainRouteRequest, InquireRequest,
    ListProvidersRequest, Payment, PaymentState, ProviderMode, RouteOffer,
};
use ppob_e2e::request::{bill, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Result, http};
use ppob_simulator::{Charge, Ledger};
use tempfile::tempdir;

use crate::sandbox::sandbox;

/// Of each simulator the account, and a product of which it is the cheapest seller.
const CHEAPEST: [(&str, &str, &str, &str); 4] = [
    ("mmbc", "mmbc-a", "PLN-PREPAID-20000", "530000019999"),
    ("digiflazz", "digiflazz", "PLN-PREPAID-50000", "530000029999"),
    ("iak", "iak", "EMONEY-GOPAY-25000", "081200039999"),
    ("okeconnect", "okeconnect", "TSEL-10000", "081200049999"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_up_with_prices_of_its_own_and_the_choice_is_explained() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    let listed = engine.operators().await?.list_providers(ListProvidersRequest::default()).await?;
    let providers = listed.into_inner().providers;
    let kinds: Vec<(&str, &str)> =
        providers.iter().map(|one| (one.provider.as_str(), one.kind.as_str())).collect();
    let expected = [
        ("digiflazz", "digiflazz"),
        ("iak", "iak"),
        ("mmbc-a", "mmbc"),
        ("mmbc-b", "mmbc"),
        ("okeconnect", "h2h"),
    ];
    assert_eq!(kinds, expected);
    for one in &providers {
        let has_prices = one.available_offer_count > 0;
        assert!(one.mode() == ProviderMode::Active && has_prices, "{one:?}");
    }
    let simulators: Vec<&str> = engine.addresses.controls.keys().map(String::as_str).collect();
    assert_eq!(simulators, ["digiflazz", "iak", "mmbc", "okeconnect"]);

    for (product, expected) in [
        ("PLN-PREPAID-20000", ["mmbc-a", "mmbc-b", "digiflazz", "okeconnect", "iak"].as_slice()),
        ("PLN-PREPAID-50000", &["digiflazz", "okeconnect", "mmbc-a", "iak", "mmbc-b"]),
        ("TSEL-10000", &["okeconnect", "digiflazz", "iak"]),
        ("PLN-POSTPAID", &["mmbc-a", "mmbc-b", "okeconnect", "digiflazz", "iak"]),
    ] {
        let offers = ranked(&engine, product).await?;
        let names: Vec<&str> = offers.iter().map(|offer| offer.provider.as_str()).collect();
        assert_eq!(names, expected, "{product}: {offers:?}");
        for (before, offer) in offers.iter().zip(offers.iter().skip(1)) {
            let why = &offer.explanation;
            let told = why.contains("costs Rp ") && why.contains(&before.provider);
            assert!(told, "{product}: {why}");
        }
    }
    Ok(())
}

/// Those that would be asked, in their order.
async fn ranked(engine: &Engine, product: &str) -> Result<Vec<RouteOffer>> {
    let request =
        ExplainRouteRequest { product_code: product.to_owned(), amount_rupiah: None, repeat: 0 };
    let route = engine.client.catalog.clone().explain_route(request).await?.into_inner();
    let mut offers = route.offers;
    offers.retain(|offer| offer.rank > 0);
    offers.sort_by_key(|offer| offer.rank);
    Ok(offers)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_paid_at_where_it_is_the_cheapest_and_charges_once() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    for (simulator, provider, product, number) in CHEAPEST {
        let id = format!("cheapest-{simulator}");
        engine.pay(buy(&id, product, number)).await?;
        let paid = engine.wait_for(&id, PaymentState::Succeeded).await?;
        assert_charged(&engine, &paid, simulator, provider).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bills_are_paid_where_the_payment_is_tied_to_its_inquiry() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    for (provider, product, number) in
        [("digiflazz", "TELKOM-INDIHOME", "0218889999"), ("iak", "PDAM-KOTA-SURABAYA", "10209999")]
    {
        let asked = InquireRequest {
            product_code: product.to_owned(),
            customer_number: number.to_owned(),
            ..InquireRequest::default()
        };
        let owed = engine.inquire(asked.clone()).await?;
        let id = format!("bill-{provider}");
        engine.pay(bill(&id, &asked, &owed.inquiry_id)).await?;
        let paid = engine.wait_for(&id, PaymentState::Succeeded).await?;
        assert_eq!(paid.total_rupiah, Some(owed.total_rupiah));
        assert_charged(&engine, &paid, provider, provider).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_digits_of_a_number_mean_the_same_at_every_kind() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    for (simulator, _, product, number) in CHEAPEST {
        let with = |last: &str| number.replace("9999", last);
        let id = format!("wrong-number-{simulator}");
        engine.pay(without_waiting(buy(&id, product, &with("0301")))).await?;
        let failed = engine.wait_for(&id, PaymentState::Failed).await?;
        let reason = failed.failure.unwrap_or_default().reason;
        assert_eq!(reason, "NUMBER_INVALID", "{simulator}");
        assert!(charges(&engine, &with("0301")).await?.is_empty(), "{simulator}");

        let id = format!("lost-request-{simulator}");
        engine.pay(without_waiting(buy(&id, product, &with("0202")))).await?;
        engine.wait_for(&id, PaymentState::InDoubt).await?;
        assert!(charges(&engine, &with("0202")).await?.is_empty(), "{simulator}");

        let id = format!("pending-{simulator}");
        engine.pay(without_waiting(buy(&id, product, &with("0102")))).await?;
        until(&format!("{id} is pending"), async || {
            let payment = engine.get(&id).await.map_err(|status| status.to_string())?;
            let last = payment.attempts.last().map(Attempt::state);
            let there = payment.state() == PaymentState::Processing;
            let there = there && last == Some(AttemptState::Pending);
            if there { Ok(()) } else { Err(format!("{payment:?}")) }
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_out_by_the_webhook_that_a_provider_sends() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    // Of XL credit Digiflazz is the cheapest seller; it debits, and its answer is lost.
    engine.pay(without_waiting(buy("lost-answer", "XL-25000", "081200000201"))).await?;
    let paid = engine.wait_for("lost-answer", PaymentState::Succeeded).await?;
    let basis = paid.attempts.last().map(Attempt::basis);
    assert_eq!(basis, Some(Basis::Callback), "{paid:?}");
    assert_charged(&engine, &paid, "digiflazz", "digiflazz").await
}

fn buy(id: &str, product: &str, number: &str) -> CreatePaymentRequest {
    CreatePaymentRequest {
        payment_id: id.to_owned(),
        product_code: product.to_owned(),
        customer_number: number.to_owned(),
        ..CreatePaymentRequest::default()
    }
}

/// Paid in one attempt at `provider`, and charged once, by its simulator and by no other.
async fn assert_charged(
    engine: &Engine,
    paid: &Payment,
    simulator: &str,
    provider: &str,
) -> Result<()> {
    let attempts: Vec<&str> = paid.attempts.iter().map(|one| one.provider.as_str()).collect();
    assert_eq!(attempts, [provider], "{paid:?}");
    let charges = charges(engine, &paid.customer_number).await?;
    let costs: Vec<(&str, Option<i64>)> = charges
        .iter()
        .flat_map(|(by, charges)| charges.iter().map(|one| (by.as_str(), Some(one.cost))))
        .collect();
    assert_eq!(costs, [(simulator, paid.cost_rupiah)], "{paid:?}");
    Ok(())
}

/// What every simulator charged for a number.
async fn charges(engine: &Engine, number: &str) -> Result<BTreeMap<String, Vec<Charge>>> {
    let mut all = BTreeMap::new();
    for (simulator, control) in &engine.addresses.controls {
        let ledger: Ledger = serde_json::from_str(&http::get(&format!("{control}/ledger")).await?)?;
        let mut charges = ledger.charges;
        charges.retain(|charge| charge.customer_number == number);
        if !charges.is_empty() {
            all.insert(simulator.clone(), charges);
        }
    }
    Ok(all)
}
