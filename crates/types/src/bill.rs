//! What is owed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{FamilyDetails, ReceiptLine, Rupiah, Sensitive};

/// The answer of an inquiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// Who owes it.
    pub customer_name: Option<Sensitive>,
    /// The periods it covers, as the provider writes them, e.g. `202009`.
    pub periods: Vec<String>,
    /// What the biller is owed, without the admin fee, if stated or computable.
    pub amount: Option<Rupiah>,
    /// The admin fee, if stated.
    pub admin: Option<Rupiah>,
    /// The penalty contained in the amount, if stated.
    pub penalty: Option<Rupiah>,
    /// What the end customer pays.
    pub total: Rupiah,
    /// What would be debited from our deposit, if stated.
    pub cost: Option<Rupiah>,
    /// Typed fields of the family.
    pub details: FamilyDetails,
    /// Every field as printable lines.
    pub lines: Vec<ReceiptLine>,
    /// What the provider needs back to pay exactly this bill, if it binds inquiry and payment.
    pub token: Option<InquiryToken>,
}

/// A provider's opaque link between an inquiry and its payment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InquiryToken(pub Sensitive);

impl fmt::Debug for InquiryToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InquiryToken")
    }
}
