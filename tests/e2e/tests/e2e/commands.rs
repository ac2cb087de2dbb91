//! The client commands against a running engine: what a script reads from their exit codes and
//! their JSON.

use ppob_e2e::process::Ended;
use ppob_e2e::request::{TOKEN, TOKEN_AT_PROVIDER, fresh_customer};
use ppob_e2e::{Engine, Result, World};
use serde_json::Value;

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
    let world = World::new().await?;
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
    let world = World::new().await?;
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
