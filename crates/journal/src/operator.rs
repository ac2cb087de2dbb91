//! Records for operators.

use ppob_types::{PaymentKey, ProviderName, Rupiah, Sensitive, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Proposal, Who};

/// A reply that is on no list: counted, so that an operator can extend the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlistedReply {
    /// Who said it.
    pub provider: ProviderName,
    /// The text, with names and numbers taken out.
    pub text: String,
    /// How often, in payments that keep their personal data: it goes with the last of them.
    pub count: u64,
    /// First time.
    pub first_at: Timestamp,
    /// Last time.
    pub last_at: Timestamp,
}

/// What an operator wrote down about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// About which payment.
    pub key: PaymentKey,
    /// Who.
    pub who: Who,
    /// What.
    pub text: Sensitive,
    /// When.
    pub at: Timestamp,
}

/// Money that was paid into, or taken out of, a deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// The operator's own id of the entry.
    pub id: String,
    /// Whose deposit.
    pub provider: ProviderName,
    /// How much; negative if it was taken out, never 0.
    pub amount: Rupiah,
    /// When it was credited.
    pub credited_at: Timestamp,
    /// The bank's or provider's reference; may be empty. Banks put names of persons in it.
    pub reference: Sensitive,
    /// Who recorded it.
    pub who: Who,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// What became of a deposit to be recorded. Only `Done` wrote anything.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum DepositRecorded {
    /// Durable.
    Done(Deposit),
    /// The same was recorded before: this is what stands there.
    Known(Deposit),
    /// The id stands for something else.
    Conflict,
}

/// What operators added to a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dossier {
    /// What they wrote down, oldest first.
    pub notes: Vec<Note>,
    /// Verdicts that wait for a second person, by attempt.
    pub proposals: Vec<Proposal>,
}

impl Deposit {
    /// Whether both say the same, whoever recorded it and when.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let content = |deposit: &Self| {
            (
                deposit.provider.clone(),
                deposit.amount,
                deposit.credited_at,
                deposit.reference.clone(),
            )
        };
        self.id == other.id && content(self) == content(other)
    }
}
