//! The catalogue: one immutable snapshot of what is sold, by whom, for how much.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use ppob_types::{Cost, CutOff, Family, ProductCode, ProviderName, Rupiah, Timestamp};
use serde::{Deserialize, Serialize};

/// Every product with its offers, at one moment.
///
/// Immutable: a refresh makes a new one that shares the products it did not touch. Serialisable,
/// so that the journal can keep it and a restart begins with prices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Catalogue {
    pub(crate) products: BTreeMap<ProductCode, Arc<Product>>,
}

/// What callers buy, and who sells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Our code.
    pub code: ProductCode,
    /// Its family.
    pub family: Family,
    /// Its name for people.
    pub name: String,
    /// What is bought, without the admin fee; none for bills and open amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominal: Option<Rupiah>,
    /// At most one offer per provider, in the order of the providers' names.
    pub offers: Vec<Offer>,
}

/// One provider's price and availability for one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Whose offer.
    pub provider: ProviderName,
    /// The provider's own code, verbatim.
    pub provider_code: String,
    /// What is debited from our deposit.
    pub cost: Cost,
    /// The admin fee the end customer pays on top, if stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<Rupiah>,
    /// Whether the provider sells it now.
    pub open: bool,
    /// Daily hours in which it cannot be bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<CutOff>,
    /// When the price list that says so was fetched.
    pub as_of: Timestamp,
}

impl Catalogue {
    /// The product of this code.
    pub fn get(&self, code: &ProductCode) -> Option<&Arc<Product>> {
        self.products.get(code)
    }

    /// Every product, in the order of codes.
    pub fn products(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.products.values()
    }

    /// The products behind `code` in the order of codes, for listing page by page; `None` begins
    /// at the first.
    pub fn products_after(
        &self,
        code: Option<&ProductCode>,
    ) -> impl Iterator<Item = &Arc<Product>> {
        let from = code.map_or(Bound::Unbounded, Bound::Excluded);
        self.products.range::<ProductCode, _>((from, Bound::Unbounded)).map(|(_, product)| product)
    }

    /// How many products there are.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// When the prices of `provider` were fetched; none if it offers nothing. Looks through the
    /// whole catalogue: for gauges and a warm start, not for a payment.
    pub fn as_of(&self, provider: &ProviderName) -> Option<Timestamp> {
        self.products().filter_map(|product| product.offer(provider)).map(|offer| offer.as_of).min()
    }
}

impl Product {
    /// Whether a caller may say an amount: nothing else says how much of it is bought.
    pub const fn takes_amount(&self) -> bool {
        matches!(self.family, Family::Emoney | Family::MobileTopUp | Family::Other)
            && self.nominal.is_none()
    }

    /// Whether it is priced by the amount. Where somebody lists a fixed price, that is for something of a fixed
    /// size, such as a data package, although nobody says its nominal.
    pub fn has_open_price(&self) -> bool {
        let is_open = |offer: &Offer| matches!(offer.cost, Cost::BillPlus(_));
        self.takes_amount() && self.offers.iter().all(is_open)
    }

    /// Whether it cannot be bought without an amount. What is owed for a bill, the biller says; only some of the
    /// family `other`, such as wallets by bill, let the caller choose.
    pub fn needs_amount(&self) -> bool {
        self.has_open_price() && !self.family.is_bill()
    }

    /// This provider's offer.
    pub fn offer(&self, provider: &ProviderName) -> Option<&Offer> {
        let index = self.offers.binary_search_by(|offer| offer.provider.cmp(provider)).ok()?;
        self.offers.get(index)
    }
}

impl Offer {
    /// What the end customer pays for `nominal` (or a bill of this amount): the amount and the admin
    /// fee. None if either is not known, or the sum does not fit.
    pub fn total(&self, nominal: Option<Rupiah>) -> Option<Rupiah> {
        nominal?.plus(self.admin?).ok()
    }
}
