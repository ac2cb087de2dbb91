//! What a provider said, and what it is worth.
//!
//! The answer of the call that pays ([`PayAnswer`]) and what is learnt later ([`StatusReport`]) are
//! different types on purpose: "not sent" can only be said of the call that pays, and "not found"
//! only of a look-up, where it refuses nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Receipt, Rupiah, Sensitive};

/// The answer of a call that pays. Never an error: an error could be dropped with a `?`, and with it
/// the difference between "refused" and "nobody knows".
#[must_use = "an answer that is not recorded is a lost payment"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayAnswer {
    /// What it means.
    pub outcome: PayOutcome,
    /// What it showed, kept for every outcome.
    pub observed: Observed,
}

/// What the answer of a call that pays means.
#[must_use = "an outcome that is not recorded is a lost payment"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PayOutcome {
    /// The provider paid. Final.
    Succeeded,
    /// The provider took the order and works on it.
    Pending,
    /// The provider refused, in words on its list of definite refusals. Final.
    Rejected(Rejection),
    /// Provably, not one byte of the request left this process.
    NotSent(NotSentCause),
    /// It may or may not have been paid.
    Unknown(UnknownCause),
}

/// A definite refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Why, in our words.
    pub code: RefusalCode,
    /// Whether another provider may still say yes.
    pub scope: RefusalScope,
}

/// How far a refusal reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalScope {
    /// This provider (or account) cannot; another may.
    Provider,
    /// The bill or number itself; nobody can.
    Bill,
}

/// Why a provider refused, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// Our deposit at the provider is too small.
    InsufficientBalance,
    /// The provider does not sell the product now.
    ProductClosed,
    /// The provider or biller is inside its daily cut-off hours.
    CutOff,
    /// User name, password, key, signature or IP address refused.
    Credentials,
    /// The provider would charge more than the cap it was given.
    CostAboveCap,
    /// The customer number does not exist or is not served.
    NumberInvalid,
    /// Nothing is owed, or it was paid already.
    BillAlreadyPaid,
    /// The amount is not one the biller takes.
    AmountInvalid,
    /// A daily or monthly limit of the biller for this number.
    LimitReached,
    /// The same purchase was made before, and the provider wants it marked as a repeat.
    Duplicate,
    /// Definite, but none of the above.
    Other,
}

impl RefusalCode {
    /// The stable name, as in metrics and the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsufficientBalance => "insufficient-balance",
            Self::ProductClosed => "product-closed",
            Self::CutOff => "cut-off",
            Self::Credentials => "credentials",
            Self::CostAboveCap => "cost-above-cap",
            Self::NumberInvalid => "number-invalid",
            Self::BillAlreadyPaid => "bill-already-paid",
            Self::AmountInvalid => "amount-invalid",
            Self::LimitReached => "limit-reached",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }
}

/// Why it is certain that nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotSentCause {
    /// No connection came about: name not resolved, refused, timed out, or TLS failed.
    Connect,
    /// The permit was older than its `start_by`, so nothing was tried.
    PermitExpired,
    /// The request could not be built.
    Unbuildable,
    /// The commit of the intent was not acknowledged, so no permit was minted.
    NoPermit,
    /// The provider cannot do this, and said so before any connection.
    Unsupported,
}

/// Why it is not known whether the payment was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownCause {
    /// No answer in time.
    TimedOut,
    /// The connection ended before a whole answer.
    ConnectionLost,
    /// An HTTP status that says nothing about the payment (5xx, 3xx, unexpected 4xx).
    HttpStatus,
    /// An answer that is not readable as the provider's format, or was cut.
    Unreadable,
    /// A refusal, status or code that is on no list.
    Unlisted,
    /// The answer speaks of another customer, product or nominal.
    Mismatch,
    /// Accepted, but without the reference that would let us ask again.
    NoReference,
    /// The process ended while the request was on its way.
    Crashed,
}

impl NotSentCause {
    /// The stable name, as in metrics and the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::PermitExpired => "permit-expired",
            Self::Unbuildable => "unbuildable",
            Self::NoPermit => "no-permit",
            Self::Unsupported => "unsupported",
        }
    }
}

impl UnknownCause {
    /// The stable name, as in metrics and the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimedOut => "timed-out",
            Self::ConnectionLost => "connection-lost",
            Self::HttpStatus => "http-status",
            Self::Unreadable => "unreadable",
            Self::Unlisted => "unlisted",
            Self::Mismatch => "mismatch",
            Self::NoReference => "no-reference",
            Self::Crashed => "crashed",
        }
    }
}

/// What a provider's answer showed. Journalled with every outcome, before anybody is told: an invoice
/// number in an odd answer may be the only handle a provider ever gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The provider's own reference (MMBC: `ppob_invoice`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_ref: Option<ProviderRef>,
    /// What the provider says it debited from our deposit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged: Option<Rupiah>,
    /// What the provider says the end customer pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Rupiah>,
    /// Our deposit as the answer states it, after the charge (or at the refusal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_after: Option<Rupiah>,
    /// Proof of success, as far as the answer carries one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Box<Receipt>>,
    /// A reply that is on no list, with names and numbers taken out, for the operator's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<String>,
    /// The bytes of the answer, bounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawAnswer>,
}

/// What a status check, callback or operator says about an attempt made earlier.
#[must_use = "a report that is not applied is lost evidence"]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReport {
    /// What it means.
    pub verdict: StatusVerdict,
    /// What it showed.
    pub observed: Observed,
}

/// What a look-up of an earlier attempt means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusVerdict {
    /// The provider paid. Final.
    Succeeded,
    /// The provider still works on it.
    Pending,
    /// The provider refused it. Final.
    Rejected(Rejection),
    /// The provider does not find it. This refuses nothing.
    NotFound,
    /// The provider paid, and gave the money back. Final.
    Reversed,
}

/// The provider's own reference of a payment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderRef(String);

impl ProviderRef {
    /// Wraps the provider's reference; empty or blank text is none.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.len() <= 128).then(|| Self(text.to_owned()))
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The bytes of an answer, as text (invalid UTF-8 replaced), at most [`RawAnswer::LIMIT`] bytes.
///
/// Holds names, numbers and tokens, so `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawAnswer(Sensitive);

impl RawAnswer {
    /// How many bytes of an answer are kept.
    pub const LIMIT: usize = 64 * 1024;

    /// Keeps the beginning of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        let kept = bytes.get(..Self::LIMIT).unwrap_or(bytes);
        Self(Sensitive::new(String::from_utf8_lossy(kept)))
    }

    /// The text itself, for the journal and for patterns; never for a log.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.expose().len())
    }
}

impl PayAnswer {
    /// An answer that showed nothing.
    pub fn bare(outcome: PayOutcome) -> Self {
        Self { outcome, observed: Observed::default() }
    }

    /// Nothing was sent.
    pub fn not_sent(cause: NotSentCause) -> Self {
        Self::bare(PayOutcome::NotSent(cause))
    }

    /// Nobody knows.
    pub fn unknown(cause: UnknownCause) -> Self {
        Self::bare(PayOutcome::Unknown(cause))
    }
}

impl PayOutcome {
    /// The stable name of the class, as in metrics.
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Pending => "pending",
            Self::Rejected(_) => "rejected",
            Self::NotSent(_) => "not-sent",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl StatusVerdict {
    /// The stable name of the class, as in metrics.
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Pending => "pending",
            Self::Rejected(_) => "rejected",
            Self::NotFound => "not-found",
            Self::Reversed => "reversed",
        }
    }
}

impl Observed {
    /// Takes over what `later` shows and `self` does not. Nothing is overwritten, except that a
    /// receipt may gain fields and the latest raw answer is kept.
    pub fn merge(&mut self, later: Self) {
        fn keep<T>(known: &mut Option<T>, later: Option<T>) {
            if known.is_none() {
                *known = later;
            }
        }
        keep(&mut self.provider_ref, later.provider_ref);
        keep(&mut self.charged, later.charged);
        keep(&mut self.total, later.total);
        keep(&mut self.balance_after, later.balance_after);
        keep(&mut self.unlisted, later.unlisted);
        match (&mut self.receipt, later.receipt) {
            (Some(known), Some(later)) => known.gain(*later),
            (known, later) => keep(known, later),
        }
        if later.raw.is_some() {
            self.raw = later.raw;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_answer_is_bounded_and_does_not_show_itself() {
        let raw = RawAnswer::new(&vec![b'x'; RawAnswer::LIMIT + 10]);
        assert_eq!(raw.expose().len(), RawAnswer::LIMIT);
        assert_eq!(format!("{raw:?}"), "<65536 bytes>");
        assert_eq!(RawAnswer::new(b"\xff{}").expose(), "\u{fffd}{}");
    }

    #[test]
    fn merging_keeps_what_was_known_first() {
        let mut known = Observed { charged: Some(Rupiah::new(100)), ..Observed::default() };
        known.merge(Observed {
            charged: Some(Rupiah::new(999)),
            provider_ref: ProviderRef::new("12345678"),
            ..Observed::default()
        });
        assert_eq!(known.charged, Some(Rupiah::new(100)));
        assert_eq!(known.provider_ref.unwrap().as_str(), "12345678");
    }
}
