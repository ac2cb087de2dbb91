//! What a provider can do for a family: plain data.

use std::time::Duration;

/// What a provider can do for one product family. The default is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent abilities, not a hidden state")]
pub struct Capability {
    /// It can pay.
    pub pay: bool,
    /// Whether and how it answers inquiries.
    pub inquiry: InquiryRule,
    /// It takes our attempt id as a reference, and a repeated reference is the same payment.
    pub client_reference: bool,
    /// By what it finds an earlier attempt.
    pub status: StatusLookup,
    /// The status check repeats the purchase (Digiflazz prepaid), within these bounds: it is made by
    /// [`PpobProvider::check_by_purchase`](crate::PpobProvider::check_by_purchase).
    pub status_is_purchase: Option<PurchaseAsStatus>,
    /// Where its status check is a read: the least time that it wants between two calls for one reference. Within
    /// it nobody asks, and no answer is no reason to ask again at once. A check that is a purchase has its own.
    pub status_gap: Duration,
    /// It refuses by itself to charge more than [`PayRequest::max_cost`](crate::PayRequest::max_cost).
    pub cost_cap: bool,
    /// It sells the same thing to the same number more than once a day. Where it may not, it is asked last for
    /// what is bought again.
    pub repeat_same_day: bool,
    /// It reports by callback.
    pub callbacks: bool,
    /// How long after our send it may still execute. No negative verdict before that.
    pub late_execution_bound: Duration,
    /// How much its refusals are worth for asking another provider.
    pub refusals: RefusalTrust,
}

/// Whether a provider answers inquiries, and what a payment needs of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InquiryRule {
    /// It cannot be asked.
    #[default]
    None,
    /// It can be asked, but nothing ties the answer to the payment (MMBC): ask again right before.
    Unbound,
    /// The payment must carry the answer's token.
    Bound {
        /// How long the answer may be paid.
        valid_for: Duration,
        /// It must be paid on the same day, Western Indonesian Time.
        same_day: bool,
    },
}

/// By what a provider finds an earlier attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusLookup {
    /// It cannot.
    #[default]
    None,
    /// By its own reference only; without one, a lost answer stays lost.
    ProviderReference,
    /// By our attempt id.
    ClientReference,
    /// By either.
    Either,
}

/// Bounds of a status check that is a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurchaseAsStatus {
    /// Least time between two calls for one reference.
    pub min_gap: Duration,
    /// After this the same call would buy again.
    pub max_age: Duration,
}

/// How much a provider's refusals are worth for asking another provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefusalTrust {
    /// Nothing: a refusal ends the payment.
    #[default]
    None,
    /// Only together with a stated balance that fits (plain HTTP: a bare "no" can be forged).
    CorroboratedByBalance,
    /// Enough: the channel is authenticated and the refusal final.
    Authenticated,
}

impl InquiryRule {
    /// Whether the provider answers inquiries at all.
    pub const fn is_supported(self) -> bool {
        !matches!(self, Self::None)
    }
}

impl StatusLookup {
    /// Whether an attempt can be looked up, given whether its provider reference is known.
    pub const fn possible(self, provider_ref_known: bool) -> bool {
        match self {
            Self::None => false,
            Self::ProviderReference => provider_ref_known,
            Self::ClientReference | Self::Either => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_capability_is_nothing() {
        let nothing = Capability::default();
        assert!(!nothing.pay && !nothing.inquiry.is_supported() && !nothing.status.possible(true));
        assert_eq!(nothing.refusals, RefusalTrust::None);
    }

    #[test]
    fn a_lookup_by_provider_reference_needs_one() {
        assert!(!StatusLookup::ProviderReference.possible(false));
        assert!(StatusLookup::ProviderReference.possible(true));
        assert!(StatusLookup::ClientReference.possible(false));
    }
}
