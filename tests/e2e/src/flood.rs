//! Too much of something, and whether other callers are served meanwhile and every payment that was
//! accepted is recorded and charged once.

mod bystander;
mod calls;
mod half_open;
mod report;
mod resets;

use std::collections::BTreeSet;

use tokio::sync::watch;

use self::bystander::{Bystander, Seen};
pub use self::report::Report;
use crate::audit;
use crate::wait::until;
use crate::{Engine, Problem, Result, World};

/// Too much of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// Calls on one channel, all at once; every tenth pays.
    Calls,
    /// Streams that are begun and reset at once; every fiftieth carries a whole request to pay.
    Resets,
    /// TLS handshakes that are begun and never ended, all held open.
    HalfOpenHandshakes,
}

/// How much.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Of what.
    pub flood: Flood,
    /// How many.
    pub amount: usize,
    /// How many rounds another caller makes before it begins.
    pub quiet_rounds: usize,
    /// How many rounds it makes at least while the flood is there.
    pub rounds: usize,
}

/// What a flood brought by itself.
#[derive(Debug, Default)]
pub(crate) struct Poured {
    /// Payments whose acceptance was answered.
    pub(crate) accepted: Vec<String>,
    /// What to know about it, for people.
    pub(crate) notes: Vec<String>,
}

/// Pours, and looks on as another caller.
///
/// # Errors
/// If the engine cannot be asked, a call of the flood of calls is not answered, or another caller is
/// not served. What disagrees afterwards stands in the report.
pub async fn run(plan: Plan, world: &World, engine: &Engine) -> Result<Report> {
    let bystander = Bystander::new(engine).await?;
    let memory_before = memory(engine).await?;
    let quiet = bystander.rounds(plan.quiet_rounds).await?;
    let (poured, during) = match plan.flood {
        Flood::HalfOpenHandshakes => Box::pin(held(plan, engine, &bystander)).await?,
        Flood::Calls | Flood::Resets => Box::pin(poured(plan, engine, &bystander)).await?,
    };
    let memory_after = memory(engine).await?;

    let mut accepted: BTreeSet<String> = poured.accepted.into_iter().collect();
    for seen in [&quiet, &during] {
        accepted.extend(seen.accepted.iter().cloned());
    }
    let payments = until("every payment has ended", async || {
        let payments = engine.payments().await.map_err(|problem| problem.to_string())?;
        let open = payments.iter().filter(|payment| !ppob_api::is_final(payment)).count();
        if open == 0 { Ok(payments) } else { Err(format!("{open} payments are open")) }
    })
    .await?;
    for payment in &payments {
        accepted.remove(&payment.payment_id);
    }
    let mut notes = poured.notes;
    if plan.flood == Flood::Resets {
        let reset = payments.iter().filter(|p| p.payment_id.starts_with(resets::PREFIX)).count();
        notes.push(format!("{reset} payments were accepted whose streams were reset"));
    }
    let ledger = world.provider.ledger();
    let mut disagreements = audit::disagreements(&ledger, &payments);
    disagreements.extend(
        accepted.into_iter().map(|id| format!("payment {id} was accepted and is not recorded")),
    );
    Ok(Report {
        plan,
        quiet: quiet.took,
        during: during.took,
        memory: [memory_before, quiet.memory.max(during.memory), memory_after],
        notes,
        recorded: payments.len(),
        charged: ledger.charges.len(),
        disagreements,
    })
}

/// The others are looked at while the flood runs.
async fn poured(plan: Plan, engine: &Engine, bystander: &Bystander<'_>) -> Result<(Poured, Seen)> {
    let (ended, over) = watch::channel(false);
    let pouring = async {
        let poured = match plan.flood {
            Flood::Calls => calls::pour(engine, plan.amount).await,
            Flood::Resets | Flood::HalfOpenHandshakes => resets::pour(engine, plan.amount).await,
        };
        let _ = ended.send(true);
        poured
    };
    let (poured, during) = tokio::join!(pouring, bystander.until(over, plan.rounds));
    Ok((poured?, during?))
}

/// The others are looked at while every handshake is held.
async fn held(plan: Plan, engine: &Engine, bystander: &Bystander<'_>) -> Result<(Poured, Seen)> {
    let held = half_open::pour(engine, plan.amount).await?;
    let during = bystander.rounds(plan.rounds).await?;
    drop(held);
    Ok((Poured::default(), during))
}

/// The memory of the engine, in bytes.
async fn memory(engine: &Engine) -> Result<u64> {
    let metrics = engine.metrics().await?;
    metrics
        .sum("process_resident_memory_bytes")
        .ok_or_else(|| Problem::new("the engine does not tell its memory"))
}
