//! Measures, in one run: durable payments per second on SQLite, on PostgreSQL, and what `pgbench` does with
//! as many durable transactions on the same server, one after the other and again.
//!
//! Machines differ and are never quiet; the ratios of one run hold, its times do not.
#![expect(clippy::print_stdout, reason = "it prints figures")]

mod floor;
mod load;
mod payments;
mod report;
mod stores;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use ppob_test_postgres::Cluster;

use crate::report::Report;

/// What goes wrong ends the run.
type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures durable payments per second. Prints tables; takes some minutes, or one with `--quick`.
#[derive(Debug, Parser)]
struct Arguments {
    /// Fewer rounds, and shorter ones.
    #[arg(long)]
    quick: bool,
    /// Writes the tables into this file, too.
    #[arg(long)]
    write: Option<PathBuf>,
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
struct Extent {
    rounds: usize,
    /// Payments of one measurement, for each that is in flight.
    payments: usize,
}

/// How many payments are under way at the same time.
const IN_FLIGHT: [usize; 3] = [1, 16, 64];

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let extent = if arguments.quick {
        Extent { rounds: 3, payments: 30 }
    } else {
        Extent { rounds: 5, payments: 120 }
    };
    let cluster = Cluster::start()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut report = Report::new();
    for in_flight in IN_FLIGHT {
        for _round in 0..extent.rounds {
            let count = extent.payments * in_flight.max(8);
            report.add("SQLite", in_flight, runtime.block_on(stores::sqlite(in_flight, count))?);
            let rate = runtime.block_on(stores::postgres(&cluster, in_flight, count))?;
            report.add("PostgreSQL", in_flight, rate);
            report.add("pgbench", in_flight, floor::pgbench(&cluster, in_flight, count)?);
        }
    }
    let text = report.to_string();
    println!("{text}");
    if let Some(file) = arguments.write {
        std::fs::write(file, text)?;
    }
    Ok(ExitCode::SUCCESS)
}
