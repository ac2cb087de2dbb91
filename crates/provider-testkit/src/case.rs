//! What a case is, and whom it concerns.

use std::future::Future;
use std::pin::Pin;

use ppob_provider::{Capability, InquiryRule, StatusLookup};
use ppob_types::Family;

use crate::check::Checked;
use crate::ground::Ground;

/// A sentence, whom it concerns, and how to see whether it is true.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    name: &'static str,
    pub(crate) concern: Concern,
    pub(crate) run: for<'a> fn(&'a Ground) -> Running<'a>,
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Checked> + Send + 'a>>;

/// Whom a case concerns.
#[derive(Clone, Copy)]
pub(crate) enum Concern {
    /// The provider as a whole.
    Provider,
    /// Each declared family of which this is so; otherwise the reason why it does not concern it.
    Families(fn(Family, &Capability) -> Result<(), &'static str>),
}

impl Case {
    pub(crate) const fn new(
        name: &'static str,
        concern: Concern,
        run: for<'a> fn(&'a Ground) -> Running<'a>,
    ) -> Self {
        Self { name, concern, run }
    }

    /// The name of the function, as words.
    pub(crate) fn sentence(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// The cases of a module: `cases![CONCERN: function, …]`.
macro_rules! cases {
    ($($concern:expr => [$($function:ident),+ $(,)?]),+ $(,)?) => {
        pub(super) const CASES: &[$crate::case::Case] = &[
            $($($crate::case::Case::new(stringify!($function), $concern, |ground| {
                Box::pin($function(ground))
            }),)+)+
        ];
    };
}
pub(crate) use cases;

/// Families that can be paid.
pub(crate) const PAYS: Concern = Concern::Families(|_, capability| pays(capability));

/// Families whose payments can be looked up.
pub(crate) const CHECKS: Concern = Concern::Families(|_, capability| {
    pays(capability)?;
    holds(capability.status != StatusLookup::None, "its payments cannot be looked up")
});

/// Families whose payments are found by the provider's reference only.
pub(crate) const CHECKS_BY_PROVIDER_REFERENCE: Concern = Concern::Families(|_, capability| {
    pays(capability)?;
    let only = capability.status == StatusLookup::ProviderReference;
    holds(only, "its payments are not looked up by the provider's reference alone")
});

/// Families whose payments are found by our reference.
pub(crate) const CHECKS_BY_OUR_REFERENCE: Concern = Concern::Families(|_, capability| {
    pays(capability)?;
    holds(capability.status.possible(false), "its payments are not found by our reference")
});

/// Families whose status check is a purchase.
pub(crate) const CHECKS_BY_PURCHASE: Concern = Concern::Families(|_, capability| {
    pays(capability)?;
    holds(capability.status_is_purchase.is_some(), "its status check is no purchase")
});

/// Families that take our reference.
pub(crate) const TAKES_OUR_REFERENCE: Concern = Concern::Families(|_, capability| {
    pays(capability)?;
    holds(capability.client_reference, "it takes no reference of ours")
});

/// Families whose charge can be capped.
pub(crate) const CAPS_COST: Concern = Concern::Families(|_, capability| {
    pays(capability)?;
    holds(capability.cost_cap, "its charge cannot be capped")
});

/// Families that answer inquiries.
pub(crate) const INQUIRES: Concern = Concern::Families(|_, capability| {
    holds(capability.inquiry.is_supported(), "it answers no inquiries")
});

/// Families whose payment carries the inquiry's token.
pub(crate) const INQUIRES_BOUND: Concern = Concern::Families(|_, capability| {
    let bound = matches!(capability.inquiry, InquiryRule::Bound { .. });
    holds(bound, "nothing ties a payment to its inquiry")
});

/// Families whose success carries an electricity token.
pub(crate) const GIVES_TOKENS: Concern = Concern::Families(|family, capability| {
    pays(capability)?;
    holds(family == Family::PlnPrepaid, "it has no token")
});

/// Families that report by callback.
pub(crate) const CALLS_BACK: Concern = Concern::Families(|_, capability| {
    holds(capability.callbacks, "it reports nothing by callback")
});

fn pays(capability: &Capability) -> Result<(), &'static str> {
    holds(capability.pay, "it cannot be paid")
}

fn holds(condition: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if condition { Ok(()) } else { Err(otherwise) }
}
