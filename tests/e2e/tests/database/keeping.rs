//! What the commands that look after a journal say where it is in a database, and who may open it.

use ppob_api::v1::PaymentState;
use ppob_e2e::process::Ended;
use ppob_e2e::request::{fresh_customer, token};
use ppob_e2e::{Result, World};

use crate::KEPT;

const REFUSED: Option<i32> = Some(1);
const USAGE: Option<i32> = Some(2);

async fn run(world: &World, arguments: &[&str]) -> Result<Ended> {
    let config = world.write_config()?;
    world.run(&[arguments, &["--config", &config]].concat()).await
}

fn assert_says(ended: &Ended, words: &[&str]) {
    let said = format!("{}{}", ended.stdout, ended.stderr);
    for word in words {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_engine_on_the_same_database_is_refused_and_the_first_goes_on() -> Result<()> {
    let mut world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    // As on another machine, with a send journal of its own.
    world.config = world.config.replacen("[journal]\n", "[journal]\nsends = \"others\"\n", 1);
    let second = world.serve_in_vain().await?;
    assert_eq!(second.code, REFUSED, "{second:?}");
    assert_says(&second, &["in use by another engine", "Nothing was started"]);
    let paid = engine.pay(token("payment-01", &fresh_customer())).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded);
    assert_eq!(engine.stop().await?.code, Some(0));
    assert_eq!(world.provider.ledger().charges.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_tells_what_is_in_the_database_and_who_works_on_it() -> Result<()> {
    let mut world = World::new().await?.kept(KEPT).await?;
    let before = run(&world, &["doctor"]).await?;
    assert_eq!(before.code, Some(0), "{before:?}");
    assert_says(&before, &["it is empty yet", "no engine works on it"]);
    let engine = world.serve().await?;
    engine.pay(token("payment-01", &fresh_customer())).await?;
    let beside = run(&world, &["doctor"]).await?;
    assert_eq!(beside.code, Some(0), "{beside:?}");
    assert_says(&beside, &["1 payments, 0 of them open", "an engine works on it"]);
    engine.stop().await?;
    world.config = world.config.replacen("[journal]\n", "[journal]\nsends = \"others\"\n", 1);
    let elsewhere = run(&world, &["doctor"]).await?;
    assert_says(&elsewhere, &["no engine works on it", "its send journal others is not there"]);

    world.environment.retain(|(name, _)| *name != "E2E_JOURNAL_URL");
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let url = format!("postgres://ppob:hunter2@127.0.0.1:{nowhere}/ppob");
    world.environment.push(("E2E_JOURNAL_URL", url));
    let away = run(&world, &["doctor"]).await?;
    assert_eq!(away.code, REFUSED, "{away:?}");
    assert_says(&away, &["the journal's database cannot be used", "look whether the server runs"]);
    assert!(!format!("{away:?}").contains("hunter2"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_for_a_file_say_what_is_done_with_a_database_instead() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    for (arguments, words) in [
        (vec!["backup", "there"], ["pg_basebackup", "journal.sqlite.postgres-sends"]),
        (vec!["restore", "there"], ["stop the engine", "journal.sqlite.postgres-sends"]),
        (vec!["key", "rotate"], ["keep the key", "cannot be changed yet"]),
    ] {
        let ended = run(&world, &arguments).await?;
        assert_eq!(ended.code, REFUSED, "{arguments:?}: {ended:?}");
        assert_says(&ended, &["Money: ", "Do:    "]);
        assert_says(&ended, &words);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_moves_from_a_file_and_its_payments_and_their_ids_go_with_it() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let customer = fresh_customer();
    let paid = engine.pay(token("payment-01", &customer)).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded);
    engine.stop().await?;
    let in_a_file = run(&world, &["audit", "head"]).await?;

    let key = format!("{}.key", world.journal().display());
    let master = std::fs::read_to_string(key)?;
    let mut world = world.kept(KEPT).await?;
    world.environment.retain(|(name, _)| *name != "E2E_JOURNAL_KEY");
    world.environment.push(("E2E_JOURNAL_KEY", master.trim().to_owned()));
    let from = format!("sqlite:{}", world.journal().display());
    let others = run(&world, &["migrate", "--from", &from]).await?;
    assert_eq!(others.code, REFUSED, "{others:?}");
    assert_says(&others, &["the key in the file beside a journal is called `local`"]);
    world.config = world.config.replacen("[journal]\n", "[journal]\nkey_id = \"local\"\n", 1);
    let moved = run(&world, &["migrate", "--from", &from, "--to", "env:E2E_JOURNAL_URL"]).await?;
    assert_eq!(moved.code, Some(0), "{moved:?}");
    assert_says(&moved, &["has moved to the database", "1 payments", "payment: 1"]);
    let again = run(&world, &["migrate", "--from", &from]).await?;
    assert_eq!(again.code, REFUSED, "{again:?}");
    assert_says(&again, &["already, and goes on there"]);
    let in_a_database = run(&world, &["audit", "head"]).await?;
    assert_eq!(in_a_database.stdout, in_a_file.stdout);

    let engine = world.serve().await?;
    let repeated = engine.pay(token("payment-01", &customer)).await?;
    assert_eq!(repeated.state(), PaymentState::Succeeded);
    let verified = run(&world, &["audit", "verify"]).await?;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert_says(&verified, &["nothing was changed by other means than the engine"]);
    engine.stop().await?;
    assert_eq!(world.provider.ledger().charges.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_checked_and_shown_without_the_password_of_the_database() -> Result<()> {
    let mut world = World::new().await?.kept(KEPT).await?;
    let good = run(&world, &["config", "check"]).await?;
    assert_eq!(good.code, Some(0), "{good:?}");
    assert_says(&good, &["url = { env = \"E2E_JOURNAL_URL\" }", "the send journal"]);
    for (url, words) in [
        ("postgres://ppob:hunter2@db.example/ppob", "names another machine and no TLS"),
        ("postgres://ppob:hunter2@127.0.0.1", "it names no database"),
        ("postgres://ppob:hunter2@127.0.0.1:port/ppob", "no connection string of PostgreSQL"),
    ] {
        world.environment.retain(|(name, _)| *name != "E2E_JOURNAL_URL");
        world.environment.push(("E2E_JOURNAL_URL", url.to_owned()));
        let wrong = run(&world, &["config", "check"]).await?;
        assert_eq!(wrong.code, USAGE, "{wrong:?}");
        assert_says(&wrong, &[words]);
        assert!(!format!("{wrong:?}").contains("hunter2"), "{wrong:?}");
    }
    Ok(())
}
