//! Why an offer was not chosen.

use std::fmt;

/// Why an offer is no candidate: the first reason that applies, in the order of this list, from the
/// most lasting to the most passing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// The provider is in the catalogue but not configured.
    NotConfigured,
    /// The provider is switched off.
    Off,
    /// The provider is frozen.
    Frozen {
        /// What was contradictory.
        reason: String,
    },
    /// The provider takes no new payments.
    Drain,
    /// The product is switched off at this provider.
    SwitchedOff,
    /// The provider cannot do what is asked for this family.
    NoCapability,
    /// This payment tried the provider before.
    AlreadyTried,
    /// The provider does not sell the product now.
    Closed,
    /// The product is inside its daily cut-off hours.
    CutOff,
    /// The provider's prices are older than allowed.
    PricesTooOld,
    /// It would cost more than the cap, or more than can be counted.
    CostAboveCap,
    /// Our deposit would fall below its floor.
    BalanceTooLow,
    /// The provider's breaker is open.
    BreakerOpen,
    /// An outcome at this account is unknown, and its payments are made one at a time, so that its
    /// balances show which of them moved money. One is on its way.
    OneAtATime,
    /// The provider's limits are used up.
    NoRoom,
}

impl LeftOut {
    /// The stable name, as in `ExplainRoute` and metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::Off => "off",
            Self::Frozen { .. } => "frozen",
            Self::Drain => "drain",
            Self::SwitchedOff => "switched-off",
            Self::NoCapability => "no-capability",
            Self::AlreadyTried => "already-tried",
            Self::Closed => "closed",
            Self::CutOff => "cut-off",
            Self::PricesTooOld => "prices-too-old",
            Self::CostAboveCap => "cost-above-cap",
            Self::BalanceTooLow => "balance-too-low",
            Self::BreakerOpen => "breaker-open",
            Self::OneAtATime => "one-at-a-time",
            Self::NoRoom => "no-room",
        }
    }
}

/// A sentence for people.
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotConfigured => "The provider is not in the configuration.",
            Self::Off => "The provider is switched off.",
            Self::Frozen { reason } => {
                return write!(f, "The provider is frozen until a person has looked: {reason}");
            }
            Self::Drain => "The provider takes no new payments.",
            Self::SwitchedOff => "An operator switched this product off at this provider.",
            Self::NoCapability => "The provider cannot do this for the product's family.",
            Self::AlreadyTried => "This payment tried the provider before.",
            Self::Closed => "The provider does not sell the product now.",
            Self::CutOff => "The product is inside its daily cut-off hours.",
            Self::PricesTooOld => "The provider's prices are older than allowed.",
            Self::CostAboveCap => "It would cost more than the caller or the engine allows.",
            Self::BalanceTooLow => "Our deposit at the provider would fall below its floor.",
            Self::BreakerOpen => "The provider is being rested: it failed too often, lacks balance, or refuses our credentials.",
            Self::OneAtATime => "The outcome of a payment at this account is unknown, so it makes one at a time for a while, and one is on its way.",
            Self::NoRoom => "The provider's limits are used up at this moment.",
        })
    }
}
