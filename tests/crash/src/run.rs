//! Death after death on one journal, and an audit after each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ppob_api::error::may_be_accepted;
use ppob_api::v1::{AttemptState, CheckNowRequest, CreatePaymentRequest, Payment, PaymentState};
use ppob_e2e::kept::aside;
use ppob_e2e::request::without_waiting;
use ppob_e2e::wait::{until, until_within};
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_test_postgres::Cluster;
use tokio::time::Instant;
use tonic::Code;

use crate::audit::violations;
use crate::callers::Callers;
use crate::clock::{STEPS, step};
use crate::death::Death;
use crate::faults::misbehave;
use crate::life::{Started, start, work};
use crate::random::Random;
use crate::report::Report;
use crate::truth::{posts, truth};

/// The accounts at the provider, each a provider of the engine.
const LOGINS: [&str; 3] = ["one", "two", "three"];
/// Who calls where nobody shows credentials.
const CONSUMER: &str = "local";
/// How long an equal payment has to be meant, in seconds.
const WINDOW: u64 = 30 * 86_400;
/// Forward at the end, so that everything that would be asked for later is asked for now.
const FORWARD: i64 = 26 * 3_600;

/// A world whose engine is the binary `program`, which is armed, with three accounts at the provider.
///
/// # Errors
/// If no directory can be made or no port is free.
pub async fn world(program: &str) -> Result<World> {
    let mut world = World::with_accounts(&LOGINS).await?;
    world.program = vec![program.to_owned()];
    let steps = world.directory().join("clock");
    world.environment.push((STEPS, steps.display().to_string()));
    // Longer than any run: an equal payment is one that nobody meant.
    world.config.push_str("[payments]\nduplicate_window_listed_s = ");
    world.config.push_str(&WINDOW.to_string());
    Ok(world)
}

/// Where the engine that dies keeps its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In a file.
    File,
    /// In a database of a server of its own, which dies so many times, too.
    Database(usize),
}

/// Kills the engine `kills` times under load, by a plan from `seed`, and looks at everything after each
/// death and at the end. `progress` is told of every death.
///
/// # Errors
/// If the engine or the provider cannot be run. What breaks the promise is no error here but stands in the
/// report.
pub async fn run(
    program: &str,
    store: Store,
    kills: usize,
    seed: u64,
    mut progress: impl FnMut(usize, Death, bool, &[String]),
) -> Result<Report> {
    let begun = Instant::now();
    let mut random = Random::new(seed);
    let mut world = world(program).await?;
    let (mut server, deaths) = match store {
        Store::File => (None, Death::many(kills, &mut random)),
        Store::Database(of_database) => {
            let server = aside(Cluster::start).await?;
            world.keep_in(&server.url());
            (Some(server), Death::many_with_database(kills, of_database, &mut random))
        }
    };
    let callers = Arc::new(Callers::default());
    let mut report = Report { seed, ..Report::default() };
    // Prices first: without them there is nothing to sell.
    world.serve().await?.kill().await?;
    for (number, death) in deaths.into_iter().enumerate() {
        misbehave(&world.provider, &LOGINS, &mut random)?;
        let as_told = match start(&mut world, Some(death)).await? {
            Started::Died => true,
            Started::Alive(engine) => {
                if let Some(found) = audit(&world, &engine, &callers).await {
                    report.audits += 1;
                    report.found(found);
                }
                work(&world, engine, death, &callers, &mut random, server.as_mut()).await?
            }
        };
        let kind = if as_told { death.kind() } else { Death::After(0).kind() };
        *report.kills.entry(kind).or_default() += 1;
        if !as_told {
            *report.missed.entry(death.kind()).or_default() += 1;
        }
        progress(number + 1, death, as_told, &report.violations);
    }
    settle(&mut world, &callers, &mut report).await?;
    report.found(callers.told.lies());
    report.asked_for = callers.told.asked_for();
    report.took = begun.elapsed();
    Ok(report)
}

/// What breaks the promise now; none if the engine died meanwhile.
async fn audit(world: &World, engine: &Engine, callers: &Callers) -> Option<Vec<String>> {
    let (told, posts) = (callers.told.all(), posts(&world.provider));
    let payments = engine.payments().await.ok()?;
    for payment in &payments {
        let id = &payment.payment_id;
        callers.told.heard(id, told.get(id), payment);
    }
    Some(violations(&payments, &truth(&world.provider, posts), &told))
}

/// As [`audit`], of an engine that nobody kills.
async fn last_audit(world: &World, engine: &Engine, callers: &Callers) -> Result<Vec<String>> {
    let found = audit(world, engine, callers).await;
    found.ok_or_else(|| Problem::new("the engine does not tell its payments"))
}

/// Nothing is wrong any more: everybody asks again, everything ends or is in doubt, and what is in doubt
/// and was charged is settled by the number of the charge.
async fn settle(world: &mut World, callers: &Callers, report: &mut Report) -> Result<()> {
    world.provider.clear_faults();
    world.provider.wait_for_late_executions().await;
    let Started::Alive(engine) = start(world, None).await? else {
        return Err(Problem::new("the engine died although nobody told it to"));
    };
    engine.wait_for_prices().await?;
    for (id, entry) in callers.told.all() {
        if !entry.gone && !entry.closed && entry.unanswered > 0 {
            ask_until_known(&engine, callers, entry.request)
                .await
                .map_err(|problem| Problem::new(format!("{id}: {problem}")))?;
        }
    }
    step(&world.directory().join("clock"), FORWARD, FORWARD.unsigned_abs())?;
    let payments =
        until_within(Duration::from_mins(2), "everything ends or is in doubt", async || {
            let payments = engine.payments().await.map_err(|problem| problem.to_string())?;
            let open = payments.iter().filter(|payment| !stands(payment));
            let open: Vec<&str> = open.map(|payment| payment.payment_id.as_str()).take(3).collect();
            if open.is_empty() { Ok(payments) } else { Err(format!("{open:?}")) }
        })
        .await?;
    count(&payments, report);
    report.found(last_audit(world, &engine, callers).await?);
    report.settled = find(world, &engine, &payments).await?;
    let payments = engine.payments().await?;
    report.found(last_audit(world, &engine, callers).await?);
    report.audits += 2;
    report.payments = by_state(&payments);
    let ledger = world.provider.ledger();
    report.charged = (ledger.charges.len(), ppob_e2e::audit::charged(&ledger));
    let succeeded = payments.iter().filter(|one| one.state() == PaymentState::Succeeded);
    report.recorded =
        (succeeded.clone().count(), succeeded.filter_map(|payment| payment.cost_rupiah).sum());
    if report.charged != report.recorded {
        let (charged, recorded) = (report.charged, report.recorded);
        report.found([format!("charged {charged:?}, recorded {recorded:?}")]);
    }
    let broken = engine.metrics().await?.sum("ppob_invariant_violations_total").unwrap_or(0);
    if broken > 0 {
        report.found([format!("the engine itself counts {broken} broken invariants")]);
    }
    engine.stop().await?;
    Ok(())
}

fn stands(payment: &Payment) -> bool {
    ppob_api::is_final(payment) || payment.state() == PaymentState::InDoubt
}

async fn ask_until_known(
    engine: &Engine,
    callers: &Callers,
    request: CreatePaymentRequest,
) -> Result<()> {
    until("it is known what became of the call", async || {
        let asking = callers.told.asking(&request);
        match engine.create(without_waiting(request.clone())).await {
            Ok(answer) => {
                let payment = answer.payment.ok_or("an answer without a payment")?;
                callers.told.answered(&asking, &payment);
                Ok(())
            }
            Err(status) => {
                callers.told.refused(&asking, &status);
                if may_be_accepted(&status) { Err(status.to_string()) } else { Ok(()) }
            }
        }
    })
    .await
}

/// Settles what is in doubt and was charged, as somebody who reads the provider's statement would.
async fn find(world: &World, engine: &Engine, payments: &[Payment]) -> Result<usize> {
    let truth = truth(&world.provider, BTreeMap::new());
    let mut operators = engine.operators().await?;
    let mut found = 0;
    for payment in payments.iter().filter(|one| one.state() == PaymentState::InDoubt) {
        let charge = truth.get(&payment.customer_number).and_then(|one| one.charges.first());
        let Some(charge) = charge else { continue };
        let request = CheckNowRequest {
            consumer: CONSUMER.to_owned(),
            payment_id: payment.payment_id.clone(),
            provider_reference: charge.invoice.clone(),
            actor: "sari".to_owned(),
        };
        let after = match operators.check_now(request).await {
            Ok(answer) => answer.into_inner().payment,
            // The engine has asked by itself meanwhile, and nothing is open any more.
            Err(status) if status.code() == Code::FailedPrecondition => {
                let payments = engine.payments().await?;
                payments.into_iter().find(|one| one.payment_id == payment.payment_id)
            }
            Err(status) => return Err(status.into()),
        };
        let state = after.map(|after| after.state());
        if state != Some(PaymentState::Succeeded) {
            let id = &payment.payment_id;
            return Err(Problem::new(format!("{id} was charged, and checked, and is {state:?}")));
        }
        found += 1;
    }
    Ok(found)
}

fn count(payments: &[Payment], report: &mut Report) {
    let attempts = || payments.iter().flat_map(|payment| &payment.attempts);
    let unknown = attempts().filter(|attempt| attempt.state() == AttemptState::Unknown);
    report.unknowns = unknown.clone().count();
    report.recoveries = unknown.filter(|attempt| attempt.reason == "CRASHED").count();
}

fn by_state(payments: &[Payment]) -> BTreeMap<&'static str, usize> {
    let mut states = BTreeMap::new();
    for payment in payments {
        *states.entry(payment.state().as_str_name()).or_default() += 1;
    }
    states
}
