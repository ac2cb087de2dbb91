//! Why a payment failed, and what a fact rests on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::RefusalCode;

/// Why a payment is `FAILED`. Stable: callers branch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureReason {
    /// Nothing is owed, or it was paid already.
    BillAlreadyPaid,
    /// The customer number does not exist or is not served.
    NumberInvalid,
    /// Inside the biller's daily cut-off hours.
    CutOff,
    /// The amount is not one the biller takes.
    AmountInvalid,
    /// A limit of the biller for this number is used up.
    LimitReached,
    /// No provider could be asked: closed, switched off, out of balance, or over its limits.
    NoRoute,
    /// Every provider asked refused, or one refused whose refusals do not allow asking another.
    ProviderRefused,
    /// The bill is no longer what was approved.
    BillChanged,
    /// The bill could not be read again right before paying.
    InquiryFailed,
    /// `pay_by` passed before an attempt could begin.
    Expired,
    /// The caller abandoned it before an attempt began.
    Abandoned,
    /// An attempt's outcome was unknown, and evidence later showed that nothing was paid.
    NotExecuted,
}

impl FailureReason {
    /// Every reason.
    pub const ALL: [Self; 12] = [
        Self::BillAlreadyPaid,
        Self::NumberInvalid,
        Self::CutOff,
        Self::AmountInvalid,
        Self::LimitReached,
        Self::NoRoute,
        Self::ProviderRefused,
        Self::BillChanged,
        Self::InquiryFailed,
        Self::Expired,
        Self::Abandoned,
        Self::NotExecuted,
    ];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BillAlreadyPaid => "BILL_ALREADY_PAID",
            Self::NumberInvalid => "NUMBER_INVALID",
            Self::CutOff => "CUT_OFF",
            Self::AmountInvalid => "AMOUNT_INVALID",
            Self::LimitReached => "LIMIT_REACHED",
            Self::NoRoute => "NO_ROUTE",
            Self::ProviderRefused => "PROVIDER_REFUSED",
            Self::BillChanged => "BILL_CHANGED",
            Self::InquiryFailed => "INQUIRY_FAILED",
            Self::Expired => "EXPIRED",
            Self::Abandoned => "ABANDONED",
            Self::NotExecuted => "NOT_EXECUTED",
        }
    }

    /// What a failure means for the money, whatever its reason.
    pub const MONEY: &'static str = "No money was taken.";

    /// What a failure means for the money once a charge was found after all.
    pub const MONEY_LATE_CHARGE: &'static str = "A charge was found after this had been told: see late_charge, and do not refund before an \
         operator has looked.";

    /// A sentence for people: what happened.
    pub const fn happened(self) -> &'static str {
        match self {
            Self::BillAlreadyPaid => {
                "Nothing is owed on this number, or the bill was paid already."
            }
            Self::NumberInvalid => "The biller does not know the customer number.",
            Self::CutOff => "The biller is closed at this hour.",
            Self::AmountInvalid => "The biller does not take this amount.",
            Self::LimitReached => "The biller's limit for this number is used up.",
            Self::NoRoute => "No provider could be asked for this product; nothing was sent.",
            Self::ProviderRefused => "The provider refused the payment.",
            Self::BillChanged => "The bill is no longer what was approved; nothing was sent.",
            Self::InquiryFailed => {
                "The bill could not be read again right before paying; nothing was sent."
            }
            Self::Expired => "The time in which the payment could begin has passed.",
            Self::Abandoned => "The caller abandoned the payment before anything could be paid.",
            Self::NotExecuted => {
                "The outcome was unknown for a while; evidence showed that the provider did not pay."
            }
        }
    }

    /// A sentence for people: what to do.
    pub const fn action(self) -> &'static str {
        match self {
            Self::BillAlreadyPaid => "There is nothing to pay now.",
            Self::NumberInvalid => "Check the number with the customer.",
            Self::CutOff => "Try again with a new id after the closing hours.",
            Self::AmountInvalid => "Choose another amount.",
            Self::LimitReached => "Try again when the biller's limit begins anew.",
            Self::NoRoute | Self::ProviderRefused => "Try again later with a new id.",
            Self::BillChanged => "Inquire again, and show the customer the new bill.",
            Self::InquiryFailed => "Inquire again, and pay with a new id.",
            Self::Expired | Self::Abandoned | Self::NotExecuted => {
                "If it is still wanted, pay with a new id."
            }
        }
    }

    /// Whether trying again with a new `payment_id` may succeed without anybody changing the request.
    pub const fn new_id_may_help(self) -> bool {
        match self {
            Self::NoRoute
            | Self::ProviderRefused
            | Self::CutOff
            | Self::InquiryFailed
            | Self::Expired
            | Self::Abandoned
            | Self::NotExecuted => true,
            Self::BillAlreadyPaid
            | Self::NumberInvalid
            | Self::AmountInvalid
            | Self::LimitReached
            | Self::BillChanged => false,
        }
    }
}

impl From<RefusalCode> for FailureReason {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::NumberInvalid => Self::NumberInvalid,
            RefusalCode::BillAlreadyPaid => Self::BillAlreadyPaid,
            RefusalCode::AmountInvalid => Self::AmountInvalid,
            RefusalCode::LimitReached => Self::LimitReached,
            RefusalCode::CutOff => Self::CutOff,
            RefusalCode::InsufficientBalance
            | RefusalCode::ProductClosed
            | RefusalCode::Credentials
            | RefusalCode::CostAboveCap
            | RefusalCode::Duplicate
            | RefusalCode::Other => Self::ProviderRefused,
        }
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a final fact rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The answer of the call that paid.
    ProviderAnswer,
    /// A status check.
    Status,
    /// A callback of the provider.
    Callback,
    /// A statement of the provider.
    Statement,
    /// The balances of a deposit account that nothing else uses: money moved, and only this attempt
    /// explains it.
    BalanceChain,
    /// A person, with evidence.
    Operator,
    /// The engine itself: nothing was sent.
    Engine,
}

impl Basis {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProviderAnswer => "provider-answer",
            Self::Status => "status",
            Self::Callback => "callback",
            Self::Statement => "statement",
            Self::BalanceChain => "balance-chain",
            Self::Operator => "operator",
            Self::Engine => "engine",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_happened_and_what_to_do() {
        for reason in FailureReason::ALL {
            for sentence in [reason.happened(), reason.action()] {
                assert!(sentence.len() > 10 && sentence.ends_with('.'), "{reason}: {sentence}");
            }
            assert!(!reason.action().contains("new id") || reason.new_id_may_help(), "{reason}");
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("\"{reason}\""));
        }
    }
}
