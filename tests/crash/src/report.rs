//! What a run of deaths brought.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What a run of deaths brought.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What repeats the run's plan.
    pub seed: u64,
    /// How long it took.
    pub took: Duration,
    /// Deaths, by what they came at.
    pub kills: BTreeMap<&'static str, u32>,
    /// Named moments that a life did not come by; it was killed at another moment.
    pub missed: BTreeMap<&'static str, u32>,
    /// Ids that callers asked for.
    pub asked_for: usize,
    /// Payments in the record at the end, by state.
    pub payments: BTreeMap<&'static str, usize>,
    /// Payments that were being sent when their engine died.
    pub recoveries: usize,
    /// Attempts whose outcome became unknown.
    pub unknowns: usize,
    /// Payments in doubt whose charge was found by its number, as an operator would.
    pub settled: usize,
    /// Debits of the provider, and their sum in rupiah.
    pub charged: (usize, i64),
    /// Payments that succeeded by the record, and their cost in rupiah.
    pub recorded: (usize, i64),
    /// How often the whole record was held against the truth.
    pub audits: u32,
    /// What breaks the promise.
    pub violations: Vec<String>,
}

impl Report {
    /// Keeps what breaks the promise, once.
    pub fn found(&mut self, sentences: impl IntoIterator<Item = String>) {
        for sentence in sentences {
            if !self.violations.contains(&sentence) {
                self.violations.push(sentence);
            }
        }
    }

    /// How often an engine died.
    pub fn deaths(&self) -> u32 {
        self.kills.values().sum()
    }

    /// Whether nothing breaks the promise.
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs();
        writeln!(f, "seed        {}", self.seed)?;
        writeln!(f, "kills       {} in {seconds} s", self.deaths())?;
        for (kind, count) in &self.kills {
            writeln!(f, "  {kind:<20} {count}")?;
        }
        for (kind, count) in &self.missed {
            writeln!(f, "  not come by {kind}: {count} (killed at random)")?;
        }
        writeln!(f, "asked for   {} ids", self.asked_for)?;
        writeln!(f, "payments    {}", self.payments.values().sum::<usize>())?;
        for (state, count) in &self.payments {
            writeln!(f, "  {state:<20} {count}")?;
        }
        writeln!(f, "unknowns    {}, {} of them by a death", self.unknowns, self.recoveries)?;
        writeln!(
            f,
            "found       {} in doubt were charged, and settled by their number",
            self.settled
        )?;
        for (what, (count, rupiah)) in [("charged", self.charged), ("recorded", self.recorded)] {
            writeln!(f, "{what:<11} {count} payments, {rupiah} rupiah")?;
        }
        writeln!(f, "audits      {}", self.audits)?;
        writeln!(f, "violations  {}", self.violations.len())?;
        self.violations.iter().try_for_each(|sentence| writeln!(f, "  {sentence}"))
    }
}
