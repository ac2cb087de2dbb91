//! An engine that stands still for longer than its permits are good for.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ppob_api::v1::PaymentState;
use ppob_crash::arm::{AT, MARK, go_on};
use ppob_crash::audit::violations;
use ppob_crash::callers::{Caller, Callers};
use ppob_crash::clock::{STEPS, step};
use ppob_crash::random::Random;
use ppob_crash::run;
use ppob_crash::truth::{posts, truth};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token};
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Result, World};
use ppob_types::CrashPoint;
use tokio::task::JoinSet;

use crate::PROGRAM;

/// Longer than an attempt may begin after acceptance, and far longer than a permit is good for.
const STANDSTILL: u64 = 130;

struct Stopping {
    world: World,
    mark: PathBuf,
    steps: PathBuf,
}

impl Stopping {
    async fn new() -> Result<Self> {
        let mut world = World::new().await?;
        world.program = vec![PROGRAM.to_owned()];
        let (mark, steps) = (world.directory().join("stopped-at"), world.directory().join("clock"));
        world.environment.push((STEPS, steps.display().to_string()));
        Ok(Self { world, mark, steps })
    }

    /// Waits until the engine stands still; meanwhile nobody else gets its journal.
    async fn stands_still(&self, engine: &Engine) -> Result<()> {
        stands_still(engine).await?;
        let second = self.world.serve_in_vain().await?;
        assert_eq!(second.code, Some(1), "{second:?}");
        assert!(second.stderr.contains("is in use by another process"), "{}", second.stderr);
        Ok(())
    }

    /// Time passes, then it goes on.
    async fn goes_on(&self, engine: &Engine) -> Result<()> {
        step(&self.steps, i64::try_from(STANDSTILL)?, STANDSTILL)?;
        fs::write(go_on(&self.mark), "")?;
        engine.process().signal("CONT").await
    }
}

async fn stands_still(engine: &Engine) -> Result<()> {
    let id = engine.process().id().ok_or(std::fmt::Error)?;
    until("the engine stands still", async || {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let state = stat.rsplit(") ").next().unwrap_or_default().chars().next();
        if state == Some('T') { Ok(()) } else { Err(format!("{state:?}")) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_still_before_the_connection_is_not_sent_when_it_goes_on() -> Result<()> {
    for point in [CrashPoint::AfterAcceptance, CrashPoint::PermitMinted, CrashPoint::PermitSpent] {
        let mut stopping = Stopping::new().await?;
        let armed = [
            (AT, format!("stop:{}:1", point.as_str())),
            (MARK, stopping.mark.display().to_string()),
        ];
        stopping.world.environment.extend(armed);
        let engine = stopping.world.serve().await?;
        stopping.world.environment.retain(|(name, _)| *name != AT);
        let customer = fresh_customer();
        let call = engine.start_paying(token("stopped-01", &customer)).await?;
        stopping.stands_still(&engine).await?;
        assert_eq!(fs::read_to_string(&stopping.mark)?, point.as_str());
        stopping.goes_on(&engine).await?;
        let payment = call.await??.payment.ok_or(std::fmt::Error)?;
        assert_eq!(payment.state(), PaymentState::Failed, "{point:?}: {payment:?}");
        let reason = payment.failure.map(|failure| failure.reason);
        assert_eq!(reason.as_deref(), Some("EXPIRED"), "{point:?}");
        let provider = &stopping.world.provider;
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
    let stopping = Stopping { mark: world.directory().join("stopped-at"), steps, world };
    let engine = stopping.world.serve().await?;
    let callers = Arc::new(Callers::default());
    let mut working = JoinSet::new();
    for _ in 0..8 {
        let client = engine.connection().await?;
        working.spawn(Caller::new(Arc::clone(&callers), client, random.split()).work());
    }
    stopping.world.provider.wait_for_pay_requests(30).await;
    engine.process().signal("STOP").await?;
    stopping.stands_still(&engine).await?;
    stopping.goes_on(&engine).await?;
    let read = stopping.world.provider.requests().of(ppob_simulator::mmbc::Verb::Pay);
    stopping.world.provider.wait_for_pay_requests(read + 30).await;
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
    let provider = &stopping.world.provider;
    let found = violations(&payments, &truth(provider, posts(provider)), &callers.told.all());
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(callers.told.lies(), Vec::<String>::new());
    engine.kill().await
}
