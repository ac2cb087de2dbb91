//! Why a payment is in doubt, as callers are told.

use std::fmt;

use crate::UnknownCause;

/// Why a payment is `IN_DOUBT`. Stable: callers branch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DoubtReason {
    /// It is not known what became of its attempt.
    Unknown(UnknownCause),
    /// Facts about it contradict each other.
    Contradicted,
}

impl DoubtReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Unknown(UnknownCause::TimedOut),
        Self::Unknown(UnknownCause::ConnectionLost),
        Self::Unknown(UnknownCause::HttpStatus),
        Self::Unknown(UnknownCause::Unreadable),
        Self::Unknown(UnknownCause::Unlisted),
        Self::Unknown(UnknownCause::Mismatch),
        Self::Unknown(UnknownCause::NoReference),
        Self::Unknown(UnknownCause::Crashed),
        Self::Contradicted,
    ];

    /// What every doubt means for the money.
    pub const MONEY: &'static str =
        "It may or may not be paid: do not pay again by other means and do not refund.";

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown(UnknownCause::TimedOut) => "TIMED_OUT",
            Self::Unknown(UnknownCause::ConnectionLost) => "CONNECTION_LOST",
            Self::Unknown(UnknownCause::HttpStatus) => "HTTP_STATUS",
            Self::Unknown(UnknownCause::Unreadable) => "UNREADABLE",
            Self::Unknown(UnknownCause::Unlisted) => "UNLISTED",
            Self::Unknown(UnknownCause::Mismatch) => "MISMATCH",
            Self::Unknown(UnknownCause::NoReference) => "NO_REFERENCE",
            Self::Unknown(UnknownCause::Crashed) => "CRASHED",
            Self::Contradicted => "CONTRADICTED",
        }
    }

    /// A sentence for people: what happened.
    pub const fn happened(self) -> &'static str {
        match self {
            Self::Unknown(UnknownCause::TimedOut) => "The provider did not answer in time.",
            Self::Unknown(UnknownCause::ConnectionLost) => {
                "The connection to the provider broke before its answer was complete."
            }
            Self::Unknown(UnknownCause::HttpStatus) => {
                "The provider answered with an error that says nothing about the payment."
            }
            Self::Unknown(UnknownCause::Unreadable) => "The provider's answer could not be read.",
            Self::Unknown(UnknownCause::Unlisted) => {
                "The provider's answer is not one whose meaning is known."
            }
            Self::Unknown(UnknownCause::Mismatch) => {
                "The provider's answer speaks of another payment."
            }
            Self::Unknown(UnknownCause::NoReference) => {
                "The provider took the payment without giving a number to ask with."
            }
            Self::Unknown(UnknownCause::Crashed) => {
                "The engine was stopped while the payment was on its way to the provider."
            }
            Self::Contradicted => "What the provider says about this payment contradicts itself.",
        }
    }
}

impl fmt::Display for DoubtReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_has_the_same_name_here_and_in_the_journal() {
        for reason in DoubtReason::ALL {
            if let DoubtReason::Unknown(cause) = reason {
                let told = cause.as_str().replace('-', "_").to_ascii_uppercase();
                assert_eq!(reason.as_str(), told);
            }
            assert!(reason.happened().ends_with('.'), "{reason}");
        }
    }
}
