//! Runs the simulation: `cargo run --release -p ppob-simulation -- --payments 1000000`.
#![expect(clippy::print_stdout, reason = "a command-line tool")]

use std::process::ExitCode;

use clap::Parser;
use ppob_payment::Mutant;
use ppob_simulation::{Settings, Variant, simulate, world};

/// Faulty payments through the real engine, held against what was really charged.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many payments, at least.
    #[arg(long, default_value_t = 100_000)]
    payments: u64,
    /// The seed of the first world; without it, a fresh one.
    #[arg(long, env = "PPOB_SIM_SEED")]
    seed: Option<u64>,
    /// A deliberate mistake, by its name, such as `TimeoutIsFailed`.
    #[arg(long, value_parser = mutant)]
    mutant: Option<Mutant>,
    /// Some providers take a status check for an order.
    #[arg(long)]
    purchase_is_status: bool,
    /// Go on after a violation.
    #[arg(long)]
    go_on: bool,
    /// Run only the world of this seed, and print everything that happens.
    #[arg(long)]
    trace: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(fresh_seed);
    let variant =
        Variant { mutant: arguments.mutant, purchase_is_status: arguments.purchase_is_status };
    if arguments.trace {
        let outcome = world(seed, variant, true);
        for line in &outcome.lines {
            println!("{line}");
        }
        return verdict(outcome.violations.is_empty());
    }
    println!("seed {seed}");
    let settings = Settings {
        seed,
        payments: arguments.payments,
        variant,
        stop_at_violation: !arguments.go_on,
    };
    let report = simulate(&settings);
    println!("{report}");
    verdict(report.total.violations.is_empty())
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
