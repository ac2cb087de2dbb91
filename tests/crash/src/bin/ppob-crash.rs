//! Kills the real binary again and again, and holds what it recorded against what was charged.

use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ppob_crash::program;
use ppob_crash::run::{Store, run};
use ppob_e2e::Result;

/// Kills the real binary under load, by kill -9 and at named moments, and audits it after each death.
/// Ends with 1 if anything breaks the promise.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often the engine dies.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    kills: u32,
    /// Keeps the journal in PostgreSQL, on a server of its own, and kills that so often, too.
    #[arg(long, value_name = "KILLS")]
    postgres: Option<u32>,
    /// Repeats the plan of an earlier run; drawn if it is not given.
    #[arg(long)]
    seed: Option<u64>,
    /// The binary that dies; by default `ppob-crashing` beside this one.
    #[arg(long)]
    program: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let seed = arguments.seed.unwrap_or_else(|| RandomState::new().hash_one(0_u8));
    let program = program(arguments.program)?;
    let kills = usize::try_from(arguments.kills)?;
    let (store, target) = match arguments.postgres {
        None => (Store::File, "crash".to_owned()),
        Some(of_database) => {
            let target = format!("crash-postgres DATABASE_KILLS={of_database}");
            (Store::Database(usize::try_from(of_database)?), target)
        }
    };
    let mut out = std::io::stdout();
    writeln!(out, "{kills} deaths; again: make {target} KILLS={kills} SEED={seed}")?;
    let report = run(&program, store, kills, seed, |number, death, came, found| {
        let not = if came { "" } else { " (did not come)" };
        let _unsaid = writeln!(out, "{number:>5} {death}{not}; violations so far {}", found.len());
    })
    .await?;
    write!(std::io::stdout(), "{report}")?;
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
