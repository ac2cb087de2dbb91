//! Verdicts that need two persons.

use ppob_types::{PaymentKey, Sensitive, Timestamp};

use crate::{AuditEntry, Who};

/// That an attempt was not executed, said by one person. It changes nothing until another one agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProposal {
    /// About which payment.
    pub key: PaymentKey,
    /// About which attempt.
    pub attempt: u32,
    /// The version of the payment that was looked at.
    pub version: u64,
    /// What was known of the attempt then, in stable words: news outdates a proposal.
    pub facts: String,
    /// Who says so.
    pub who: Who,
    /// What it rests on.
    pub evidence: Sensitive,
    /// When.
    pub at: Timestamp,
}

/// A proposal as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its number, rising.
    pub number: u64,
    /// What was proposed.
    pub proposed: NewProposal,
}

/// What is to become of a verdict of one person.
#[derive(Clone, Debug)]
pub struct Propose {
    /// The verdict.
    pub proposal: NewProposal,
    /// The open proposal about the same attempt that it replaces. Nothing is written if another one
    /// is open, or none where one was.
    pub replaces: Option<u64>,
    /// What to note about it.
    pub audit: AuditEntry,
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Proposed {
    /// Durable.
    Done(Proposal),
    /// The payment, or the proposal to be replaced, changed first. Nothing was written.
    Stale,
}

/// Two persons say that an attempt was not executed. A change without one cannot call it so.
#[derive(Clone, Debug)]
pub enum Agreement {
    /// A second person agrees with an open proposal. The change is stale if it is not open any more.
    Confirms {
        /// The proposal.
        proposal: u64,
        /// The second person.
        second: Who,
    },
    /// One call names both; only where nobody has to prove who they are.
    Named {
        /// What the first says. Whatever is open about the attempt ends with it.
        proposal: Box<NewProposal>,
        /// The second person.
        second_actor: String,
    },
}
