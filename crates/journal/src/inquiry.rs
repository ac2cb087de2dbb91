//! Answered inquiries, so that a payment can name what its caller saw.

use ppob_types::{Bill, ConsumerId, InquiryId, ProviderName, Purchase, Timestamp};
use serde::{Deserialize, Serialize};

/// An answered inquiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredInquiry {
    /// Its name.
    pub id: InquiryId,
    /// Who asked; nobody else can pay by it.
    pub consumer: ConsumerId,
    /// What and for whom.
    pub purchase: Purchase,
    /// Who answered.
    pub provider: ProviderName,
    /// What is owed.
    pub bill: Bill,
    /// When it was answered.
    pub answered_at: Timestamp,
    /// Until when a payment may name it.
    pub expires_at: Timestamp,
}
