//! What somebody sees who has the files of a journal and not its key, and what is left of a customer.

use std::path::Path;

use ppob_api::v1::family_details::Details;
use ppob_api::v1::{InquireRequest, PaymentState};
use ppob_e2e::process::Ended;
use ppob_e2e::request::{TOKEN, fresh_customer, token, without_waiting};
use ppob_e2e::{Engine, Problem, Result, World};

/// A customer number that magic numbers leave in doubt.
const LOST: &str = "530000000201";

async fn operate(world: &World, engine: &Engine, arguments: &[&str]) -> Result<Ended> {
    let mut all = arguments.to_vec();
    all.extend(["--actor", "dewi", "--reason", "request 17"]);
    all.extend(["--operator-address", engine.addresses.operator.as_str()]);
    world.run(&all).await
}

/// Which of these texts stand in which files of the directory.
fn found(directory: &Path, texts: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(self::found(&path, texts)?);
            continue;
        }
        let bytes = std::fs::read(&path)?;
        let stands = |text: &&&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        found.extend(texts.iter().filter(stands).map(|text| format!("{}: {text}", path.display())));
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_of_the_engine_shows_a_customer_also_after_a_kill_and_a_new_key() -> Result<()> {
    let mut world = World::new().await?;
    let engine = world.serve().await?;
    let customer = fresh_customer();
    let paid = engine.pay(token("sealed-0001", &customer)).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded, "{paid:?}");
    let _accepted = engine.create(without_waiting(token("sealed-0002", LOST))).await?;
    engine.wait_for("sealed-0002", PaymentState::InDoubt).await?;
    let asked = InquireRequest {
        product_code: "PLN-POSTPAID".to_owned(),
        customer_number: customer.clone(),
        ..InquireRequest::default()
    };
    let bill = engine.inquire(asked).await?;
    let receipt = paid.receipt.clone().unwrap_or_default();
    let details = receipt.details.clone().and_then(|details| details.details);
    let Some(Details::PlnPrepaid(details)) = details else {
        return Err(Problem::new(format!("no token: {paid:?}")));
    };
    let token: String = details.token.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(token.len(), 20, "{paid:?}");
    let mut texts = vec![customer.as_str(), LOST, receipt.customer_name.as_str()];
    texts.push(bill.customer_name.as_str());
    texts.extend([token.as_str(), details.token.as_str()]);
    assert!(texts.iter().all(|text| text.len() > 3), "{texts:?}");

    assert_eq!(found(world.directory(), &texts)?, [] as [String; 0]);
    engine.kill().await?;
    assert_eq!(found(world.directory(), &texts)?, [] as [String; 0]);

    // Another master key takes over; the one before is needed once more.
    let made = world.run(&["key", "journal", "second.key"]).await?;
    assert_eq!(made.code, Some(0), "{made:?}");
    let twice = world.run(&["key", "journal", "second.key"]).await?;
    assert_eq!(twice.code, Some(1), "a key was written over another one: {twice:?}");
    let directory = world.directory().display().to_string();
    let first = format!("{directory}/journal.sqlite.key");
    let keys =
        format!("[journal]\nkey = {{ file = \"{directory}/second.key\" }}\nkey_id = \"second\"\n");
    let old = format!("old_key = [{{ id = \"local\", key = {{ file = \"{first}\" }} }}]\n");
    let before = world.config.clone();
    world.config = before.replace("[journal]\n", &format!("{keys}{old}"));
    let config = world.write_config()?;
    let rotated = world.run(&["key", "rotate", "--config", &config]).await?;
    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    assert!(rotated.stdout.contains("data key 2, wrapped by the key `second`"), "{rotated:?}");
    std::fs::remove_file(&first)?;
    world.config = before.replace("[journal]\n", &keys);
    let engine = world.serve().await?;
    let again = engine.get("sealed-0001").await?;
    assert_eq!(again.receipt, paid.receipt);
    assert_eq!(engine.get("sealed-0002").await?.state(), PaymentState::InDoubt);
    let _ended = engine.stop().await?;
    assert_eq!(found(world.directory(), &texts)?, [] as [String; 0]);

    // Without its key the journal is not opened, and no other one is made.
    world.config = before;
    let refused = world.serve_in_vain().await?;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("`second`"), "{refused:?}");
    assert!(!Path::new(&first).exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_exported_and_erased_by_commands() -> Result<()> {
    let mut world = World::new().await?;
    world.config.insert_str(0, "[payments]\nduplicate_window_listed_s = 0\n");
    let engine = world.serve().await?;
    let customer = fresh_customer();
    let paid = engine.pay(token("erased-0001", &customer)).await?;
    let name = paid.receipt.clone().unwrap_or_default().customer_name;
    assert!(!name.is_empty(), "the receipt has no name: {paid:?}");

    let exported = operate(&world, &engine, &["privacy", "export", &customer]).await?;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    for text in [&customer, &name, "erased-0001", "Answer of the provider"] {
        assert!(exported.stdout.contains(text), "{text} is missing:\n{}", exported.stdout);
    }
    let preview = operate(&world, &engine, &["privacy", "erase", &customer]).await?;
    assert!(preview.stdout.contains("Nothing was erased"), "{preview:?}");
    assert_eq!(engine.get("erased-0001").await?.customer_number, customer);

    let erased =
        operate(&world, &engine, &["privacy", "erase", &customer, "--yes", "--json"]).await?;
    assert_eq!(erased.code, Some(0), "{erased:?}");
    let counts: serde_json::Value = serde_json::from_str(&erased.stdout)?;
    assert_eq!(counts.get("erased_count"), Some(&serde_json::json!(1)), "{counts}");
    let left = engine.get("erased-0001").await?;
    assert!(left.personal_data_erased);
    assert_eq!((left.customer_number.as_str(), left.total_rupiah), ("", paid.total_rupiah));
    let shown = format!("{left:?}");
    assert!(!shown.contains(&name), "{shown}");
    let nothing = operate(&world, &engine, &["privacy", "export", &customer]).await?;
    assert!(nothing.stdout.contains("Nothing is kept"), "{nothing:?}");

    // The id is still this payment, and pays nothing again.
    let again = engine.pay(token("erased-0001", &customer)).await?;
    assert_eq!((again.state(), again.version), (PaymentState::Succeeded, paid.version));
    assert_eq!(world.provider.pay_requests_for("PLNS20", &customer), 1);
    assert_eq!(paid.product_code, TOKEN);
    Ok(())
}
