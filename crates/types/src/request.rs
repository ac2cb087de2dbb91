//! What a caller asks for.

use serde::{Deserialize, Serialize};

use crate::{CustomerNumber, Family, ProductCode, Rupiah};

/// A product for a customer: what is inquired about, paid, and guarded against doubles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// Our product code.
    pub product: ProductCode,
    /// Its family.
    pub family: Family,
    /// For whom.
    pub customer: CustomerNumber,
    /// The open amount, where the family has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Rupiah>,
    /// Further fields of the family.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub parameters: Parameters,
}

/// Fields that some families need besides the customer number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// BPJS: how many months to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// Tax (PBB): which year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u32>,
    /// A second identity: SAMSAT's identity number, a game's server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_id: Option<CustomerNumber>,
}

impl Parameters {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
