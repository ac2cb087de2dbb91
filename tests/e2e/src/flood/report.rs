//! What a flood brought.

use std::fmt;
use std::time::Duration;

use super::{Flood, Plan};

/// What a flood brought.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was planned.
    pub plan: Plan,
    /// How long each round of another caller took before.
    pub quiet: Vec<Duration>,
    /// How long each round of another caller took while the flood was there.
    pub during: Vec<Duration>,
    /// The memory of the engine before, at most, and after, in bytes.
    pub memory: [u64; 3],
    /// What else to know.
    pub notes: Vec<String>,
    /// Payments that are recorded.
    pub recorded: usize,
    /// Charges of the provider.
    pub charged: usize,
    /// In what the ledger, the record and what was accepted disagree.
    pub disagreements: Vec<String>,
}

impl Flood {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls on one channel",
            Self::Resets => "rapid resets",
            Self::HalfOpenHandshakes => "half-open TLS handshakes",
        }
    }
}

/// The time that 99 of 100 rounds stay below.
fn p99(took: &[Duration]) -> Duration {
    let mut sorted = took.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * 99).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |span: Duration| span.as_micros().div_ceil(1_000);
        let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
        let (quiet, during) = (p99(&self.quiet), p99(&self.during));
        let percent = during.as_micros() * 100 / quiet.as_micros().max(1);
        let [before, most, after] = self.memory;
        writeln!(f, "{} {}", self.plan.amount, self.plan.flood.as_str())?;
        writeln!(
            f,
            "  another caller   {} rounds, all served; p99 {} ms, quiet {} ms ({}.{:02} times)",
            self.during.len(),
            ms(during),
            ms(quiet),
            percent / 100,
            percent % 100,
        )?;
        writeln!(
            f,
            "  memory           {} MiB before, {} MiB at most, {} MiB after",
            mib(before),
            mib(most),
            mib(after)
        )?;
        for note in &self.notes {
            writeln!(f, "  note             {note}")?;
        }
        writeln!(f, "  payments         {} recorded, {} charged", self.recorded, self.charged)?;
        if self.disagreements.is_empty() {
            return writeln!(f, "  agree            accepted, recorded and charged");
        }
        for disagreement in &self.disagreements {
            writeln!(f, "  DISAGREE         {disagreement}")?;
        }
        Ok(())
    }
}
