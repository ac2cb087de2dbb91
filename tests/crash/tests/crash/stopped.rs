//! An engine that stands still for longer than its permits are good for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ppob_api::v1::PaymentState;
use ppob_crash::audit::violations;
use ppob_crash::callers::{Caller, Callers};
use ppob_crash::clock::{STEPS, step};
use ppob_crash::random::Random;
use ppob_crash::run;
use ppob_crash::standstill::{Standstill, stands_still};
use ppob_crash::truth::{posts, truth};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token};
use ppob_e2e::wait::until;
use ppob_e2e::{Result, World};
use ppob_simulator::mmbc::Verb;
use ppob_types::CrashPoint;
use tokio::task::JoinSet;

use crate::PROGRAM;

/// Longer than an attempt may begin after acceptance, and far longer than a permit is good for.
const STANDSTILL: u64 = 130;

/// Meanwhile nobody else gets its journal.
async fn is_locked(world: &World) -> Result<()> {
    let second = world.serve_in_vain().await?;
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.stderr.contains("is in use by another process"), "{}", second.stderr);
    Ok(())
}

/// With a clock that is stepped by its file.
fn with_steps(world: &mut World) -> PathBuf {
    let steps = world.directory().join("clock");
    world.environment.push((STEPS, steps.display().to_string()));
    steps
}

fn time_passes(steps: &Path) -> Result<()> {
    Ok(step(steps, i64::try_from(STANDSTILL)?, STANDSTILL)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_still_before_the_connection_is_not_sent_when_it_goes_on() -> Result<()> {
    for point in [CrashPoint::AfterAcceptance, CrashPoint::PermitMinted, CrashPoint::PermitSpent] {
        let mut world = World::new().await?;
        world.program = vec![PROGRAM.to_owned()];
        let steps = with_steps(&mut world);
        let standstill = Standstill::at(&mut world, point, 1);
        let engine = world.serve().await?;
        Standstill::only_once(&mut world);
        let customer = fresh_customer();
        let call = engine.start_paying(token("stopped-01", &customer)).await?;
        standstill.is_reached(&engine).await?;
        is_locked(&world).await?;
        time_passes(&steps)?;
        standstill.go_on(&engine).await?;
        let payment = call.await??.payment.ok_or(std::fmt::Error)?;
        assert_eq!(payment.state(), PaymentState::Failed, "{point:?}: {payment:?}");
        let reason = payment.failure.map(|failure| failure.reason);
        assert_eq!(reason.as_deref(), Some("EXPIRED"), "{point:?}");
        let provider = &world.provider;
        assert_eq!(provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 0, "{point:?}");
        assert_eq!(provider.ledger().charges.len(), 0, "{point:?}");
        engine.kill().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_stopped_under_load_keeps_its_promise_when_it_goes_on() -> Result<()> {
    let mut random = Random::new(7);
    let world = run::world(PROGRAM).await?;
    let steps = world.directory().join("clock");
    let engine = world.serve().await?;
    let callers = Arc::new(Callers::default());
    let mut working = JoinSet::new();
    for _ in 0..8 {
        let client = engine.connection().await?;
        working.spawn(Caller::new(Arc::clone(&callers), client, random.split()).work());
    }
    world.provider.wait_for_pay_requests(30).await;
    engine.process().signal("STOP").await?;
    stands_still(&engine).await?;
    is_locked(&world).await?;
    time_passes(&steps)?;
    engine.process().signal("CONT").await?;
    let read = world.provider.requests().of(Verb::Pay);
    world.provider.wait_for_pay_requests(read + 30).await;
    callers.stop.store(true, Ordering::SeqCst);
    while let Some(done) = working.join_next().await {
        done?;
    }
    let payments = until("everything ends", async || {
        let payments = engine.payments().await.map_err(|problem| problem.to_string())?;
        let open = payments.iter().filter(|payment| {
            !ppob_api::is_final(payment) && payment.state() != PaymentState::InDoubt
        });
        let open = open.count();
        if open == 0 { Ok(payments) } else { Err(format!("{open} are open")) }
    })
    .await?;
    let provider = &world.provider;
    let found = violations(&payments, &truth(provider, posts(provider)), &callers.told.all());
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(callers.told.lies(), Vec::<String>::new());
    engine.kill().await
}
