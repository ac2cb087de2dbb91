//! What can happen to a payment.

use std::time::Duration;

use ppob_types::{
    AttemptId, Basis, FailureReason, NotSentCause, Observed, PayAnswer, ProviderName, ProviderRef,
    Rupiah, StatusReport, StatusVerdict,
};

use crate::EvidenceKind;

/// What can happen to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An attempt is about to be sent.
    Begin(NewAttempt),
    /// The call that pays returned.
    Answered {
        /// Which attempt.
        attempt: u32,
        /// What it returned.
        answer: PayAnswer,
        /// Whether a refusal is worth enough to ask another provider.
        refusal_trusted: bool,
    },
    /// The process knows that it did not send, although the intent may be durable.
    NotBegun {
        /// Which attempt.
        attempt: u32,
        /// Why.
        cause: NotSentCause,
    },
    /// A status check or callback brought news.
    Reported {
        /// Which attempt.
        attempt: u32,
        /// The news.
        report: StatusReport,
        /// Where from.
        basis: Basis,
        /// Whether a refusal is worth enough to ask another provider.
        refusal_trusted: bool,
    },
    /// A status check was made and brought nothing.
    Checked {
        /// Which attempt.
        attempt: u32,
    },
    /// The provider is about to be asked by the purchase itself, made again under the same reference. If the
    /// first request never arrived, this one buys.
    AskedByPurchase {
        /// About which attempt.
        attempt: u32,
        /// How long after this it may still be executed. No negative verdict before that, if the provider
        /// never said that it knows the attempt.
        late_execution_bound: Duration,
    },
    /// A hint was gathered.
    Gathered {
        /// About which attempt.
        attempt: u32,
        /// The hint.
        evidence: EvidenceKind,
    },
    /// A callback came, and the provider can be asked about what it said.
    Hinted {
        /// About which attempt.
        attempt: u32,
        /// What it said.
        says: StatusVerdict,
        /// The reference that it named.
        provider_ref: Option<ProviderRef>,
    },
    /// What a callback said led nowhere: the reference that it named is not of this payment, or nobody can
    /// be asked any more.
    HintSpent {
        /// About which attempt.
        attempt: u32,
    },
    /// The provider reference known of it turned out to settle another payment: what it showed was
    /// never ours.
    Disowned {
        /// About which attempt.
        attempt: u32,
    },
    /// A new process took over: whatever was being sent may or may not have been.
    Recovered,
    /// There is no (further) attempt to be made.
    GiveUp(FailureReason),
    /// The caller does not want it any more.
    Abandon,
    /// A person decided, with evidence that the engine verified as far as it can.
    Resolved {
        /// About which attempt.
        attempt: u32,
        /// What was decided.
        resolution: Resolution,
    },
    /// The provider gave the money of a success back.
    Reversed {
        /// Where the news is from.
        basis: Basis,
    },
}

/// An attempt about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttempt {
    /// The reference given to the provider.
    pub id: AttemptId,
    /// Who is asked.
    pub provider: ProviderName,
    /// The provider's own code of the product.
    pub provider_code: String,
    /// The cost it was ranked with.
    pub expected_cost: Rupiah,
    /// The most it may cost.
    pub max_cost: Rupiah,
    /// What the end customer is expected to pay.
    pub expected_total: Rupiah,
    /// How long after the send the provider may still execute.
    pub late_execution_bound: Duration,
}

/// What a person decided about an attempt in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It was paid.
    Executed {
        /// What shows it.
        observed: Box<Observed>,
        /// `Status` if the engine verified it at the provider, else `Operator`.
        basis: Basis,
    },
    /// It was not paid. Refused before the provider's late-execution bound has passed.
    NotExecuted,
}
