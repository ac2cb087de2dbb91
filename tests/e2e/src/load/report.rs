//! What a load run brought.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use ppob_api::v1::{Payment, PaymentState};
use ppob_simulator::Ledger;

use super::{Plan, Tally};
use crate::audit;
use crate::metrics::Metrics;

const COMMITS: &str = "ppob_journal_commits_total";
/// How many disagreements are shown.
const MOST_SHOWN: usize = 20;

/// What a load run brought.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was planned.
    pub plan: Plan,
    /// From the first request to the last answer.
    pub took: Duration,
    /// Payments that were answered.
    pub payments: u64,
    /// Requests that were not accepted, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Commits of the journal meanwhile, by the engine's own count.
    pub commits: u64,
    /// Microseconds from a request to its answer, in rising order.
    pub latencies: Vec<u64>,
    /// Charges of the provider that were not refunded, and their sum in rupiah.
    pub charged: (usize, i64),
    /// Payments that succeeded by the record, and their cost in rupiah.
    pub recorded: (usize, i64),
    /// In what the ledger and the record disagree.
    pub disagreements: Vec<String>,
}

impl Report {
    pub(super) fn new(
        plan: Plan,
        took: Duration,
        tally: Tally,
        [before, after]: &[Metrics; 2],
        ledger: &Ledger,
        payments: &[Payment],
    ) -> Self {
        let mut latencies = tally.latencies;
        latencies.sort_unstable();
        let commits = |metrics: &Metrics| metrics.sum(COMMITS).unwrap_or(0);
        let charges = ledger.charges.iter().filter(|charge| !charge.refunded);
        let succeeded = payments.iter().filter(|p| p.state() == PaymentState::Succeeded);
        Self {
            plan,
            took,
            payments: u64::try_from(latencies.len()).unwrap_or(u64::MAX),
            refused: tally.refused,
            commits: commits(after).saturating_sub(commits(before)),
            latencies,
            charged: (charges.count(), audit::charged(ledger)),
            recorded: (succeeded.count(), audit::recorded(payments)),
            disagreements: audit::disagreements(ledger, payments),
        }
    }

    /// Whether everything charged is recorded and everything recorded was charged.
    pub fn agrees(&self) -> bool {
        self.disagreements.is_empty()
    }

    /// Microseconds that `percent` of the answers took at most.
    pub fn percentile(&self, percent: usize) -> u64 {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent.min(100) / 100).copied().unwrap_or(0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        let per_second = |count: u64| tenths(count.saturating_mul(10_000) / millis.max(1));
        let each = tenths(self.payments.saturating_mul(10) / self.commits.max(1));
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        writeln!(
            formatter,
            "payments   {} in {} s with {} in flight: {} per second",
            self.payments,
            tenths(millis / 100),
            self.plan.in_flight,
            per_second(self.payments)
        )?;
        writeln!(
            formatter,
            "commits    {}: {} per second, {each} payments per commit",
            self.commits,
            per_second(self.commits)
        )?;
        writeln!(
            formatter,
            "latency    p50 {} ms, p99 {} ms",
            tenths(p50 / 100),
            tenths(p99 / 100)
        )?;
        for (reason, count) in &self.refused {
            writeln!(formatter, "not paid   {count}: {reason}")?;
        }
        let sums = [("charged", self.charged), ("recorded", self.recorded)];
        for (what, (count, rupiah)) in sums {
            writeln!(formatter, "{what:<10} {count} payments, {rupiah} rupiah")?;
        }
        if self.agrees() {
            return writeln!(formatter, "agreement  complete");
        }
        writeln!(formatter, "DISAGREEMENT in {} points:", self.disagreements.len())?;
        for sentence in self.disagreements.iter().take(MOST_SHOWN) {
            writeln!(formatter, "  {sentence}")?;
        }
        Ok(())
    }
}

/// `123` is `12.3`.
fn tenths(count: u64) -> String {
    format!("{}.{}", count / 10, count % 10)
}
