//! Every kind of provider this binary knows. A new kind is one line here.

use ppob_provider::ProviderKind;

#[cfg(test)]
mod page;

/// The kinds, as `kind = "…"` names them in the configuration.
pub(crate) const KINDS: &[ProviderKind] = &[
    ppob_provider_mmbc::KIND, //
];
