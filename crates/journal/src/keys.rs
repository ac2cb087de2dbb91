//! Keys under which payments are guarded.

use std::fmt;

use ppob_types::{CustomerNumber, ProductCode};
use serde::{Deserialize, Serialize};

/// SHA-256 of a request's canonical text: same id and same fingerprint is the same payment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub [u8; 32]);

/// Product and customer: one open payment at a time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GuardKey {
    /// The product.
    pub product: ProductCode,
    /// The normalised customer number.
    pub customer: CustomerNumber,
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third, ..] = self.0;
        write!(f, "{first:02x}{second:02x}{third:02x}…")
    }
}

impl fmt::Debug for GuardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{:?}", self.product, self.customer)
    }
}
