//! Running worlds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ppob_journal::{Cursor, Journal, StoredPayment};
use ppob_payment::{Mutant, PaymentState, clear_mutant, set_mutant};
use ppob_types::{Basis, Clock, PaymentKey};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::callers::{consumer, crowd};
use crate::checker::{
    Violation, ViolationKind, audit, cannot_be_verified, may_be_forgotten, records,
};
use crate::fault::{Counts, Fault};
use crate::host::Host;
use crate::operators::look_again_and_again;
use crate::points::Points;
use crate::postman::deliver;
use crate::random::Random;
use crate::stage::{Stage, lock};
use crate::streams::Reader;
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
    /// When to stop before that.
    pub stop_at: StopAt,
    /// How many worlds live at the same time.
    pub threads: usize,
}

/// What ends a run early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopAt {
    /// The first world with a violation.
    Violation,
    /// The first world in which a violation was seen in money or in answers.
    Harm,
    /// Nothing.
    End,
}

impl StopAt {
    fn is_at(self, outcome: &Outcome) -> bool {
        let mut seen = outcome.violations.iter();
        match self {
            Self::Violation => seen.next().is_some(),
            Self::Harm => seen.any(|violation| violation.kind.is_harm()),
            Self::End => false,
        }
    }
}

/// How a world differs from the plain one of its seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variant {
    /// A deliberate mistake of the engine.
    pub mutant: Option<Mutant>,
}

/// What came of one world.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// Payments that were asked for.
    pub payments: u64,
    /// Payments in the journal at the end.
    pub recorded: u64,
    /// How many of those succeeded.
    pub succeeded: u64,
    /// How many of those were reversed.
    pub reversed: u64,
    /// How many of those were in doubt at some time.
    pub doubted: u64,
    /// How often money really moved.
    pub charges: u64,
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
    /// How they differed from the plain ones.
    pub variant: Variant,
    /// All of them together, without the traces.
    pub total: Outcome,
    /// The worlds with a violation, as many as were looked for.
    pub bad: Vec<Outcome>,
    /// How many payments there had been when the first world with a violation ended.
    pub killed_after: Option<u64>,
}

/// How many payments one world has.
pub const PAYMENTS_PER_WORLD: u32 = 100;

/// Simulates worlds until there were enough payments, on as many threads as `settings` says. What comes of
/// it does not depend on how many there are.
pub fn simulate(settings: &Settings) -> Report {
    let worlds = settings.payments.div_ceil(u64::from(PAYMENTS_PER_WORLD));
    let mut seeds = Random::new(settings.seed);
    let mut all = Vec::new();
    for number in 0..worlds {
        all.push(if number == 0 { settings.seed } else { seeds.next() });
    }
    let next = AtomicUsize::new(0);
    // Where the run ends: worlds after the first that ends it do not count.
    let end = AtomicUsize::new(usize::MAX);
    let outcomes = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let Some(seed) = all.get(number).filter(|_| number <= end.load(Ordering::SeqCst))
            else {
                return;
            };
            let outcome = world(*seed, settings.variant, false);
            if settings.stop_at.is_at(&outcome) {
                end.fetch_min(number, Ordering::SeqCst);
            }
            lock(&outcomes).insert(number, outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..settings.threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    let end = end.load(Ordering::SeqCst);
    let outcomes = std::mem::take(&mut *lock(&outcomes));
    let mut report = Report { variant: settings.variant, ..Report::default() };
    for (_, outcome) in outcomes.into_iter().filter(|(number, _)| *number <= end) {
        report.add(outcome);
    }
    report
}

impl Report {
    fn add(&mut self, outcome: Outcome) {
        self.worlds += 1;
        let total = &mut self.total;
        total.payments += outcome.payments;
        total.recorded += outcome.recorded;
        total.succeeded += outcome.succeeded;
        total.reversed += outcome.reversed;
        total.doubted += outcome.doubted;
        total.charges += outcome.charges;
        total.tellings += outcome.tellings;
        total.lasted += outcome.lasted;
        total.counts.add_all(&outcome.counts);
        total.violations.extend(outcome.violations.iter().cloned());
        if !outcome.violations.is_empty() {
            self.killed_after.get_or_insert(total.payments);
            self.bad.push(outcome);
        }
    }
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
        runtime.block_on(live(World::of(seed, PAYMENTS_PER_WORLD), &alarms, keep_trace))
    });
    clear_mutant();
    outcome
}

async fn live(world: World, alarms: &Alarms, keep_trace: bool) -> Outcome {
    let (seed, payments, consumers) = (world.seed, world.payments, world.consumers);
    let (stage, letters) = Stage::new(world, keep_trace);
    let stage = Arc::new(stage);
    let points = Points::of(&stage);
    let host = Arc::new(Host::new(Arc::clone(&stage)));
    host.start().await;
    let crashes = tokio::spawn(Arc::clone(&host).crash_again_and_again());
    let operators = tokio::spawn(look_again_and_again(Arc::clone(&host)));
    let postman = tokio::spawn(deliver(Arc::clone(&host), letters));
    let enough = CancellationToken::new();
    let mut readers = JoinSet::new();
    for number in 0..consumers {
        let reader = Reader::new(&host, consumer(number), u64::from(number));
        readers.spawn(reader.read(enough.clone()));
    }
    crowd(Arc::clone(&host)).await;
    stage.calm_down();
    let _ = crashes.await;
    settle(&stage).await;
    operators.abort();
    ask_once_more(&host, &stage).await;
    enough.cancel();
    while readers.join_next().await.is_some() {}
    let in_review = in_review(&host).await;
    let records = audit(&stage, &in_review);
    shown_by_balances(&stage, &records);
    postman.abort();
    host.kill();
    drop(points);
    judge_alarms(&stage, alarms, &records);
    let ended = |state| records.iter().filter(|stored| stored.payment.state() == state).count();
    let (succeeded, reversed) = (ended(PaymentState::Succeeded), ended(PaymentState::Reversed));
    let (doubted, charges) = (doubted(&stage), stage.truth().charges().len());
    let (violations, tellings) = {
        let mut checker = stage.checker();
        (std::mem::take(&mut checker.violations), checker.tellings)
    };
    stage.forget_disk();
    let mut trace = stage.trace();
    Outcome {
        seed,
        payments: u64::from(payments),
        recorded: count(records.len()),
        succeeded: count(succeeded),
        reversed: count(reversed),
        doubted: count(doubted),
        charges: count(charges),
        tellings,
        counts: stage.counts(),
        trace: trace.hash(),
        lines: std::mem::take(&mut trace.lines),
        violations,
        lasted: stage.clock.elapsed(),
    }
}

/// What the engine shows to operators at the end.
async fn in_review(host: &Host) -> BTreeSet<PaymentKey> {
    let Some(process) = host.running() else { return BTreeSet::new() };
    let reviews = process.engine.reviews(1_000).await.unwrap_or_default();
    reviews.into_iter().map(|review| review.payment.key.clone()).collect()
}

/// An alarm in a world without reason for it is a violation: so often as a provider contradicts itself, a
/// contradiction and a late charge are what the engine must call it.
fn judge_alarms(stage: &Stage, alarms: &Alarms, records: &[StoredPayment]) {
    let expected = stage.contradictions.load(Ordering::SeqCst);
    let mut seen: BTreeMap<ViolationKind, u64> = BTreeMap::new();
    for (kind, what) in alarms.rung() {
        let count = seen.entry(kind).or_default();
        *count += 1;
        let called_for = match kind {
            ViolationKind::LateCharge | ViolationKind::FalseContradiction => *count <= expected,
            ViolationKind::HoleOfNobody => is_unexplained(stage, records, &what),
            _ => false,
        };
        if !called_for {
            stage.violated(kind, what);
        }
    }
}

/// Whether nobody can find out what became of a payment, and the engine has had time to show it to a
/// person: at once if it is in doubt, and after two hours at the latest if the provider works on it.
fn is_left_to_a_person(stage: &Stage, stored: &StoredPayment) -> bool {
    const SHOWN_AFTER: Duration = Duration::from_mins(125);
    let age = stage.clock.now().since(stored.payment.terms.accepted_at);
    let is_shown = stored.payment.state() == PaymentState::InDoubt || age > SHOWN_AFTER;
    (cannot_be_verified(stage, stored) && is_shown) || may_be_forgotten(stage, stored)
}

/// Whether money moved at the account that the alarm `what` is about and no record can tell: a charge that
/// somebody on the way denied, or one that was given back and that nobody could match, so that persons
/// called it not executed or it is still in doubt. Then the engine has to say so.
fn is_unexplained(stage: &Stage, records: &[StoredPayment], what: &str) -> bool {
    let reversed = |key: &PaymentKey| {
        let mut all = records.iter().filter(|stored| stored.key == *key);
        all.any(|stored| stored.payment.state() == PaymentState::Reversed)
    };
    let truth = stage.truth();
    let mut charges = truth.charges().iter();
    charges.any(|charge| {
        let is_unknown = charge.denied || (charge.given_back && !reversed(&charge.key));
        is_unknown && what.contains(charge.provider.as_str())
    })
}

/// How many payments were in doubt at some time.
fn doubted(stage: &Stage) -> usize {
    let events = stage.audit(|disk| async move {
        disk.events_after(Cursor(0), None, usize::MAX).await.unwrap_or_default()
    });
    let in_doubt = events.iter().filter(|event| event.state == PaymentState::InDoubt);
    in_doubt.map(|event| &event.key).collect::<BTreeSet<_>>().len()
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
    // Where the clock was set back by hours, the engine's time goes on at half its pace.
    const LOOKS: u32 = 3_000;
    for _ in 0..LOOKS {
        tokio::time::sleep(Duration::from_secs(10)).await;
        if !stage.is_idle() {
            continue;
        }
        let open = stage
            .audit(|disk| async move { disk.open_payments(0, 1_000).await.unwrap_or_default() });
        if open.iter().any(|stored| !is_left_to_a_person(stage, stored)) {
            continue;
        }
        // What callbacks said of payments that have ended is asked about, too.
        let asks = |stored: &StoredPayment| stored.payment.hinted_attempt().is_some();
        if !records(stage).iter().any(asks) {
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
            "{} payments in {} worlds: {} accepted, {} succeeded, {} reversed, {} in doubt at some time; {} charges, {} crashes; told {} times, {} simulated hours",
            total.payments,
            self.worlds,
            total.recorded,
            total.succeeded,
            total.reversed,
            total.doubted,
            total.charges,
            total.counts.crashes(),
            total.tellings,
            total.lasted.as_secs() / 3_600
        )?;
        write!(f, "{}", total.counts)?;
        for bad in &self.bad {
            for violation in bad.violations.iter().take(4) {
                writeln!(f, "{violation}")?;
            }
            writeln!(f, "{}", replay(bad.seed, self.variant))?;
        }
        Ok(())
    }
}

/// How to see everything that happened in the world of `seed`.
pub fn replay(seed: u64, variant: Variant) -> String {
    let mutant = variant.mutant.map(|mutant| format!(" --mutant {mutant:?}")).unwrap_or_default();
    format!(
        "to see it again: cargo run --release -p ppob-simulation -- --seed {seed}{mutant} --trace"
    )
}
