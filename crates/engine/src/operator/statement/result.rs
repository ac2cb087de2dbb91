//! What an import found and did.

use ppob_evidence::statement::{Finding, FindingKind, Unreadable};
use ppob_types::{PaymentKey, Timestamp};

/// What an import found and did.
#[derive(Clone, Debug)]
pub struct ImportedStatement {
    /// SHA-256 of the file, in hexadecimal.
    pub hash: String,
    /// Whether this file was imported before.
    pub repeated: bool,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// How many rows moved money.
    pub rows: usize,
    /// How many rows were passed over because the configuration says so.
    pub ignored: u32,
    /// Rows that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// The time of which the statement was declared to hold everything.
    pub covered: Option<(Timestamp, Timestamp)>,
    /// Everything that was found: one for each row, then what is missing.
    pub findings: Vec<StatementFinding>,
}

/// One thing that was found, and what was done about it.
#[derive(Clone, Debug)]
pub struct StatementFinding {
    /// What was found.
    pub finding: Finding,
    /// The attempt that it is about.
    pub about: Option<(PaymentKey, u32)>,
    /// What was done.
    pub consequence: Consequence,
}

/// What was done about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing had to be.
    Nothing,
    /// Only a real run asks the provider, or proposes.
    DryRun,
    /// The provider confirmed it, and the attempt is settled: it paid.
    Settled,
    /// The provider does not confirm it; in words for people.
    NotConfirmed(String),
    /// The provider has no way to look it up, or the row no reference: a person must look.
    CannotBeAsked,
    /// The provider or the journal could not be asked just now: import the file again.
    TryAgain,
    /// The charge was recorded beside the attempt, and the provider is frozen.
    Recorded,
    /// "Not executed" is proposed, and waits for a second person.
    Proposed,
    /// Somebody proposed it already.
    ProposedBefore,
    /// Something speaks against calling it not executed: a person must look.
    NotProposed,
    /// The provider may still execute it until then.
    TooEarly(Timestamp),
}

impl Consequence {
    /// The stable name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::DryRun => "dry run",
            Self::Settled => "settled",
            Self::NotConfirmed(_) => "not confirmed",
            Self::CannotBeAsked => "cannot be asked",
            Self::TryAgain => "try again",
            Self::Recorded => "recorded",
            Self::Proposed => "proposed",
            Self::ProposedBefore => "proposed before",
            Self::NotProposed => "not proposed",
            Self::TooEarly(_) => "too early",
        }
    }
}

impl StatementFinding {
    /// Whether statement and record contradict each other, so that a person has to look.
    pub fn is_mismatch(&self) -> bool {
        let unexplained =
            matches!(self.consequence, Consequence::NotConfirmed(_) | Consequence::CannotBeAsked);
        self.finding.kind.is_mismatch()
            || (self.finding.kind == FindingKind::Candidate && unexplained)
    }

    /// Whether something is left open by it.
    pub fn is_open(&self) -> bool {
        match self.finding.kind {
            FindingKind::Candidate | FindingKind::LateCharge => {
                matches!(self.consequence, Consequence::TryAgain | Consequence::DryRun)
            }
            FindingKind::OpenMissing | FindingKind::NotJudged => true,
            _ => false,
        }
    }
}
