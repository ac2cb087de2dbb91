//! A new catalogue from a provider's price list.

use std::collections::BTreeMap;
use std::sync::Arc;

use ppob_types::{Cost, MappedProduct, PriceRow, ProductCode, ProviderName, Rupiah, Timestamp};

use crate::mapping::agree;
use crate::{Catalogue, Offer, Product};

/// What came of a price list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the new catalogue is in here"]
pub struct PriceUpdate {
    /// The new catalogue.
    pub catalogue: Catalogue,
    /// How it differs from the one before, in the order of product codes.
    pub changes: Vec<CatalogueChange>,
    /// Rows that did not become offers, for the operator.
    pub aside: Vec<RowAside>,
}

/// One difference between two catalogues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueChange {
    /// The product.
    pub product: ProductCode,
    /// Whose offer.
    pub provider: ProviderName,
    /// What changed.
    pub kind: ChangeKind,
}

/// What changed about an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is no longer in the price list.
    Withdrawn,
    /// It can be bought again.
    Opened,
    /// It cannot be bought now.
    Closed,
    /// It costs us something else.
    CostChanged {
        /// The cost before.
        before: Cost,
        /// The cost now.
        after: Cost,
    },
    /// The end customer's admin fee is another.
    AdminChanged {
        /// The fee before, if it was stated.
        before: Option<Rupiah>,
        /// The fee now, if stated.
        after: Option<Rupiah>,
    },
}

/// A mapped row that did not become an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowAside {
    /// The product it is mapped to.
    pub product: ProductCode,
    /// The provider's code, verbatim.
    pub provider_code: String,
    /// Why.
    pub reason: RowAsideReason,
}

/// Why a mapped row did not become an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowAsideReason {
    /// Another row of the same product is open or cheaper.
    DuplicateRow,
    /// Another provider's offer says that the product has another family or nominal.
    OtherMeaning,
    /// A fixed cost that is not above nothing.
    CostNotPositive,
}

impl Catalogue {
    /// The catalogue after `provider`'s price list, fetched at `as_of`, replaced what it offered.
    ///
    /// Of several rows of one product the cheapest open one counts, or the cheapest if none is open.
    /// A row that contradicts another provider's family or nominal of the product is put aside: money
    /// must not move on a guess. Products that `provider` does not touch are shared, not copied.
    pub fn with_prices(
        &self,
        provider: &ProviderName,
        rows: &[(PriceRow, MappedProduct)],
        as_of: Timestamp,
    ) -> PriceUpdate {
        let mut update =
            PriceUpdate { catalogue: self.clone(), changes: Vec::new(), aside: Vec::new() };
        let mut chosen = choose_rows(rows, &mut update.aside);
        for (code, product) in &self.products {
            let row = chosen.remove(code);
            if row.is_some() || product.offer(provider).is_some() {
                update.replace(code, Some(product), provider, row, as_of);
            }
        }
        for (code, row) in chosen {
            update.replace(code, None, provider, Some(row), as_of);
        }
        update.changes.sort_by(|a, b| a.product.cmp(&b.product));
        update
    }
}

impl PriceUpdate {
    fn replace(
        &mut self,
        code: &ProductCode,
        product: Option<&Arc<Product>>,
        provider: &ProviderName,
        row: Option<&(PriceRow, MappedProduct)>,
        as_of: Timestamp,
    ) {
        let before = product.and_then(|product| product.offer(provider));
        let others: Vec<&Offer> = product
            .iter()
            .flat_map(|product| &product.offers)
            .filter(|offer| offer.provider != *provider)
            .collect();
        // Where others sell it too, the product stays what it is.
        let fixed = product.filter(|_| !others.is_empty());
        let row = row.filter(|(row, mapped)| {
            let fits = fixed.is_none_or(|product| {
                product.family == mapped.family && agree(product.nominal, row.nominal)
            });
            if !fits {
                self.aside.push(aside(row, mapped, RowAsideReason::OtherMeaning));
            }
            fits
        });
        let after = row.map(|(row, _)| offer_of(provider, row, as_of));
        if before.is_none() && after.is_none() {
            return;
        }
        self.note_changes(code, provider, before, after.as_ref());

        let mut offers: Vec<Offer> = others.into_iter().cloned().chain(after).collect();
        offers.sort_by(|a, b| a.provider.cmp(&b.provider));
        let next = match (fixed, row) {
            (Some(product), row) => Some(Product {
                nominal: product.nominal.or(row.and_then(|(row, _)| row.nominal)),
                offers,
                ..Product::clone(product)
            }),
            (None, Some((row, mapped))) => Some(Product {
                code: code.clone(),
                family: mapped.family,
                name: mapped.name.clone(),
                nominal: row.nominal,
                offers,
            }),
            (None, None) => None,
        };
        match next {
            Some(next) => self.catalogue.products.insert(code.clone(), Arc::new(next)),
            None => self.catalogue.products.remove(code),
        };
    }

    fn note_changes(
        &mut self,
        product: &ProductCode,
        provider: &ProviderName,
        before: Option<&Offer>,
        after: Option<&Offer>,
    ) {
        let mut note = |kind| {
            self.changes.push(CatalogueChange {
                product: product.clone(),
                provider: provider.clone(),
                kind,
            });
        };
        match (before, after) {
            (None, None) => {}
            (None, Some(_)) => note(ChangeKind::Added),
            (Some(_), None) => note(ChangeKind::Withdrawn),
            (Some(before), Some(after)) => {
                if before.cost != after.cost {
                    note(ChangeKind::CostChanged { before: before.cost, after: after.cost });
                }
                if before.admin != after.admin {
                    note(ChangeKind::AdminChanged { before: before.admin, after: after.admin });
                }
                match (before.open, after.open) {
                    (false, true) => note(ChangeKind::Opened),
                    (true, false) => note(ChangeKind::Closed),
                    _ => {}
                }
            }
        }
    }
}

type Row = (PriceRow, MappedProduct);

/// One row per product.
fn choose_rows<'a>(
    rows: &'a [Row],
    put_aside: &mut Vec<RowAside>,
) -> BTreeMap<&'a ProductCode, &'a Row> {
    let mut chosen: BTreeMap<&ProductCode, &Row> = BTreeMap::new();
    for one in rows {
        let (row, mapped) = one;
        if matches!(row.cost, Cost::Fixed(cost) if !cost.is_positive()) {
            put_aside.push(aside(row, mapped, RowAsideReason::CostNotPositive));
            continue;
        }
        let Some(known) = chosen.get_mut(&mapped.product) else {
            chosen.insert(&mapped.product, one);
            continue;
        };
        let worse = if preference(row) < preference(&known.0) {
            std::mem::replace(known, one)
        } else {
            one
        };
        put_aside.push(aside(&worse.0, &worse.1, RowAsideReason::DuplicateRow));
    }
    chosen
}

/// Open before closed, then cheap before dear; the code only to be the same in any order of rows.
fn preference(row: &PriceRow) -> (bool, Cost, Option<Rupiah>, &str) {
    (!row.open, row.cost, row.admin, &row.provider_code)
}

fn aside(row: &PriceRow, mapped: &MappedProduct, reason: RowAsideReason) -> RowAside {
    RowAside { product: mapped.product.clone(), provider_code: row.provider_code.clone(), reason }
}

fn offer_of(provider: &ProviderName, row: &PriceRow, as_of: Timestamp) -> Offer {
    Offer {
        provider: provider.clone(),
        provider_code: row.provider_code.clone(),
        cost: row.cost,
        admin: row.admin,
        open: row.open,
        cut_off: row.cut_off,
        as_of,
    }
}
