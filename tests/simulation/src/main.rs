//! Runs the simulation: `cargo run --release -p ppob-simulation -- --payments 1000000`.
#![expect(clippy::print_stdout, reason = "a command-line tool")]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use ppob_payment::Mutant;
use ppob_simulation::{Report, Settings, StopAt, TABLE_HEAD, Variant, hunt, simulate, world};

/// Faulty payments through the real engine, held against what was really charged.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many payments, at least.
    #[arg(long, default_value_t = 100_000)]
    payments: u64,
    /// The seed of the first world; without it, a fresh one.
    #[arg(long, env = "PPOB_SIM_SEED")]
    seed: Option<u64>,
    /// So many runs, each on a fresh seed.
    #[arg(long, default_value_t = 1, conflicts_with_all = ["trace", "mutants"])]
    seeds: u32,
    /// A deliberate mistake, by its name, such as `TimeoutIsFailed`.
    #[arg(long, value_parser = mutant)]
    mutant: Option<Mutant>,
    /// Hunt every deliberate mistake, with so many payments each, and print how soon each was found.
    #[arg(long)]
    mutants: bool,
    /// Go on after a violation.
    #[arg(long)]
    go_on: bool,
    /// Run only the world of this seed, and print everything that happens.
    #[arg(long)]
    trace: bool,
    /// How many worlds live at the same time; without it, one per processor.
    #[arg(long)]
    threads: Option<usize>,
}

/// Below this a class of fault may by chance not happen.
const ALL_CLASSES_FROM: u64 = 50_000;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let first = arguments.seed.unwrap_or_else(fresh_seed);
    let variant = Variant { mutant: arguments.mutant };
    if arguments.trace {
        let outcome = world(first, variant, true);
        for line in &outcome.lines {
            println!("{line}");
        }
        return verdict(outcome.violations.is_empty());
    }
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.unwrap_or_else(processors);
    if arguments.mutants {
        return hunt_all(arguments.seed.unwrap_or(1), arguments.payments, threads);
    }
    let stop_at = if arguments.go_on { StopAt::End } else { StopAt::Violation };
    let mut good = true;
    for number in 0..arguments.seeds.max(1) {
        // Runs of one given seed differ, too; each says how to have it again.
        let seed = if number == 0 { first } else { fresh_seed() };
        println!("seed {seed}; the same again: --seed {seed} --payments {}", arguments.payments);
        let payments = arguments.payments;
        let settings = Settings { seed, payments, variant, stop_at, threads };
        good &= run(&settings);
    }
    verdict(good)
}

#[expect(clippy::disallowed_methods, reason = "how long it took is for whoever reads the run")]
fn run(settings: &Settings) -> bool {
    let began = Instant::now();
    let report = simulate(settings);
    println!("{report}");
    println!("it took {:.1?}", began.elapsed());
    let missing = missing(&report, settings);
    for class in &missing {
        println!("never happened: {class}");
    }
    report.total.violations.is_empty() && missing.is_empty()
}

/// What never happened although it should have: such a run shows less than it says.
fn missing(report: &Report, settings: &Settings) -> Vec<&'static str> {
    let is_whole = settings.variant.mutant.is_none() && report.total.payments >= ALL_CLASSES_FROM;
    if is_whole { report.total.counts.missing() } else { Vec::new() }
}

fn hunt_all(seed: u64, budget: u64, threads: usize) -> ExitCode {
    let kills = hunt(seed, budget, StopAt::Harm, threads);
    println!("{TABLE_HEAD}");
    for kill in &kills {
        println!("{kill}");
    }
    let alive: Vec<Mutant> =
        kills.iter().filter(|kill| kill.noticed_after.is_none()).map(|kill| kill.mutant).collect();
    if alive.is_empty() {
        println!("\n{} mutants, all found", kills.len());
        return ExitCode::SUCCESS;
    }
    println!("\nLIVED through {budget} payments: {alive:?}");
    ExitCode::FAILURE
}

fn mutant(name: &str) -> Result<Mutant, String> {
    let found = Mutant::ALL.iter().copied().find(|mutant| format!("{mutant:?}") == name);
    found.ok_or_else(|| format!("there is no such mutant; there are {:?}", Mutant::ALL))
}

fn verdict(good: bool) -> ExitCode {
    println!("{}", if good { "no violation" } else { "VIOLATED" });
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::disallowed_methods, reason = "a fresh seed is the one thing that may differ")]
fn fresh_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |span| u64::try_from(span.as_nanos() & 0xFFFF_FFFF_FFFF).unwrap_or(1))
}
