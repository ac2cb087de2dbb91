//! Backups of a journal at work, what becomes of one that is put back, and what `ppob doctor` finds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{
    AbandonPaymentRequest, ListProvidersRequest, PaymentState, ProviderMode, SetProviderModeRequest,
};
use ppob_e2e::request::{fresh_customer, token, without_waiting};
use ppob_e2e::wait::soon;
use ppob_e2e::world::PASSWORD;
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_simulator::mmbc::{Fault, FaultKind, RequestCounts, Stage, Verb};
use serde_json::Value;
use tokio::task::JoinSet;

const REFUSED: Option<i32> = Some(1);

fn file(world: &World, name: &str) -> String {
    world.directory().join(name).display().to_string()
}

/// What a disk takes along that is lost with the journal on it.
fn lose_send_journal(world: &World) -> Result<()> {
    Ok(fs::remove_dir_all(world.directory().join("journal.sqlite.sends"))?)
}

async fn release(engine: &Engine, provider: &str) -> Result<()> {
    let request = SetProviderModeRequest {
        provider: provider.to_owned(),
        mode: ProviderMode::Active.into(),
        reason: "compared with the statement".to_owned(),
        actor: "sari".to_owned(),
    };
    engine.operators().await?.set_provider_mode(request).await?;
    Ok(())
}

/// Pays one after the other on several connections, until `stop` is there.
async fn pay_until(engine: &Engine, stop: &Path) -> Result<JoinSet<Vec<String>>> {
    let mut payers = JoinSet::new();
    for payer in 0..4 {
        let (client, stop) = (engine.connection().await?, stop.to_owned());
        payers.spawn(async move {
            let mut paid = Vec::new();
            while !stop.exists() {
                let id = format!("load-{payer}-{:06}", paid.len());
                let request = token(&id, &fresh_customer());
                let answer = client.payments.clone().create_payment(request).await;
                let payment = answer.ok().and_then(|answer| answer.into_inner().payment);
                if payment.is_none_or(|payment| payment.state() != PaymentState::Succeeded) {
                    return Vec::new();
                }
                paid.push(id);
            }
            paid
        });
    }
    Ok(payers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_under_load_pays_nothing_twice() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let before = engine.pay(token("before-01", &fresh_customer())).await?;
    let (stop, backup) = (world.directory().join("stop"), file(&world, "backup"));
    let config = world.write_config()?;
    let mut payers = pay_until(&engine, &stop).await?;
    let taken = world.run(&["backup", &backup, "--config", &config, "--json"]).await?;
    assert_eq!(taken.code, Some(0), "{taken:?}");
    fs::write(&stop, "")?;
    while let Some(paid) = payers.join_next().await {
        assert_ne!(paid?, Vec::<String>::new(), "each payer paid, also while the backup was taken");
    }
    let after = token("after-0001", &fresh_customer());
    let lost = engine.pay(after.clone()).await?;
    assert_eq!(lost.state(), PaymentState::Succeeded);
    let charged = world.provider.ledger().charges.len();

    let restore = ["restore", &backup, "--config", &config, "--replace"];
    let in_use = world.run(&restore).await?;
    assert_eq!(in_use.code, REFUSED, "{in_use:?}");
    assert!(in_use.stderr.contains("in use by another process"), "{}", in_use.stderr);
    assert_eq!(engine.stop().await?.code, Some(0));
    lose_send_journal(&world)?;
    let kept = world.run(&["restore", &backup, "--config", &config]).await?;
    assert_eq!(kept.code, REFUSED, "{kept:?}");
    let restored = world.run(&restore).await?;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    for words in ["would be paid again", "freezes every provider", "ppob payment abandon"] {
        assert!(restored.stdout.contains(words), "{words}: {}", restored.stdout);
    }

    let engine = world.serve_without_prices().await?;
    assert_eq!(engine.get("before-01").await?, before);
    let listed = engine.operators().await?.list_providers(ListProvidersRequest::default()).await?;
    for provider in listed.into_inner().providers {
        assert_eq!(provider.mode(), ProviderMode::Frozen);
        assert!(provider.mode_reason.contains("restored from a backup"), "{provider:?}");
    }
    // The caller repeats what this journal has never heard of.
    let unknown = engine.get("after-0001").await.map_err(|status| reason_of(&status));
    assert_eq!(unknown.map(drop), Err(Some(reason::PAYMENT_NOT_FOUND.to_owned())));
    let abandon = AbandonPaymentRequest { payment_id: "after-0001".to_owned() };
    engine.client.payments.clone().abandon_payment(abandon).await?;
    release(&engine, "mmbc").await?;
    engine.wait_for_prices().await?;
    let refused = engine.refused(after).await?;
    assert_eq!(reason_of(&refused).as_deref(), Some(reason::PAYMENT_ID_ABANDONED), "{refused:?}");
    assert_eq!(world.provider.ledger().charges.len(), charged, "nothing was paid again");
    let paid = engine.pay(token("released-01", &fresh_customer())).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded);
    engine.stop().await?;
    let engine = world.serve().await?;
    let paid = engine.pay(token("released-02", &fresh_customer())).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded, "released once is released");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_payment_is_not_paid_before_its_provider_is_released() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let (config, backup) = (world.write_config()?, file(&world, "backup"));
    assert_eq!(world.run(&["backup", &backup, "--config", &config]).await?.code, Some(0));
    let request = token("lost-00001", &fresh_customer());
    engine.pay(request.clone()).await?;
    engine.stop().await?;
    lose_send_journal(&world)?;
    let restored = world.run(&["restore", &backup, "--config", &config, "--replace"]).await?;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let engine = world.serve_without_prices().await?;
    let repeated = engine.pay(request).await?;
    assert_eq!(repeated.state(), PaymentState::Failed, "{repeated:?}");
    assert_eq!(world.provider.ledger().charges.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_after_the_backup_is_in_doubt_again_and_repeating_it_charges_nothing()
-> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    engine.pay(token("before-01", &fresh_customer())).await?;
    let (config, backup) = (world.write_config()?, file(&world, "backup"));
    assert_eq!(world.run(&["backup", &backup, "--config", &config]).await?.code, Some(0));
    let answered = token("after-0001", &fresh_customer());
    assert_eq!(engine.pay(answered.clone()).await?.state(), PaymentState::Succeeded);
    let stall = FaultKind::Stall { stage: Stage::AfterDebit, milliseconds: None };
    world.provider.add_fault(Fault::new(stall).verb(Verb::Pay))?;
    let unanswered = token("after-0002", &fresh_customer());
    let call = engine.start_paying(unanswered.clone()).await?;
    soon("both are charged", world.provider.wait_for_charges(3)).await?;
    engine.kill().await?;
    assert!(call.await?.is_err());
    world.provider.clear_faults();

    let verify = ["audit", "verify", "--config", &config];
    let untouched = world.run(&verify).await?;
    assert_eq!(untouched.code, Some(0), "{untouched:?}");
    let head = world.run(&["audit", "head", "--config", &config]).await?;
    let head = head.stdout.split_whitespace().next().unwrap_or_default().to_owned();
    let restored = world.run(&["restore", &backup, "--config", &config, "--replace"]).await?;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert!(restored.stdout.contains("send journal"), "{}", restored.stdout);

    let engine = world.serve_without_prices().await?;
    release(&engine, "mmbc").await?;
    engine.wait_for_prices().await?;
    for request in [answered, unanswered] {
        let again = engine.create(without_waiting(request)).await?;
        assert!(again.existed, "{again:?}");
        let again = again.payment.unwrap_or_default();
        assert_eq!(again.state(), PaymentState::InDoubt, "{again:?}");
        assert_eq!(again.attempts.len(), 1);
    }
    assert_eq!(world.provider.ledger().charges.len(), 3, "nothing was paid again");
    assert_eq!(engine.metrics().await?.sum("ppob_journal_lost_sends_total"), Some(2));
    let beside = world.run(&verify).await?;
    assert_eq!(beside.code, Some(0), "{beside:?}");
    assert!(beside.stdout.contains("had forgotten"), "{}", beside.stdout);
    // A head that somebody kept is not in what came out of the backup, and it says so.
    let kept = [verify.as_slice(), &["--head", &head]].concat();
    let cut = world.run(&kept).await?;
    assert_eq!(cut.code, Some(5), "{cut:?}");
    assert!(cut.stdout.contains("the journal was cut or set back"), "{}", cut.stdout);
    assert_eq!(engine.stop().await?.code, Some(0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_is_not_started_on_and_the_backup_is_named_as_the_way_out() -> Result<()>
{
    let world = World::new().await?;
    let engine = world.serve().await?;
    for number in 0..30 {
        engine.pay(token(&format!("payment-{number:02}"), &fresh_customer())).await?;
    }
    let (config, backup) = (world.write_config()?, file(&world, "backup"));
    assert_eq!(world.run(&["backup", &backup, "--config", &config]).await?.code, Some(0));
    engine.stop().await?;
    let mut bytes = fs::read(world.journal())?;
    let middle = bytes.len() / 2;
    bytes.iter_mut().skip(middle).take(8_192).for_each(|byte| *byte = 0xa5);
    fs::write(world.journal(), &bytes)?;
    let refused = world.serve_in_vain().await?;
    assert_eq!(refused.code, REFUSED, "{refused:?}");
    for words in ["is damaged", "do not start with an empty one", "ppob restore"] {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
    let doctor = world.run(&["doctor", "--config", &config]).await?;
    assert_eq!(doctor.code, REFUSED, "{doctor:?}");
    assert!(doctor.stdout.contains("is damaged"), "{}", doctor.stdout);
    let other = file(&world, "other.backup");
    let none = world.run(&["backup", &other, "--config", &config]).await?;
    assert_eq!(none.code, REFUSED, "{none:?}");
    assert!(!Path::new(&other).exists());
    let restored = world.run(&["restore", &backup, "--config", &config, "--replace"]).await?;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let engine = world.serve_without_prices().await?;
    assert_eq!(engine.get("payment-29").await?.state(), PaymentState::Succeeded);
    Ok(())
}

/// The findings of a doctor as `check: verdict: text`.
async fn findings(world: &World) -> Result<(Option<i32>, Vec<String>)> {
    let config = world.write_config()?;
    let doctor = world.run(&["doctor", "--config", &config, "--json"]).await?;
    assert!(!doctor.stdout.contains(PASSWORD) && !doctor.stderr.contains(PASSWORD));
    let found: Value = serde_json::from_str(&doctor.stdout)
        .map_err(|error| Problem::new(format!("{error}: {doctor:?}")))?;
    let text = |one: &Value, key: &str| {
        one.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let checks = found.get("checks").and_then(Value::as_array).cloned().unwrap_or_default();
    let lines = checks.iter().map(|one| {
        format!("{}: {}: {}", text(one, "check"), text(one, "verdict"), text(one, "text"))
    });
    Ok((doctor.code, lines.collect()))
}

fn assert_found(lines: &[String], beginning: &str, words: &str) {
    let found = lines.iter().any(|line| line.starts_with(beginning) && line.contains(words));
    assert!(found, "{beginning} … {words} is missing in {lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_finds_nothing_wrong_where_nothing_is_and_asks_the_provider_nothing() -> Result<()>
{
    let world = World::new().await?;
    let (code, lines) = findings(&world).await?;
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains(": fail: ")), "{lines:#?}");
    assert_found(&lines, "journal: ok", "the first start creates it");
    assert_found(&lines, "provider: ok", "a connection can be made");
    assert_found(&lines, "provider: warn", "not encrypted");
    assert_eq!(world.provider.requests(), RequestCounts::default(), "no request was sent");
    assert!(!world.journal().exists(), "it only looked");
    let engine = world.serve().await?;
    engine.pay(token("payment-01", &fresh_customer())).await?;
    let (code, lines) = findings(&world).await?;
    assert_eq!(code, Some(0), "{lines:#?}");
    assert_found(&lines, "journal: ok", "1 payments, 0 of them open");
    for check in ["disk", "clock", "configuration", "files"] {
        assert_found(&lines, &format!("{check}: ok"), "");
    }
    engine.pay(token("payment-02", &fresh_customer())).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_finds_what_was_broken_on_purpose() -> Result<()> {
    let mut world = World::new().await?;
    let good = world.config.clone();
    world.config = good.replace("allow_plaintext", "alow_plaintext");
    let (code, lines) = findings(&world).await?;
    assert_eq!(code, REFUSED);
    assert_found(&lines, "configuration: fail", "did you mean");

    let secret = world.directory().join("password");
    fs::write(&secret, PASSWORD)?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644))?;
    let by_file = format!("password = {{ file = {:?} }}", secret.display().to_string());
    world.config = good.replace("password = { env = \"E2E_MMBC_PASSWORD\" }", &by_file);
    let (code, lines) = findings(&world).await?;
    assert_eq!(code, Some(0), "a warning is no failure: {lines:#?}");
    assert_found(&lines, "files: warn", "the secret of `provider.mmbc.password`");

    let config = world.write_config()?;
    fs::set_permissions(&config, fs::Permissions::from_mode(0o666))?;
    let (code, lines) = findings(&world).await?;
    assert_eq!(code, REFUSED);
    assert_found(&lines, "files: fail", "where money goes");
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600))?;

    fs::write(
        world.journal(),
        "some text that is no journal at all, but long enough to look at it",
    )?;
    fs::set_permissions(world.journal(), fs::Permissions::from_mode(0o644))?;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    world.config = good.replace(&world.provider.address().to_string(), &closed.to_string());
    let (code, lines) = findings(&world).await?;
    assert_eq!(code, REFUSED);
    assert_found(&lines, "journal: fail", "is no journal of this engine");
    assert_found(&lines, "files: warn", "the payments of customers");
    assert_found(&lines, "provider: fail", "mmbc: the provider was not reached");
    Ok(())
}
