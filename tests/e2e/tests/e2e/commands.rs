//! The client commands against a running engine: what a script reads from their exit codes and
//! their JSON.

use ppob_e2e::process::Ended;
use ppob_e2e::request::{TOKEN, TOKEN_AT_PROVIDER, fresh_customer};
use ppob_e2e::{Engine, Result, World};
use serde_json::Value;

use crate::KEPT;

const DONE: i32 = 0;
const REFUSED: i32 = 1;
const FAILED: i32 = 3;
const OPEN: i32 = 4;
const UNKNOWN: i32 = 5;

async fn ppob(world: &World, engine: &Engine, arguments: &[&str]) -> Result<Ended> {
    let mut all = arguments.to_vec();
    all.extend(["--address", engine.addresses.api.as_str()]);
    world.run(&all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_of_pay_tells_what_became_of_the_payment() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let customer = fresh_customer();
    for (id, number, code, word) in [
        ("command-01", customer.as_str(), DONE, "SUCCEEDED"),
        ("command-01", customer.as_str(), DONE, "SUCCEEDED"),
        ("command-02", customer.as_str(), REFUSED, "repeat"),
        ("command-03", "530000000301", FAILED, "FAILED"),
        ("command-04", "530000000201", OPEN, "IN_DOUBT"),
        ("command-05", "5300", REFUSED, "customer_number"),
    ] {
        let arguments = ["pay", TOKEN, number, "--id", id, "--wait", "2s"];
        let ended = ppob(&world, &engine, &arguments).await?;
        assert_eq!(ended.code, Some(code), "{id}: {ended:?}");
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(said.contains(word), "{id}: {word} is missing:\n{said}");
    }
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 1);
    let address = engine.addresses.api.clone();
    engine.kill().await?;
    let customer = fresh_customer();
    let arguments = ["pay", TOKEN, &customer, "--address", &address, "--wait", "1s"];
    let ended = world.run(&arguments).await?;
    assert_eq!(ended.code, Some(UNKNOWN), "{ended:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_shown_and_paid_by_commands_and_read_as_json() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let customer = fresh_customer();
    let products = ppob(&world, &engine, &["products"]).await?;
    assert_eq!(products.code, Some(DONE), "{products:?}");
    assert!(products.stdout.contains("PLN-POSTPAID"), "{}", products.stdout);
    let explained = ppob(&world, &engine, &["explain", TOKEN]).await?;
    assert!(explained.stdout.contains("mmbc"), "{explained:?}");

    let bill = ppob(&world, &engine, &["inquire", "PLN-POSTPAID", &customer, "--json"]).await?;
    assert_eq!(bill.code, Some(DONE), "{bill:?}");
    let bill: Value = serde_json::from_str(&bill.stdout)?;
    let text = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let inquiry = text(&bill, "inquiry_id");
    assert!(!inquiry.is_empty(), "{bill}");
    let arguments = ["pay", "PLN-POSTPAID", &customer, "--inquiry", &inquiry, "--json"];
    let paid = ppob(&world, &engine, &arguments).await?;
    assert_eq!(paid.code, Some(DONE), "{paid:?}");
    let paid: Value = serde_json::from_str(&paid.stdout)?;
    let id = text(&paid, "payment_id");
    assert!(paid.get("failure").is_some_and(Value::is_null), "unset fields are there: {paid}");

    let shown = ppob(&world, &engine, &["payment", "get", &id]).await?;
    assert_eq!(shown.code, Some(DONE), "{shown:?}");
    for word in ["SUCCEEDED", "STRUK", &id] {
        assert!(shown.stdout.contains(word), "{word} is missing:\n{}", shown.stdout);
    }
    let listed = ppob(&world, &engine, &["payment", "list"]).await?;
    assert!(listed.stdout.contains(&id), "{}", listed.stdout);
    let abandoned = ppob(&world, &engine, &["payment", "abandon", &id]).await?;
    assert_eq!(abandoned.code, Some(REFUSED), "a paid payment is not abandoned: {abandoned:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_works_on_a_doubt_by_commands() -> Result<()> {
    const ID: &str = "command-06";
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let pay = ["pay", TOKEN, "530000000201", "--id", ID, "--wait", "2s"];
    assert_eq!(ppob(&world, &engine, &pay).await?.code, Some(OPEN));
    let provider = provider_of(&world, &engine).await?;
    let provider = provider.as_str();
    let at = "2026-01-01 10:00:00";
    let reason = ["--reason", "gangguan", "--actor", "sari"];
    let offer = |position| {
        let mut arguments = vec!["offer", position, provider, TOKEN];
        arguments.extend(reason);
        arguments
    };
    let not_executed =
        ["resolve", ID, "--not-executed", "--actor", "sari", "--evidence", "ticket 1"];
    let deposit = ["deposit", provider, "500000", "--id", "BCA-1", "--at", at, "--actor", "sari"];
    let reused = ["deposit", provider, "1", "--id", "BCA-1", "--at", at, "--actor", "sari"];
    let frozen = ["provider", "mode", provider, "frozen", "--reason", "why", "--actor", "sari"];
    for (code, word, arguments) in [
        (DONE, "Noted by sari", vec!["note", ID, "rang the biller", "--actor", "sari"]),
        (DONE, "rang the biller", vec!["reviews", "--id", ID]),
        (REFUSED, "cannot be asked", vec!["check", ID, "--actor", "sari"]),
        (REFUSED, "confirm", vec!["check", ID, "--reference", "99999999", "--actor", "sari"]),
        (REFUSED, "may still execute", not_executed.to_vec()),
        (DONE, "Deposit BCA-1 of Rp 500.000", deposit.to_vec()),
        (REFUSED, "deposit_id", reused.to_vec()),
        (DONE, "is OFF", offer("off")),
        (DONE, "is ON", offer("on")),
        (DONE, "FROZEN", frozen.to_vec()),
        (DONE, "mode set by sari", vec!["providers"]),
        (REFUSED, "must begin with ^", vec!["unlisted", provider, "--pattern", "limit"]),
        (DONE, "stored answers", vec!["unlisted", provider, "--pattern", "^limit habis$"]),
        (DONE, "SetOfferMode", vec!["audit", "--by", "sari"]),
        (DONE, "Nothing was done", vec!["audit", "--by", "budi"]),
    ] {
        let ended = operate(&world, &engine, &arguments).await?;
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(said.contains(word), "{arguments:?}: {word} is missing:\n{said}");
    }
    let unmapped = operate(&world, &engine, &["unmapped", "--json"]).await?;
    let unmapped: Value = serde_json::from_str(&unmapped.stdout)?;
    assert!(unmapped.get("products").is_some_and(Value::is_array), "{unmapped}");
    Ok(())
}

async fn operate(world: &World, engine: &Engine, arguments: &[&str]) -> Result<Ended> {
    let mut all = arguments.to_vec();
    all.extend(["--operator-address", engine.addresses.operator.as_str()]);
    world.run(&all).await
}

/// The name of the one configured provider.
async fn provider_of(world: &World, engine: &Engine) -> Result<String> {
    let listed = operate(world, engine, &["providers", "--json"]).await?;
    let listed: Value = serde_json::from_str(&listed.stdout)?;
    let name = listed.pointer("/providers/0/provider").and_then(Value::as_str);
    Ok(name.unwrap_or_default().to_owned())
}
