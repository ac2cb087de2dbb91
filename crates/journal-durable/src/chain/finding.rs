//! What somebody changed, in words for people.

/// One thing that is not as the engine left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which kind.
    pub kind: FindingKind,
    /// What was found, and where.
    pub what: String,
}

/// What kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A payment is not there any more.
    PaymentRemoved,
    /// A payment, or one of its attempts, says something else than the engine wrote.
    PaymentChanged,
    /// An attempt is not there any more.
    AttemptRemoved,
    /// Events are not there any more.
    EventRemoved,
    /// An entry of the audit, a note, a deposit, a verdict or a tombstone is not there any more.
    FactRemoved,
    /// An entry of the audit, a note, a deposit, a verdict or a tombstone says something else.
    FactChanged,
    /// What a commit added is not what it added, or not in its order.
    CommitChanged,
    /// The chain itself has a gap.
    ChainBroken,
    /// Something was added that no commit of the engine added.
    Added,
    /// The newest commits are not there any more, or others are in their place.
    Cut,
}

impl Finding {
    /// `what` was found.
    pub const fn new(kind: FindingKind, what: String) -> Self {
        Self { kind, what }
    }
}

impl FindingKind {
    /// The stable name, for scripts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentRemoved => "payment-removed",
            Self::PaymentChanged => "payment-changed",
            Self::AttemptRemoved => "attempt-removed",
            Self::EventRemoved => "event-removed",
            Self::FactRemoved => "fact-removed",
            Self::FactChanged => "fact-changed",
            Self::CommitChanged => "commit-changed",
            Self::ChainBroken => "chain-broken",
            Self::Added => "added",
            Self::Cut => "cut",
        }
    }

    /// What it means for the money.
    pub const fn money(self) -> &'static str {
        match self {
            Self::PaymentRemoved => {
                "It may have been paid, and whoever repeats its payment_id would be taken for new and pay again."
            }
            Self::PaymentChanged => {
                "What this journal says about its state, total, cost or attempts is not what was told to its caller, or may not be."
            }
            Self::AttemptRemoved => {
                "The attempt may have been paid, and the journal would let another one begin."
            }
            Self::EventRemoved => {
                "Payments of these events may be missing or may have another past than they show; money may have been charged that this journal does not show."
            }
            Self::FactRemoved | Self::FactChanged => {
                "Who decided what about money, or which money went into a deposit, cannot be told from it any more."
            }
            Self::CommitChanged | Self::ChainBroken => {
                "Which payments this commit was about cannot be told; none of them can be trusted before it was compared."
            }
            Self::Added => "It was never done by the engine: no money moved because of it.",
            Self::Cut => {
                "Everything since is missing: it may have been paid, and whoever repeats a payment_id would pay again."
            }
        }
    }

    /// What to do about it.
    pub const fn todo(self) -> &'static str {
        match self {
            Self::PaymentRemoved | Self::Cut => {
                "Stop the engine. Restore the latest backup that verifies, and keep the send journal: it brings back what was sent since."
            }
            Self::PaymentChanged | Self::AttemptRemoved => {
                "Compare with the provider's statement and with the latest backup that verifies; pay and refund nothing by this row."
            }
            Self::EventRemoved | Self::CommitChanged | Self::ChainBroken => {
                "Keep this file as it is. Compare with the latest backup that verifies, and the providers' statements for the time in between."
            }
            Self::FactRemoved | Self::FactChanged | Self::Added => {
                "Keep this file as it is, and find out who could write it: compare with the latest backup that verifies."
            }
        }
    }
}
