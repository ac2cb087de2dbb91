//! The plugin contract between the engine and a provider.
//!
//! A provider crate implements [`PpobProvider`] and exports one [`ProviderKind`] for the registry.
//! What a provider can do is data ([`Capability`]), per product family. What it must never do is in
//! the types: the call that pays consumes a [`SendPermit`], which only the commit of an intent mints,
//! and answers with a [`PayAnswer`](ppob_types::PayAnswer), which has no error case.

mod callback;
mod capability;
mod contract;
mod error;
mod permit;
mod registry;
mod request;
mod secret;
mod settings;
mod trial;

pub use callback::{Callback, CallbackError, RawCallback};
pub use capability::{Capability, InquiryRule, PurchaseAsStatus, RefusalTrust, StatusLookup};
pub use contract::{PpobProvider, ProviderInfo};
pub use error::{ProviderError, ProviderErrorKind};
pub use permit::{SendPermit, SendPhase, SendWatch, StartedSend};
pub use registry::{BuildError, BuildRequest, BuiltProvider, ProductMapping, ProviderKind};
pub use request::{AttemptRef, CallContext, InquiryRequest, PayRequest};
pub use secret::{SecretError, SecretRef};
pub use settings::read_settings;
pub use trial::{RefusalTrial, TrialError};
