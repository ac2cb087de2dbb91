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

    /// A sentence for people: what happened and what it means for the money.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::BillAlreadyPaid => {
                "Nothing is owed on this number, or the bill was paid already; no money was taken."
            }
            Self::NumberInvalid => {
                "The customer number does not exist at the biller; no money was taken."
            }
            Self::CutOff => "The biller is closed at this hour; no money was taken.",
            Self::AmountInvalid => "The biller does not take this amount; no money was taken.",
            Self::LimitReached => {
                "The biller's limit for this number is used up; no money was taken."
            }
            Self::NoRoute => {
                "No provider could be asked for this product just now; nothing was sent and no money was taken."
            }
            Self::ProviderRefused => "The provider refused the payment; no money was taken.",
            Self::BillChanged => {
                "The bill is no longer what was approved; nothing was paid and no money was taken."
            }
            Self::InquiryFailed => {
                "The bill could not be read again right before paying; nothing was paid and no money was taken."
            }
            Self::Expired => {
                "The time allowed for starting the payment passed; nothing was paid and no money was taken."
            }
            Self::Abandoned => {
                "The caller abandoned the payment before anything was sent; no money was taken."
            }
            Self::NotExecuted => {
                "The outcome was unknown for a while; evidence showed that the provider did not pay."
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
            Self::Operator => "operator",
            Self::Engine => "engine",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_it_means_for_the_money() {
        for reason in FailureReason::ALL {
            let sentence = reason.sentence();
            assert!(sentence.contains("money") || sentence.contains("did not pay"), "{reason}");
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("\"{reason}\""));
        }
    }
}
