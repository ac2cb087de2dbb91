//! Pays as fast as the engine can, then compares the provider's ledger with the record completely.
//!
//! Without addresses it starts an engine and a simulated provider without limits of its own.

use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use ppob_e2e::load::{Plan, Report, Target, Truth, run};
use ppob_e2e::{Result, World};

/// Pays as fast as the engine can, then checks that every charge is a payment and every payment a
/// charge. Ends with 1 if not.
#[derive(Debug, Parser)]
struct Arguments {
    /// Payments on their way at any moment.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    in_flight: u32,
    /// How long new payments are begun.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// A running engine, instead of one of its own.
    #[arg(long, value_name = "HOST:PORT", requires_all = ["metrics", "control"])]
    address: Option<String>,
    /// Where that engine's metrics are.
    #[arg(long, value_name = "URL", requires = "address")]
    metrics: Option<String>,
    /// The control endpoint of the only provider that engine uses.
    #[arg(long, value_name = "URL", requires = "address")]
    control: Option<String>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let plan = Plan {
        in_flight: usize::try_from(arguments.in_flight)?,
        time: Duration::from_secs(arguments.seconds),
        // The standard library seeds its hashers from the system.
        first_customer: RandomState::new().hash_one(0_u8),
    };
    let report = match (arguments.address, arguments.metrics, arguments.control) {
        (Some(address), Some(metrics), Some(control)) => {
            run(plan, &Target { address, metrics, truth: Truth::Control(control) }).await?
        }
        _ => on_its_own(plan).await?,
    };
    write!(std::io::stdout(), "{report}")?;
    Ok(if report.agrees() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn on_its_own(plan: Plan) -> Result<Report> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let report = run(plan, &engine.load_target(&world.provider)).await?;
    engine.stop().await?;
    Ok(report)
}
