//! What the engine asks a provider.

use std::sync::Arc;

use ppob_types::{AttemptId, Clock, InquiryToken, ProviderRef, Purchase, Rupiah, Timestamp};

/// What a call needs besides its subject.
#[derive(Clone, Debug)]
pub struct CallContext {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
}

/// Ask what is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InquiryRequest {
    /// What and for whom.
    pub purchase: Purchase,
    /// The provider's own code of the product, verbatim.
    pub provider_code: String,
    /// Our reference, for providers that tie the payment to the inquiry by it.
    pub reference: Option<AttemptId>,
}

/// Pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayRequest {
    /// Our reference of this attempt.
    pub attempt: AttemptId,
    /// What and for whom.
    pub purchase: Purchase,
    /// The provider's own code of the product, verbatim.
    pub provider_code: String,
    /// The most our deposit may be debited; given to providers that take it, checked afterwards at all.
    pub max_cost: Rupiah,
    /// What the bill's inquiry said must come back, if the provider binds inquiry and payment.
    pub inquiry_token: Option<InquiryToken>,
}

/// An attempt made earlier, by everything a provider might know it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRef {
    /// Our reference.
    pub attempt: AttemptId,
    /// The provider's reference, if its answer carried one.
    pub provider_ref: Option<ProviderRef>,
    /// What and for whom.
    pub purchase: Purchase,
    /// The provider's own code of the product, verbatim.
    pub provider_code: String,
    /// When the intent was recorded.
    pub sent_at: Timestamp,
    /// As in [`PayRequest::max_cost`].
    pub max_cost: Rupiah,
}
