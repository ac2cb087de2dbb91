//! Product codes: ours, not a provider's.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a caller buys, by our own code, e.g. `PLN-PREPAID-20000` or `PDAM-ATB`.
///
/// 2 to 64 characters of `A–Z`, `0–9` and `-`, neither first nor last a `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProductCode(Arc<str>);

/// Text that is no [`ProductCode`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a product code has 2 to 64 characters of A-Z, 0-9 and '-', such as PLN-PREPAID-20000")]
pub struct ProductCodeError;

impl ProductCode {
    /// Reads a product code.
    ///
    /// # Errors
    /// [`ProductCodeError`] if the text breaks the grammar.
    pub fn new(code: &str) -> Result<Self, ProductCodeError> {
        let well_formed = (2..=64).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
            && !code.starts_with('-')
            && !code.ends_with('-');
        if well_formed { Ok(Self(code.into())) } else { Err(ProductCodeError) }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProductCode {
    type Err = ProductCodeError;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::new(code)
    }
}

impl TryFrom<String> for ProductCode {
    type Error = ProductCodeError;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::new(&code)
    }
}

impl From<ProductCode> for String {
    fn from(code: ProductCode) -> Self {
        code.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_capitals_digits_and_inner_dashes_make_a_code() {
        for good in ["PLN-PREPAID-20000", "PDAM-ATB", "X1"] {
            assert!(ProductCode::new(good).is_ok(), "{good}");
        }
        for bad in ["", "X", "pln", "PDAM AETRA/TPJ", "-PLN", "PLN-", &"A".repeat(65)] {
            assert!(ProductCode::new(bad).is_err(), "{bad}");
        }
    }
}
