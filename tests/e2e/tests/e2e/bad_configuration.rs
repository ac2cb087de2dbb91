//! A configuration or a machine on which the engine must not start: it says why, and the journal
//! is as it was.

use std::fs;
use std::net::TcpListener;

use ppob_api::v1::Payment;
use ppob_e2e::process::Ended;
use ppob_e2e::request::{fresh_customer, token};
use ppob_e2e::{Result, World};

const CONFIGURATION_WRONG: Option<i32> = Some(2);

/// A world with a journal that has a payment, and no engine.
async fn world_with_a_payment() -> Result<(World, Payment)> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let payment = engine.pay(token("earlier-01", &fresh_customer())).await?;
    let ended = engine.stop().await?;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    Ok((world, payment))
}

/// The journal still opens, and the payment is there.
async fn assert_nothing_is_lost(world: &World, payment: &Payment) -> Result<()> {
    let engine = world.serve().await?;
    assert_eq!(&engine.get(&payment.payment_id).await?, payment);
    Ok(())
}

/// It did not start, and says all of `words` to the person.
fn assert_refused(ended: &Ended, words: &[&str]) {
    assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
    for word in words {
        assert!(ended.stderr.contains(word), "{word} is missing:\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_named_with_the_nearest_valid_one() -> Result<()> {
    let (mut world, payment) = world_with_a_payment().await?;
    let good = world.config.clone();
    for (wrong, nearest) in [
        ("[payments]\npay_withn_s = 60\n", "payments.pay_within_s"),
        ("[journl]\nsize = 1\n", "journal"),
    ] {
        world.config = format!("{good}\n{wrong}");
        let ended = world.serve_in_vain().await?;
        assert_refused(&ended, &["unknown key", nearest]);
        assert_eq!(ended.code, CONFIGURATION_WRONG);
        let config = world.write_config()?;
        let checked = world.run(&["config", "check", "--config", &config]).await?;
        assert_refused(&checked, &["unknown key", nearest]);
        assert_eq!(checked.code, CONFIGURATION_WRONG);
    }
    world.config = good;
    assert_nothing_is_lost(&world, &payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_key_of_a_provider_is_named_with_the_nearest_valid_one() -> Result<()> {
    let (mut world, payment) = world_with_a_payment().await?;
    let good = world.config.clone();
    world.config = good.replace("allow_plaintext", "alow_plaintext");
    let ended = world.serve_in_vain().await?;
    assert_refused(&ended, &["alow_plaintext", "allow_plaintext"]);
    assert_eq!(ended.code, CONFIGURATION_WRONG);
    world.config = good;
    assert_nothing_is_lost(&world, &payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_whose_variable_is_not_set_is_named() -> Result<()> {
    let (mut world, payment) = world_with_a_payment().await?;
    let environment = std::mem::take(&mut world.environment);
    let ended = world.serve_in_vain().await?;
    let variable = environment.first().map_or("", |(name, _)| name);
    assert_refused(&ended, &[variable, "password"]);
    assert_eq!(ended.code, CONFIGURATION_WRONG);
    world.environment = environment;
    assert_nothing_is_lost(&world, &payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_a_directory_or_something_else_is_left_alone() -> Result<()> {
    let (mut world, payment) = world_with_a_payment().await?;
    let good = world.config.clone();
    let directory = world.directory().join("a-directory");
    fs::create_dir(&directory)?;
    let garbage = world.directory().join("garbage.sqlite");
    let bytes: Vec<u8> = (0..20_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(&garbage, &bytes)?;
    let missing = world.directory().join("nowhere").join("journal.sqlite");
    for path in [&directory, &garbage, &missing] {
        let (journal, path) = (world.journal(), path.display().to_string());
        world.config = good.replace(&journal.display().to_string(), &path);
        let ended = world.serve_in_vain().await?;
        assert_refused(&ended, &[&path]);
    }
    assert_eq!(fs::read(&garbage)?, bytes, "the file of somebody else was changed");
    world.config = good;
    assert_nothing_is_lost(&world, &payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_is_not_replaced_by_an_empty_one() -> Result<()> {
    let (world, payment) = world_with_a_payment().await?;
    let whole = fs::read(world.journal())?;
    let mut damaged = whole.clone();
    damaged.iter_mut().take(100).for_each(|byte| *byte = 0x55);
    fs::write(world.journal(), &damaged)?;
    let ended = world.serve_in_vain().await?;
    assert_refused(&ended, &["journal.sqlite"]);
    assert_eq!(fs::read(world.journal())?, damaged);
    fs::write(world.journal(), &whole)?;
    assert_nothing_is_lost(&world, &payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named() -> Result<()> {
    let (mut world, payment) = world_with_a_payment().await?;
    let good = world.config.clone();
    for listener in ["api", "operator", "metrics"] {
        let taken = TcpListener::bind("127.0.0.1:0")?;
        let address = taken.local_addr()?.to_string();
        let any = format!("{listener} = \"127.0.0.1:0\"");
        world.config = good.replace(&any, &format!("{listener} = \"{address}\""));
        let ended = world.serve_in_vain().await?;
        assert_refused(&ended, &[&address]);
    }
    world.config = good;
    assert_nothing_is_lost(&world, &payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_same_journal_is_refused_and_the_first_goes_on() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let payment = engine.pay(token("earlier-01", &fresh_customer())).await?;
    let config = world.write_config()?;
    let ended = world.run(&["serve", "--config", &config]).await?;
    assert_refused(&ended, &["journal.sqlite", "in use"]);
    assert_eq!(engine.get("earlier-01").await?, payment);
    engine.pay(token("earlier-02", &fresh_customer())).await?;
    engine.kill().await?;
    assert_nothing_is_lost(&world, &payment).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_configuration_is_shown_without_its_secrets() -> Result<()> {
    let world = World::new().await?;
    let config = world.write_config()?;
    let ended = world.run(&["config", "check", "--config", &config]).await?;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("pay_within_s"), "defaults are shown too:\n{}", ended.stdout);
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!said.contains(ppob_e2e::world::PASSWORD), "{said}");
    Ok(())
}
