//! The configuration changes at night, and the engine goes on.

use std::fs;
use std::process::Command;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{PaymentState, ReloadConfigRequest, ReloadConfigResponse};
use ppob_e2e::request::{TOKEN, TOKEN_AT_PROVIDER, fresh_customer, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::world::PASSWORD;
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_simulator::mmbc::{Fault, FaultKind, Verb};
use tonic::Status;

/// Paid after five seconds.
const SLOW: &str = "530000000205";
const PATTERN: &str = "\nrefusals = [{ pattern = \"^METERAN [0-9]+ DIBLOKIR PERMANEN$\", \
                       code = \"number-invalid\", scope = \"bill\" }]\n";

/// The provider refuses the next payment in words that no list has.
fn refuse_oddly(world: &World) -> Result<()> {
    let kind = FaultKind::Refusal { reason: "METERAN 123 DIBLOKIR PERMANEN".to_owned() };
    Ok(world.provider.add_fault(Fault::new(kind).verb(Verb::Pay).times(1))?)
}

async fn reload(engine: &Engine, validate_only: bool) -> Result<ReloadConfigResponse, Status> {
    let request = ReloadConfigRequest { actor: "sari".to_owned(), validate_only };
    let operators = engine.operators().await;
    let mut operators = operators.map_err(|problem| Status::unknown(problem.to_string()))?;
    Ok(operators.reload_config(request).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_and_a_limit_take_effect_at_once_and_a_payment_on_its_way_is_paid_once()
-> Result<()> {
    let mut world = World::new().await?;
    let engine = world.serve().await?;
    refuse_oddly(&world)?;
    let before = engine.pay(token("before-01", &fresh_customer())).await?;
    assert_eq!(before.state(), PaymentState::InDoubt, "{before:?}");
    let paying = engine.start_paying(token("on-its-way-01", SLOW)).await?;
    until("the payment is at the provider", async || {
        match world.provider.pay_requests_for(TOKEN_AT_PROVIDER, SLOW) {
            0 => Err("not yet".to_owned()),
            _ => Ok(()),
        }
    })
    .await?;
    let changed =
        format!("{PATTERN}priority = 7\nlimits.pay_in_flight = 3\nlimits.reads_in_flight = 9\n");
    world.config = world.config.replace("limits.pay_in_flight = 10000\n", "");
    world.config = world.config.replace("limits.reads_in_flight = 10000\n", &changed);
    world.config.push_str("\n[payments]\nmax_attempts = 2\n\n[log]\nformat = \"json\"\n");
    world.write_config()?;

    let expected = ReloadConfigResponse {
        changed_keys: [
            "payments.max_attempts",
            "provider.mmbc.limits.pay_in_flight",
            "provider.mmbc.limits.reads_in_flight",
            "provider.mmbc.priority",
            "provider.mmbc.refusals",
        ]
        .map(str::to_owned)
        .into(),
        restart_keys: vec!["log.format".to_owned()],
        warnings: Vec::new(),
    };
    for validate_only in [true, true, false] {
        let answer = reload(&engine, validate_only).await?;
        let warnings = answer.warnings.clone();
        assert!(warnings.iter().all(|text| text.starts_with("mmbc: ")), "{warnings:?}");
        assert_eq!(ReloadConfigResponse { warnings: Vec::new(), ..answer }, expected);
    }
    let again = reload(&engine, false).await?;
    assert_eq!(again.changed_keys, Vec::<String>::new());
    assert_eq!(again.restart_keys, ["log.format"], "told until it is done");

    refuse_oddly(&world)?;
    let after = engine.pay(token("after-001", &fresh_customer())).await?;
    assert_eq!(after.state(), PaymentState::Failed, "{after:?}");
    assert_eq!(after.failure.map(|failure| failure.reason).as_deref(), Some("NUMBER_INVALID"));
    let paid = paying.await??.payment.ok_or_else(|| Problem::new("no payment"))?;
    assert_eq!(paid.state(), PaymentState::Succeeded, "{paid:?}");
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, SLOW), 1);
    assert_eq!(world.provider.ledger().charges.len(), 1);
    let before = engine.get("before-01").await?;
    assert_eq!(
        before.state(),
        PaymentState::InDoubt,
        "old answers are not read anew by themselves"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_a_file_is_changed_without_a_restart_and_shown_nowhere() -> Result<()> {
    let mut world = World::new().await?;
    let file = world.directory().join("password");
    fs::write(&file, "not-the-password")?;
    let by_variable = "password = { env = \"E2E_MMBC_PASSWORD\" }";
    let by_file = format!("password = {{ file = {:?} }}", file.display().to_string());
    world.config = world.config.replace(by_variable, &by_file);
    let engine = world.serve_without_prices().await?;
    let operators = engine.addresses.operator.clone();
    let command = ["config", "reload", "--actor", "sari", "--operator-address", &operators];
    let nothing = world.run(&command).await?;
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
    assert!(nothing.stdout.contains("Nothing differs"), "{}", nothing.stdout);

    fs::write(&file, format!("{PASSWORD}\n"))?;
    let checked = world.run(&[&command[..], &["--check"]].concat()).await?;
    assert!(
        checked.stdout.contains("Would take effect now:\n  provider.mmbc.password"),
        "{checked:?}"
    );
    let done = world.run(&command).await?;
    assert!(done.stdout.contains("In effect now:\n  provider.mmbc.password"), "{done:?}");
    let refreshed = world.run(&["refresh", "--operator-address", &operators]).await?;
    assert_eq!(refreshed.code, Some(0), "{refreshed:?}");
    engine.wait_for_prices().await?;
    let paid = engine.pay(token("payment-01", &fresh_customer())).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded, "{paid:?}");
    let said = format!("{}{}{}", done.stdout, checked.stdout, engine.process().stderr());
    assert!(!said.contains(PASSWORD) && !said.contains("not-the-password"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_changes_nothing_and_is_told_as_config_check_tells_it() -> Result<()>
{
    let mut world = World::new().await?;
    let engine = world.serve().await?;
    let good = world.config.clone();
    let operators = engine.addresses.operator.clone();
    for wrong in [
        format!("{good}\n[payments]\nmax_attempts = 1\npay_withn_s = 60\n"),
        format!("{good}\n[payments]\nmax_attempts = 1\n[log]\nfilter = \"a=b=c\"\n"),
        format!("{good}\n[payments]\nmax_attempts = 1\n").replace("allow_plain", "alow_plain"),
        // A provider that waits for a restart has to be right too.
        format!(
            "{good}\n[payments]\nmax_attempts = 1\n[[provider]]\nname = \"b\"\nkind = \"mbc\"\n"
        ),
    ] {
        world.config = wrong;
        let file = world.write_config()?;
        let status = match reload(&engine, false).await {
            Ok(answer) => return Err(Problem::new(format!("it was taken: {answer:?}"))),
            Err(status) => status.message().to_owned(),
        };
        let checked = world.run(&["config", "check", "--config", &file]).await?;
        assert_eq!(checked.code, Some(2), "{checked:?}");
        assert!(status.contains(checked.stderr.trim()), "{status}\n{}", checked.stderr);
        let reload = ["config", "reload", "--actor", "sari", "--operator-address", &operators];
        let refused = world.run(&reload).await?;
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.stderr.contains(checked.stderr.trim()), "{}", refused.stderr);
    }
    world.config = format!("{good}\n[payments]\nmax_attempts = 1\n");
    world.write_config()?;
    let answer = reload(&engine, true).await?;
    assert_eq!(answer.changed_keys, ["payments.max_attempts"], "none of it had taken effect");
    let paid = engine.pay(token("payment-01", &fresh_customer())).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded, "{paid:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_mapping_sells_under_the_new_code_at_once() -> Result<()> {
    let mut world = World::new().await?;
    let engine = world.serve().await?;
    world.config.push_str("\n[provider.mapping]\nPLNS20 = { product = \"PLN-TOKEN-20\", ");
    world.config.push_str("family = \"pln-prepaid\" }\n");
    world.write_config()?;
    let answer = reload(&engine, false).await?;
    assert!(answer.warnings.iter().any(|text| text.contains("new mapping")), "{answer:?}");
    let mut request = token("payment-01", &fresh_customer());
    let refused = engine.refused(request.clone()).await?;
    assert_eq!(reason_of(&refused).as_deref(), Some(reason::PRODUCT_UNKNOWN), "{TOKEN} is gone");
    "PLN-TOKEN-20".clone_into(&mut request.product_code);
    let paid = engine.pay(request).await?;
    assert_eq!(paid.state(), PaymentState::Succeeded, "{paid:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_reloads_and_ends_nothing() -> Result<()> {
    let mut world = World::new().await?;
    let engine = world.serve().await?;
    let paying = engine.start_paying(without_waiting(token("payment-01", SLOW))).await?;
    world.config.push_str("\n[payments]\nmax_attempts = 1\n[log]\nfilter = \"info,hyper=warn\"\n");
    world.write_config()?;
    let process = engine.process().id().ok_or_else(|| Problem::new("it has ended"))?;
    assert!(Command::new("kill").args(["-HUP", &process.to_string()]).status()?.success());
    until("the log tells of the reload", async || {
        let log = engine.process().stderr();
        if log.contains("payments.max_attempts") { Ok(()) } else { Err(log) }
    })
    .await?;
    let checked = reload(&engine, true).await?;
    assert_eq!(checked.changed_keys, Vec::<String>::new());
    paying.await??;
    engine.wait_for("payment-01", PaymentState::Succeeded).await?;
    assert_eq!(engine.stop().await?.code, Some(0));
    Ok(())
}
