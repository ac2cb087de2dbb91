//! What a comparison found.

use ppob_types::{ProviderRef, Rupiah, Timestamp};

/// One thing that a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The line of the statement, if there is one.
    pub line: Option<u64>,
    /// When the statement says that it happened; of what is missing there, when the attempt began.
    pub at: Timestamp,
    /// The place of the attempt among those that were given.
    pub attempt: Option<usize>,
    /// The reference of the row.
    pub reference: Option<ProviderRef>,
    /// What the row says that moved; of what is missing, what should have.
    pub amount: Rupiah,
    /// What we know that moved, where that is another amount.
    pub expected: Option<Rupiah>,
    /// Whether the row is this attempt's by its reference, and not only by what else it says.
    pub by_reference: bool,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// A success and its debit.
    Agrees,
    /// A debit that only an attempt whose outcome is open explains: the provider is asked about it.
    Candidate,
    /// A debit of an attempt that had been taken as dead.
    LateCharge,
    /// A late charge that is known already, and its debit.
    LateChargeKnown,
    /// A debit of another amount than we know.
    AmountDiffers,
    /// A debit that we know nothing of.
    UnknownCharge,
    /// A debit that may be of several attempts, or that one attempt has several of.
    Unclear,
    /// A further debit of an attempt that has one.
    SecondDebit,
    /// An attempt whose outcome is open was debited and paid back.
    DebitedAndRefunded,
    /// Money of a success came back, and the payment was not reversed.
    Refund,
    /// Money of a payment that was reversed came back.
    RefundKnown,
    /// Money of a transaction came back that we know nothing of.
    UnknownRefund,
    /// A deposit, as recorded.
    DepositAgrees,
    /// Money came into the deposit that nobody recorded.
    DepositUnrecorded,
    /// A recorded deposit that a complete statement does not have.
    DepositMissing,
    /// A success that a complete statement does not have.
    SuccessMissing,
    /// An attempt whose outcome is open, and that a complete statement does not have.
    OpenMissing,
    /// Nothing can be said of it: what the statement covers begins or ends while it may have been debited,
    /// or a debit that nobody knows may be its own.
    NotJudged,
}

impl FindingKind {
    /// Whether statement and record contradict each other, so that a person has to look.
    pub const fn is_mismatch(self) -> bool {
        match self {
            Self::AmountDiffers
            | Self::LateCharge
            | Self::UnknownCharge
            | Self::Unclear
            | Self::SecondDebit
            | Self::DebitedAndRefunded
            | Self::Refund
            | Self::UnknownRefund
            | Self::DepositUnrecorded
            | Self::DepositMissing
            | Self::SuccessMissing => true,
            Self::Agrees
            | Self::Candidate
            | Self::LateChargeKnown
            | Self::RefundKnown
            | Self::DepositAgrees
            | Self::OpenMissing
            | Self::NotJudged => false,
        }
    }
}
