//! Records for operators.

use ppob_types::{PaymentKey, ProviderName, Timestamp};
use serde::{Deserialize, Serialize};

/// A reply that is on no list: counted, so that an operator can extend the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlistedReply {
    /// Who said it.
    pub provider: ProviderName,
    /// The text, with names and numbers taken out.
    pub text: String,
    /// How often.
    pub count: u64,
    /// First time.
    pub first_at: Timestamp,
    /// Last time.
    pub last_at: Timestamp,
}

/// Who did what, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Who.
    pub actor: String,
    /// What, as a stable word.
    pub action: String,
    /// About which payment, if one.
    pub payment: Option<PaymentKey>,
    /// The evidence or reason given.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}
