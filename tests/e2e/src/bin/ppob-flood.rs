//! Floods an engine of its own, and prints what other callers and the record made of it.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use ppob_e2e::flood::{Flood, Plan, run};
use ppob_e2e::{Result, World};

/// Floods an engine of its own with calls, resets and half-open TLS handshakes, one after the other.
/// Ends with 1 if accepted, recorded and charged payments disagree.
#[derive(Debug, Parser)]
struct Arguments {
    /// Calls on one channel.
    #[arg(long, default_value_t = 5_000)]
    calls: usize,
    /// Streams that are begun and reset at once.
    #[arg(long, default_value_t = 10_000)]
    resets: usize,
    /// TLS handshakes that are begun and never ended.
    #[arg(long, default_value_t = 1_000)]
    handshakes: usize,
    /// Rounds of another caller before each flood.
    #[arg(long, default_value_t = 300)]
    quiet_rounds: usize,
    /// The least rounds of another caller during each flood.
    #[arg(long, default_value_t = 100)]
    rounds: usize,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut agree = true;
    for (flood, amount) in [
        (Flood::Calls, arguments.calls),
        (Flood::Resets, arguments.resets),
        (Flood::HalfOpenHandshakes, arguments.handshakes),
    ] {
        let world = match flood {
            Flood::HalfOpenHandshakes => World::with_tls().await?,
            Flood::Calls | Flood::Resets => World::new().await?,
        };
        let engine = world.serve().await?;
        let (quiet_rounds, rounds) = (arguments.quiet_rounds, arguments.rounds);
        let report = run(Plan { flood, amount, quiet_rounds, rounds }, &world, &engine).await?;
        write!(std::io::stdout(), "{report}")?;
        agree &= report.disagreements.is_empty();
        engine.stop().await?;
    }
    Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
