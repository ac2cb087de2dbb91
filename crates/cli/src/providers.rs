//! Every kind of provider this binary knows. A new kind is one line here.

use ppob_provider::ProviderKind;
pub(crate) use ppob_provider_h2h as h2h;

#[cfg(test)]
mod page;

/// The kinds, as `kind = "…"` names them in the configuration: one line each, where `make provider` adds one.
#[rustfmt::skip]
pub(crate) const KINDS: &[ProviderKind] = &[
    ppob_provider_digiflazz::KIND,
    h2h::KIND,
    ppob_provider_iak::KIND,
    ppob_provider_mmbc::KIND,
];
