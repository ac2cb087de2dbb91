//! Cuts the provider's answers at every byte, in every framing, by every ending, against the real binary.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ppob_crash::program;
use ppob_crash::wire::cuts::{Cuts, cut};
use ppob_e2e::Result;

/// Cuts answers to payments at every byte, and looks at what the real binary makes of each. Ends with 1 if
/// any of them was taken for another.
#[derive(Debug, Parser)]
struct Arguments {
    /// Only every so many bytes.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    every: u32,
    /// The binary that pays; by default `ppob-crashing` beside this one.
    #[arg(long)]
    program: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let program = program(arguments.program)?;
    let cuts = Cuts { every: usize::try_from(arguments.every)?, ..Cuts::all() };
    let report = cut(&program, &cuts).await?;
    write!(std::io::stdout(), "{report}")?;
    Ok(if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
