//! The figures, as a table.

use std::collections::BTreeMap;
use std::fmt;
use std::process::Command;

/// Rates by what was measured and how many payments were under way.
#[derive(Debug)]
pub(crate) struct Report {
    machine: String,
    commit: String,
    rates: BTreeMap<(usize, &'static str), Vec<f64>>,
}

impl Report {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get);
        let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = model.lines().find_map(|line| line.strip_prefix("model name"));
        let model = model.map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
        let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
        let commit = commit.ok().and_then(|output| String::from_utf8(output.stdout).ok());
        Self {
            machine: format!("{cores} cores, {model}"),
            commit: commit.unwrap_or_default().trim().to_owned(),
            rates: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, what: &'static str, in_flight: usize, rate: f64) {
        self.rates.entry((in_flight, what)).or_default().push(rate);
    }

    fn median(&self, in_flight: usize, what: &'static str) -> f64 {
        let mut rates = self.rates.get(&(in_flight, what)).cloned().unwrap_or_default();
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied().unwrap_or_default()
    }
}

impl fmt::Display for Report {
    #[expect(clippy::float_arithmetic, reason = "ratios for people")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Benchmarks\n")?;
        writeln!(f, "`make bench`, {}, commit {}.\n", self.machine, self.commit)?;
        writeln!(f, "## Durable payments per second\n")?;
        writeln!(
            f,
            "Each payment is made durable twice: accepted with the intent of its first attempt, and answered. \
             `pgbench` does three inserts in one transaction, then two updates and a deletion in another, on the \
             same server, without anything that keeps money safe. Medians of interleaved rounds.\n"
        )?;
        writeln!(f, "| In flight | SQLite | PostgreSQL | pgbench | PostgreSQL / pgbench |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        let mut counts: Vec<usize> = self.rates.keys().map(|(count, _)| *count).collect();
        counts.dedup();
        for count in counts {
            let of = |what| self.median(count, what);
            let (sqlite, postgres, floor) = (of("SQLite"), of("PostgreSQL"), of("pgbench"));
            let ratio = postgres / floor;
            writeln!(f, "| {count} | {sqlite:.0} | {postgres:.0} | {floor:.0} | {ratio:.2} |")?;
        }
        Ok(())
    }
}
