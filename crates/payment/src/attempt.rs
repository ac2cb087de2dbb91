//! One try at one provider.

use ppob_types::{
    AttemptId, Basis, NotSentCause, Observed, ProviderName, ProviderRef, RawAnswer, Rejection,
    Rupiah, StatusVerdict, Timestamp, UnknownCause,
};
use serde::{Deserialize, Serialize};

/// One try at one provider, and everything learnt about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// The reference given to the provider.
    pub id: AttemptId,
    /// Who was asked.
    pub provider: ProviderName,
    /// The provider's own code of the product.
    pub provider_code: String,
    /// The cost it was ranked with.
    pub expected_cost: Rupiah,
    /// The most it may cost.
    pub max_cost: Rupiah,
    /// What the end customer was expected to pay.
    pub expected_total: Rupiah,
    /// When the intent was made.
    pub begun_at: Timestamp,
    /// Before this, "not executed" cannot be known: the provider may still execute.
    pub no_negative_verdict_before: Timestamp,
    /// What is known of it.
    pub state: AttemptState,
    /// What the knowledge rests on, once final.
    pub basis: Option<Basis>,
    /// When `state` last changed.
    pub changed_at: Timestamp,
    /// What the provider's answers showed.
    pub observed: Observed,
    /// The answer of the call that pays, once a later one has taken its place in `observed`: patterns
    /// for refusals are tried on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_to_pay: Option<RawAnswer>,
    /// How many status checks were made.
    pub checks: u32,
    /// When the last one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
    /// Hints gathered while the outcome is unknown; none of them decides by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// A charge that was found after this attempt had been taken as dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_charge: Option<LateCharge>,
    /// A callback that the provider has not been asked about yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

/// What a callback said of an attempt whose provider can be asked: only the provider's answer counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// When it came.
    pub at: Timestamp,
    /// What it said.
    pub says: StatusVerdict,
    /// The provider's reference that it named: to ask by, where none is known. Not taken for ours before
    /// the provider's answer has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_ref: Option<ProviderRef>,
    /// How many status checks were made since.
    pub checks: u32,
}

/// What is known of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptState {
    /// The intent is durable; the request may be on its way.
    Sending,
    /// Provably not sent. Dead.
    NotSent(NotSentCause),
    /// Refused for good. Dead.
    Rejected(Rejection),
    /// The provider took it and works on it.
    Pending,
    /// The provider paid.
    Succeeded,
    /// It may or may not have been paid.
    Unknown(UnknownCause),
    /// Evidence shows that it was not paid. Dead.
    NotExecuted,
}

/// A hint about an attempt whose outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What kind.
    pub kind: EvidenceKind,
    /// When it was gathered.
    pub at: Timestamp,
}

/// What kind of hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A fresh inquiry says that the bill is paid: by us, or by somebody else.
    BillGone,
    /// A fresh inquiry still shows the bill: not paid, or the biller lags.
    BillStillThere,
    /// The provider does not find the attempt. No proof.
    NotFound,
    /// Money is missing from the deposit that this attempt would explain, but not it alone.
    FitsBalances,
}

/// A charge found after an attempt had been taken as dead. Alarmed and shown; the state stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateCharge {
    /// What showed it.
    pub observed: Observed,
    /// What it rests on.
    pub basis: Basis,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it was decided that nothing had been paid after all. Until then nothing about the payment
    /// is called certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<Timestamp>,
}

impl Attempt {
    /// Whether the attempt might have been, or might still be, paid.
    pub const fn is_alive(&self) -> bool {
        match self.state {
            AttemptState::Sending
            | AttemptState::Pending
            | AttemptState::Succeeded
            | AttemptState::Unknown(_) => true,
            AttemptState::NotSent(_) | AttemptState::Rejected(_) | AttemptState::NotExecuted => {
                false
            }
        }
    }

    /// Whether it was taken as dead, a charge was found, and nobody has decided yet which is true.
    pub fn has_open_charge(&self) -> bool {
        self.late_charge.as_ref().is_some_and(|charge| charge.cleared_at.is_none())
    }

    /// When the provider was last asked about it, or to make it.
    pub fn asked_at(&self) -> Timestamp {
        self.checked_at.unwrap_or(self.begun_at)
    }

    /// What was debited, as far as known; else what was expected.
    pub fn cost(&self) -> Rupiah {
        self.observed.charged.unwrap_or(self.expected_cost)
    }

    /// Whether the provider debited more than it was allowed to.
    pub fn cost_is_unexpected(&self) -> bool {
        self.observed.charged.is_some_and(|charged| charged > self.max_cost)
    }

    /// The answer of the call that pays, as it came, if there was one.
    pub fn raw_answer_to_pay(&self) -> Option<&RawAnswer> {
        let replaced = matches!(self.basis, Some(Basis::Status | Basis::Callback));
        let raw = self.observed.raw.as_ref().filter(|_| !replaced);
        self.answer_to_pay.as_ref().or(raw)
    }

    /// Puts the answer of the call that pays aside before later news takes its place.
    pub(crate) fn keep_answer_to_pay(&mut self, later: &Observed, basis: Basis) {
        if later.raw.is_some() && basis != Basis::ProviderAnswer && self.answer_to_pay.is_none() {
            self.answer_to_pay = self.raw_answer_to_pay().cloned();
        }
    }

    /// By what the provider can be asked about it: its reference, or the one that a callback named.
    pub fn reference_to_ask_by(&self) -> Option<&ProviderRef> {
        let named = || self.hint.as_ref().and_then(|hint| hint.provider_ref.as_ref());
        self.observed.provider_ref.as_ref().or_else(named)
    }

    /// Whether this is still the attempt that `intended` was about to become: nothing was learnt of it.
    pub fn is_still_sending(&self, intended: &Self) -> bool {
        self.state == AttemptState::Sending
            && (&self.id, &self.provider) == (&intended.id, &intended.provider)
    }

    /// Remembers a hint; the latest of a kind replaces the earlier one.
    pub(crate) fn add_evidence(&mut self, kind: EvidenceKind, at: Timestamp) {
        self.evidence.retain(|known| known.kind != kind);
        self.evidence.push(Evidence { kind, at });
    }
}

impl AttemptState {
    /// The stable name, as in the journal, the API and metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::NotSent(_) => "not_sent",
            Self::Rejected(_) => "rejected",
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Unknown(_) => "unknown",
            Self::NotExecuted => "not_executed",
        }
    }
}
