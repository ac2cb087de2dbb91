//! Running worlds.

use std::sync::Arc;
use std::time::Duration;

use ppob_journal::{Journal, StoredPayment};
use ppob_payment::{Mutant, clear_mutant, set_mutant};
use ppob_types::Basis;

use crate::callers::crowd;
use crate::checker::{Violation, ViolationKind, audit, records};
use crate::fault::{Counts, Fault};
use crate::host::Host;
use crate::operators::look_again_and_again;
use crate::random::Random;
use crate::stage::Stage;
use crate::watch::Alarms;
use crate::world::World;

/// What to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The first world's seed; the others follow from it.
    pub seed: u64,
    /// How many payments in all, at least.
    pub payments: u64,
    /// How the worlds differ from the plain ones.
    pub variant: Variant,
    /// Stop at the first world with a violation.
    pub stop_at_violation: bool,
}

/// How a world differs from the plain one of its seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variant {
    /// A deliberate mistake of the engine.
    pub mutant: Option<Mutant>,
    /// Some providers take a status check for an order if they do not know the reference.
    pub purchase_is_status: bool,
}

/// What came of one world.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// Payments that were asked for.
    pub payments: u64,
    /// Payments in the journal at the end, and how many of them succeeded.
    pub recorded: u64,
    /// How many of those succeeded.
    pub succeeded: u64,
    /// How often a caller or operator was told a payment.
    pub tellings: u64,
    /// How often each class of fault happened.
    pub counts: Counts,
    /// A hash over everything that happened, in order.
    pub trace: u64,
    /// The lines of the trace, if they were wanted.
    pub lines: Vec<String>,
    /// What must not happen, and did.
    pub violations: Vec<Violation>,
    /// How long it took on the world's own clock.
    pub lasted: Duration,
}

/// What came of many worlds.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many worlds.
    pub worlds: u64,
    /// All of them together, without the traces.
    pub total: Outcome,
    /// The worlds with a violation, as many as were looked for.
    pub bad: Vec<Outcome>,
    /// How many payments there had been when the first world with a violation ended.
    pub killed_after: Option<u64>,
}

/// How many payments one world has.
pub const PAYMENTS_PER_WORLD: u32 = 100;

/// Simulates worlds until there were enough payments.
pub fn simulate(settings: &Settings) -> Report {
    let mut report = Report::default();
    let mut seeds = Random::new(settings.seed);
    let mut seed = settings.seed;
    while report.total.payments < settings.payments {
        let outcome = world(seed, settings.variant, false);
        seed = seeds.next();
        report.worlds += 1;
        let total = &mut report.total;
        total.payments += outcome.payments;
        total.recorded += outcome.recorded;
        total.succeeded += outcome.succeeded;
        total.tellings += outcome.tellings;
        total.lasted += outcome.lasted;
        total.counts.add_all(&outcome.counts);
        total.violations.extend(outcome.violations.iter().cloned());
        if !outcome.violations.is_empty() {
            report.killed_after.get_or_insert(total.payments);
            report.bad.push(outcome);
            if settings.stop_at_violation {
                break;
            }
        }
    }
    report
}

/// Simulates the world of one seed, from its beginning to its end.
pub fn world(seed: u64, variant: Variant, keep_trace: bool) -> Outcome {
    match variant.mutant {
        Some(mutant) => set_mutant(mutant),
        None => clear_mutant(),
    }
    let alarms = Alarms::default();
    let outcome = metrics::with_local_recorder(&alarms, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap_or_else(|error| unreachable!("a runtime without I/O needs nothing: {error}"));
        runtime.block_on(live(
            World::of(seed, PAYMENTS_PER_WORLD, variant.purchase_is_status),
            &alarms,
            keep_trace,
        ))
    });
    clear_mutant();
    outcome
}

async fn live(world: World, alarms: &Alarms, keep_trace: bool) -> Outcome {
    let (seed, payments) = (world.seed, world.payments);
    let stage = Arc::new(Stage::new(world, keep_trace));
    let host = Arc::new(Host::new(Arc::clone(&stage)));
    host.start().await;
    let crashes = tokio::spawn(Arc::clone(&host).crash_again_and_again());
    let operators = tokio::spawn(look_again_and_again(Arc::clone(&host)));
    crowd(Arc::clone(&host)).await;
    stage.calm_down();
    let _ = crashes.await;
    settle(&stage).await;
    operators.abort();
    ask_once_more(&host, &stage).await;
    let records = audit(&stage);
    shown_by_balances(&stage, &records);
    host.kill();
    for (kind, what) in alarms.rung() {
        stage.violated(kind, what);
    }
    let succeeded = records
        .iter()
        .filter(|stored| stored.payment.state() == ppob_payment::PaymentState::Succeeded)
        .count();
    let (violations, tellings) = {
        let mut checker = stage.checker();
        (std::mem::take(&mut checker.violations), checker.tellings)
    };
    let mut trace = stage.trace();
    Outcome {
        seed,
        payments: u64::from(payments),
        recorded: count(records.len()),
        succeeded: count(succeeded),
        tellings,
        counts: stage.counts(),
        trace: trace.hash(),
        lines: std::mem::take(&mut trace.lines),
        violations,
        lasted: stage.clock.elapsed(),
    }
}

/// Counts what the balances of exclusive accounts showed; the audit held it against the truth.
fn shown_by_balances(stage: &Stage, records: &[StoredPayment]) {
    let by_balances = |stored: &&StoredPayment| {
        let basis = stored.payment.paid_attempt().and_then(|paid| paid.basis);
        basis == Some(Basis::BalanceChain)
    };
    records.iter().filter(by_balances).for_each(|_| stage.count(Fault::ShownByBalances));
}

/// Time for everything to end, with operators at work and nothing going wrong.
async fn settle(stage: &Stage) {
    const LOOKS: u32 = 1_000;
    for _ in 0..LOOKS {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let open =
            stage.audit(|disk| async move { disk.open_payments(0, 1).await.unwrap_or_default() });
        if open.is_empty() {
            // What was written a moment ago is told a moment later.
            tokio::time::sleep(Duration::from_secs(5)).await;
            return;
        }
    }
}

/// What the engine tells at the end must be what is recorded.
async fn ask_once_more(host: &Host, stage: &Stage) {
    let Some(process) = host.running() else {
        return;
    };
    for stored in records(stage) {
        let key = stored.key.clone();
        let asked = stage.checker().asks();
        let Ok(told) = process.engine.get_payment(&key).await else {
            stage.violated(ViolationKind::StaleAnswer, format!("{key}: recorded, not told"));
            continue;
        };
        stage.told(asked, true, &told);
        if told.payment.state() != stored.payment.state() {
            let what = format!(
                "{key}: told {}, recorded {}",
                told.payment.state().as_str(),
                stored.payment.state().as_str()
            );
            stage.violated(ViolationKind::StaleAnswer, what);
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let total = &self.total;
        writeln!(
            f,
            "{} payments in {} worlds: {} accepted, {} succeeded, told {} times, {} simulated hours",
            total.payments,
            self.worlds,
            total.recorded,
            total.succeeded,
            total.tellings,
            total.lasted.as_secs() / 3_600
        )?;
        write!(f, "{}", total.counts)?;
        for bad in &self.bad {
            for violation in bad.violations.iter().take(4) {
                writeln!(f, "{violation}")?;
            }
            writeln!(f, "{}", replay(bad.seed))?;
        }
        Ok(())
    }
}

/// How to see everything that happened in the world of `seed`.
pub fn replay(seed: u64) -> String {
    format!("to see it again: cargo run --release -p ppob-simulation -- --seed {seed} --trace")
}
