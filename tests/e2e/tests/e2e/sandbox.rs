//! `ppob sandbox` and `ppob demo`: the whole thing on one machine.

use std::fs;
use std::path::Path;

use ppob_api::v1::{AttemptState, PaymentState};
use ppob_e2e::process::{Ended, Process, run};
use ppob_e2e::request::{fresh_customer, token};
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Result};
use tempfile::tempdir;
use tokio_stream::StreamExt as _;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

const SERVICES: [&str; 2] = ["ppob.v1.CatalogService", "ppob.v1.PaymentService"];
const OPERATORS: &str = "ppob.v1.OperatorService";

pub(crate) async fn sandbox(directory: &Path) -> Result<Engine> {
    let addresses = directory.join("addresses.json");
    let file = addresses.display().to_string();
    let arguments = ["sandbox", "--port", "0", "--write-addresses", &file];
    let engine =
        Engine::of_sandbox(Process::start(directory, &arguments, &[])?, &addresses).await?;
    engine.wait_for_prices().await?;
    Ok(engine)
}

async fn demo(directory: &Path) -> Result<Ended> {
    let file = directory.join("addresses.json").display().to_string();
    run(directory, &["demo", "--addresses", &file], &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_a_token_a_failover_and_a_doubt_resolved_as_often_as_it_is_run() -> Result<()>
{
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    for round in 1..=2 {
        let before = engine.payments().await?.len();
        let demo = demo(directory.path()).await?;
        let said = &demo.stdout;
        assert_eq!(demo.code, Some(0), "round {round}:\n{said}\n{}", demo.stderr);
        assert!(has_token(said), "round {round} shows no token:\n{said}");
        assert!(said.contains("SIMULASI"), "round {round}:\n{said}");
        assert!(said.contains("IN_DOUBT"), "round {round} shows no doubt:\n{said}");
        assert!(said.contains("costs Rp 150 more than okeconnect"), "round {round}:\n{said}");
        assert!(said.contains("Basis: CALLBACK"), "round {round} shows no webhook:\n{said}");

        let payments = engine.payments().await?;
        let (new, _) = payments.split_at(payments.len() - before);
        assert!(!new.is_empty());
        for payment in new {
            let open = [PaymentState::InDoubt, PaymentState::Processing, PaymentState::Accepted];
            assert!(!open.contains(&payment.state()), "round {round} leaves open: {payment:?}");
        }
        let failover = new.iter().find(|payment| {
            let attempts = payment.attempts.iter();
            let attempts: Vec<_> =
                attempts.map(|attempt| (attempt.provider.as_str(), attempt.state())).collect();
            let expected =
                [("okeconnect", AttemptState::Rejected), ("digiflazz", AttemptState::Succeeded)];
            attempts == expected
        });
        assert!(failover.is_some(), "round {round} shows no failover between kinds:\n{said}");
    }
    Ok(())
}

/// 20 digits, maybe in groups.
fn has_token(text: &str) -> bool {
    text.lines().any(|line| {
        let joined: String = line.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        joined.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 20)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_have_the_main_names_with_values() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    engine.pay(token("metric-001", &fresh_customer())).await?;
    let metrics = engine.metrics().await?;
    for name in [
        "ppob_payments_accepted_total",
        "ppob_payment_outcomes_total",
        "ppob_journal_commits_total",
        "ppob_provider_requests_total",
        "ppob_provider_request_duration_seconds_count",
        "ppob_catalogue_refreshes_total",
        "ppob_provider_active",
        "ppob_provider_plaintext",
    ] {
        assert!(metrics.sum(name) >= Some(1), "{name} in:\n{}", metrics.text());
    }
    for name in [
        "ppob_payments_open",
        "ppob_payments_in_doubt",
        "ppob_payments_in_doubt_oldest_seconds",
        "ppob_provider_breaker_open",
        "ppob_catalogue_age_seconds",
        "ppob_catalogue_unmapped_rows",
    ] {
        assert!(metrics.sum(name).is_some(), "{name} in:\n{}", metrics.text());
    }
    let outcome = metrics.sum_with("ppob_payment_outcomes_total", "state=\"SUCCEEDED\"");
    assert_eq!(outcome, Some(1), "{}", metrics.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_truthful_and_the_process_ends_by_itself_when_asked() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    let mut health = HealthClient::new(engine.channel().await?);
    for service in ["", "ppob.v1.CatalogService", "ppob.v1.PaymentService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let status = health.check(request).await?.into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service:?}");
    }
    engine.process().terminate().await?;
    until("the engine does not serve any more", async || {
        match health.check(HealthCheckRequest::default()).await {
            Ok(answer) if answer.get_ref().status() == ServingStatus::Serving => {
                Err("SERVING".to_owned())
            }
            Ok(_) | Err(_) => Ok(()),
        }
    })
    .await?;
    let ended = engine.ended().await?;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for entry in fs::read_dir(directory.path())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        assert!(!name.contains("sandbox") && name != "addresses.json", "{name} is left behind");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_lists_the_services() -> Result<()> {
    let directory = tempdir()?;
    let engine = sandbox(directory.path()).await?;
    let callers = services(&engine.addresses.api).await?;
    for service in SERVICES {
        assert!(callers.iter().any(|one| one == service), "{callers:?}");
    }
    assert!(!callers.iter().any(|one| one == OPERATORS), "operators have a listener of their own");
    let operators = services(&engine.addresses.operator).await?;
    assert!(operators.iter().any(|one| one == OPERATORS), "{operators:?}");
    Ok(())
}

async fn services(address: &str) -> Result<Vec<String>> {
    let channel = Endpoint::from_shared(format!("http://{address}"))?.connect().await?;
    let mut client = ServerReflectionClient::new(channel);
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers =
        client.server_reflection_info(tokio_stream::once(request)).await?.into_inner();
    let mut found = Vec::new();
    while let Some(answer) = answers.next().await {
        if let Some(MessageResponse::ListServicesResponse(list)) = answer?.message_response {
            found.extend(list.service.into_iter().map(|service| service.name));
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_with_a_real_provider_in_its_configuration_does_not_start() -> Result<()> {
    let directory = tempdir()?;
    let config = directory.path().join("real.toml");
    fs::write(
        &config,
        "[[provider]]\nname = \"real\"\nkind = \"mmbc\"\nusername = \"u\"\n\
         base_url = \"https://mmbc.example/json/ppob/\"\npassword = { env = \"E2E_PASSWORD\" }\n",
    )?;
    let path = config.display().to_string();
    let arguments = ["sandbox", "--port", "0", "--config", &path];
    let ended = run(directory.path(), &arguments, &[("E2E_PASSWORD", "x")]).await?;
    assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
    assert!(ended.stderr.contains("`real`"), "{}", ended.stderr);
    Ok(())
}
