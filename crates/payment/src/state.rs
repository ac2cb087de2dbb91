//! The payment: its terms, its attempts, and how it ended.

use ppob_types::{Basis, FailureReason, Family, Receipt, Retention, Rupiah, Timestamp, TokenState};
use serde::{Deserialize, Serialize};

use crate::Attempt;

/// A payment as the machine sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Fixed at acceptance.
    pub terms: Terms,
    /// In order; at most one of them is alive.
    pub attempts: Vec<Attempt>,
    /// How it ended, if it did.
    pub conclusion: Option<Conclusion>,
    /// Facts about an attempt contradict each other while nothing is concluded: no further attempt,
    /// a person must look.
    #[serde(default)]
    pub contradicted: bool,
    /// The caller asked to abandon it while an attempt was alive: no further attempt.
    #[serde(default)]
    pub no_further_attempt: bool,
    /// When the provider is to be asked (again) about the live attempt or the awaited token.
    pub next_check_at: Option<Timestamp>,
    /// How much of it is kept.
    #[serde(default, skip_serializing_if = "Retention::is_everything")]
    pub retention: Retention,
}

/// What a payment was accepted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The product's family.
    pub family: Family,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// No attempt begins after this.
    pub pay_by: Timestamp,
    /// No more attempts than this.
    pub max_attempts: u32,
    /// No attempt begins that the end customer would pay more for than this. Until the payment has
    /// ended it is what the payment counts in its consumer's day. None in payments of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_total: Option<Rupiah>,
}

/// How a payment ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Conclusion {
    /// Paid.
    Succeeded {
        /// By which attempt.
        attempt: u32,
        /// What the end customer pays. Fixed once told.
        total: Rupiah,
        /// What was debited from our deposit. Fixed once told.
        cost: Rupiah,
        /// What the fact rests on.
        basis: Basis,
        /// When it became known.
        at: Timestamp,
    },
    /// Not paid.
    Failed {
        /// Why.
        reason: FailureReason,
        /// What the fact rests on.
        basis: Basis,
        /// When it became known.
        at: Timestamp,
    },
    /// Paid, and later given back by the provider.
    Reversed {
        /// The attempt that had succeeded.
        attempt: u32,
        /// What the end customer had paid.
        total: Rupiah,
        /// What had been debited.
        cost: Rupiah,
        /// What the fact rests on.
        basis: Basis,
        /// When it became known.
        at: Timestamp,
    },
}

/// What a caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// Recorded; no attempt is alive.
    Accepted,
    /// Being sent, or the provider said that it works on it.
    Processing,
    /// It may or may not have been paid.
    InDoubt,
    /// Paid.
    Succeeded,
    /// Not paid.
    Failed,
    /// Paid, and later given back.
    Reversed,
}

impl Payment {
    /// A payment that has just been accepted.
    pub const fn accepted(terms: Terms) -> Self {
        Self {
            terms,
            attempts: Vec::new(),
            conclusion: None,
            contradicted: false,
            no_further_attempt: false,
            next_check_at: None,
            retention: Retention::Everything,
        }
    }

    /// What a caller is told.
    pub fn state(&self) -> PaymentState {
        match &self.conclusion {
            Some(Conclusion::Succeeded { .. }) => PaymentState::Succeeded,
            Some(Conclusion::Failed { .. }) => PaymentState::Failed,
            Some(Conclusion::Reversed { .. }) => PaymentState::Reversed,
            None if self.contradicted => PaymentState::InDoubt,
            None => match self.live_attempt().map(|attempt| &attempt.state) {
                None => PaymentState::Accepted,
                Some(crate::AttemptState::Unknown(_)) => PaymentState::InDoubt,
                Some(
                    crate::AttemptState::Sending
                    | crate::AttemptState::Pending
                    | crate::AttemptState::Succeeded
                    | crate::AttemptState::NotSent(_)
                    | crate::AttemptState::Rejected(_)
                    | crate::AttemptState::NotExecuted,
                ) => PaymentState::Processing,
            },
        }
    }

    /// Whether the payment has ended.
    pub const fn is_concluded(&self) -> bool {
        self.conclusion.is_some()
    }

    /// The attempt that might have been, or might still be, paid.
    pub fn live_attempt(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.is_alive())
    }

    /// The attempt about which a callback said something that the provider has not been asked about yet.
    pub fn hinted_attempt(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.hint.is_some())
    }

    /// Whether another attempt than `number` was taken as dead although it may have been charged.
    pub(crate) fn has_open_charge_besides(&self, number: u32) -> bool {
        self.attempts.iter().any(|attempt| attempt.number != number && attempt.has_open_charge())
    }

    /// The attempt of this number.
    pub fn attempt(&self, number: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    pub(crate) fn attempt_mut(&mut self, number: u32) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    /// The attempt that paid.
    pub fn paid_attempt(&self) -> Option<&Attempt> {
        match &self.conclusion {
            Some(Conclusion::Succeeded { attempt, .. } | Conclusion::Reversed { attempt, .. }) => {
                self.attempt(*attempt)
            }
            Some(Conclusion::Failed { .. }) | None => None,
        }
    }

    /// Whether the payment was told paid by the attempt of this number, and perhaps given back since.
    pub(crate) fn is_paid_by(&self, number: u32) -> bool {
        self.paid_attempt().is_some_and(|paid| paid.number == number)
    }

    /// The receipt, once paid.
    pub fn receipt(&self) -> Option<&Receipt> {
        self.paid_attempt()?.observed.receipt.as_deref()
    }

    /// Whether the receipt carries the token its family promises. One that is gone with the personal
    /// data, or with the money, is not awaited.
    pub fn token_state(&self) -> TokenState {
        let gone = self.retention == Retention::NoPersonalData;
        if gone || self.terms.family != Family::PlnPrepaid || self.paid_attempt().is_none() {
            return TokenState::None;
        }
        match self.receipt().and_then(|receipt| receipt.details.pln_token()) {
            Some(_) => TokenState::Present,
            // Nobody gives a token for money that was given back.
            None if self.state() == PaymentState::Reversed => TokenState::None,
            None => TokenState::Awaited,
        }
    }

    /// What the payment counts in its consumer's day: the most it may come to while it is open, what
    /// it came to once paid, and nothing once it is certain that nothing was or stays paid.
    pub fn counted(&self) -> Rupiah {
        match &self.conclusion {
            None => self.terms.max_total.unwrap_or_default(),
            Some(Conclusion::Succeeded { total, .. }) => *total,
            Some(Conclusion::Failed { .. } | Conclusion::Reversed { .. }) => Rupiah::ZERO,
        }
    }

    /// Since when the payment is in doubt, if it is.
    pub fn in_doubt_since(&self) -> Option<Timestamp> {
        (self.state() == PaymentState::InDoubt).then(|| {
            self.attempts
                .iter()
                .map(|attempt| attempt.changed_at)
                .max()
                .unwrap_or(self.terms.accepted_at)
        })
    }
}

impl PaymentState {
    /// The stable name, as in the journal and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Processing => "PROCESSING",
            Self::InDoubt => "IN_DOUBT",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Reversed => "REVERSED",
        }
    }

    /// Whether the payment has ended.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Reversed)
    }
}
