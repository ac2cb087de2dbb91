//! From a provider's codes to our products. What is not mapped is listed, never guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use ppob_types::{Family, MappedProduct, PriceList, PriceRow, ProductCode, Rupiah};
use serde::Deserialize;

/// The mapping that a provider crate ships for well-known products.
pub type ShippedMapping = Arc<dyn Fn(&PriceRow) -> Option<MappedProduct> + Send + Sync>;

/// What the configuration says about one provider code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "OverrideFields")]
pub enum MappingOverride {
    /// It is this product.
    Product {
        /// Our code.
        product: ProductCode,
        /// Its family.
        family: Family,
        /// Its name for people; without one the provider's name is kept.
        name: Option<String>,
    },
    /// It is not sold, and not listed as unmapped either.
    Ignore,
}

/// A mapping entry of the configuration that says too little or contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a mapping entry has either `product` and `family` (and maybe `name`), or only `ignore = true`"
)]
pub struct OverrideError;

/// Which of our products one provider's codes are.
#[derive(Clone)]
pub struct Mapping {
    overrides: BTreeMap<String, MappingOverride>,
    shipped: ShippedMapping,
    /// What tells one shipped mapping from another, where it is no part of the program.
    shipped_as: String,
}

/// A price list, read by a [`Mapping`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedList {
    /// Rows that are products of ours, in the order of the price list.
    pub mapped: Vec<(PriceRow, MappedProduct)>,
    /// Rows nobody mapped, and rows of products in conflict: for the operator's list.
    pub unmapped: Vec<PriceRow>,
    /// Why mapped rows were put among the unmapped.
    pub conflicts: Vec<MappingConflict>,
}

/// Rows of one product that contradict each other. None of them is sold, except that rows mapped by
/// configuration prevail over shipped ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingConflict {
    /// The product.
    pub product: ProductCode,
    /// The provider codes that were put among the unmapped, verbatim.
    pub provider_codes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideFields {
    product: Option<ProductCode>,
    family: Option<Family>,
    name: Option<String>,
    #[serde(default)]
    ignore: bool,
}

impl TryFrom<OverrideFields> for MappingOverride {
    type Error = OverrideError;

    fn try_from(fields: OverrideFields) -> Result<Self, Self::Error> {
        match fields {
            OverrideFields {
                product: Some(product),
                family: Some(family),
                name,
                ignore: false,
            } => Ok(Self::Product { product, family, name }),
            OverrideFields { product: None, family: None, name: None, ignore: true } => {
                Ok(Self::Ignore)
            }
            _ => Err(OverrideError),
        }
    }
}

/// One mapped row, and whether the configuration said so.
struct Found {
    row: PriceRow,
    product: MappedProduct,
    configured: bool,
}

/// What rows of one product must agree on: the family, and the nominal where stated.
type Meaning = (Family, Option<Rupiah>);

impl Mapping {
    /// `overrides` by provider code (verbatim) on top of `shipped`.
    pub fn new(
        overrides: BTreeMap<String, MappingOverride>,
        shipped: impl Fn(&PriceRow) -> Option<MappedProduct> + Send + Sync + 'static,
    ) -> Self {
        Self { overrides, shipped: Arc::new(shipped), shipped_as: String::new() }
    }

    /// The same, where the shipped mapping was read from somewhere: `text` differs where it does.
    #[must_use]
    pub fn shipped_as(mut self, text: &str) -> Self {
        text.clone_into(&mut self.shipped_as);
        self
    }

    /// Whether the configuration says the same in both.
    pub fn is_configured_as(&self, other: &Self) -> bool {
        self.overrides == other.overrides && self.shipped_as == other.shipped_as
    }

    /// What the configuration says, as a text that is the same for the same configuration.
    pub fn configuration(&self) -> String {
        let said = self.overrides.iter().map(|(code, what)| match what {
            MappingOverride::Product { product, family, name } => {
                format!("{code:?}={product}/{}/{name:?}", family.as_str())
            }
            MappingOverride::Ignore => format!("{code:?}=ignore"),
        });
        let shipped = (!self.shipped_as.is_empty()).then(|| self.shipped_as.clone());
        said.chain(shipped).collect::<Vec<_>>().join("\n")
    }

    /// Reads a price list.
    pub fn map_list(&self, list: &PriceList) -> MappedList {
        let mut result = MappedList::default();
        let mut found = Vec::with_capacity(list.rows.len());
        for row in &list.rows {
            let configured = self.overrides.get(&row.provider_code);
            let product = match configured {
                Some(MappingOverride::Ignore) => continue,
                Some(MappingOverride::Product { product, family, name }) => Some(MappedProduct {
                    product: product.clone(),
                    family: *family,
                    name: name.clone().unwrap_or_else(|| row.name.clone()),
                }),
                None => (self.shipped)(row),
            };
            match product {
                Some(product) => found.push(Found {
                    row: row.clone(),
                    product,
                    configured: configured.is_some(),
                }),
                None => result.unmapped.push(row.clone()),
            }
        }
        keep_consistent(found, &mut result);
        result
    }
}

fn keep_consistent(found: Vec<Found>, result: &mut MappedList) {
    let meanings = agreed_meanings(&found);
    let mut conflicts: BTreeMap<ProductCode, BTreeSet<String>> = BTreeMap::new();
    for one in found {
        let agreed = meanings.get(&one.product.product).copied().flatten();
        let fits = agreed.is_some_and(|(family, nominal)| {
            family == one.product.family && agree(nominal, one.row.nominal)
        });
        if fits {
            result.mapped.push((one.row, one.product));
        } else {
            conflicts.entry(one.product.product).or_default().insert(one.row.provider_code.clone());
            result.unmapped.push(one.row);
        }
    }
    result.conflicts = conflicts
        .into_iter()
        .map(|(product, codes)| MappingConflict {
            product,
            provider_codes: codes.into_iter().collect(),
        })
        .collect();
}

/// What each product is by the rows that decide: the configured ones if there are any, else all.
/// None where these contradict each other.
fn agreed_meanings(found: &[Found]) -> BTreeMap<ProductCode, Option<Meaning>> {
    let configured: BTreeSet<&ProductCode> =
        found.iter().filter(|one| one.configured).map(|one| &one.product.product).collect();
    let mut meanings: BTreeMap<ProductCode, Option<Meaning>> = BTreeMap::new();
    for one in found {
        let product = &one.product.product;
        if !one.configured && configured.contains(product) {
            continue;
        }
        let (family, nominal) = (one.product.family, one.row.nominal);
        meanings
            .entry(product.clone())
            .and_modify(|known| {
                *known = known.and_then(|(known_family, known_nominal)| {
                    (known_family == family && agree(known_nominal, nominal))
                        .then_some((family, known_nominal.or(nominal)))
                });
            })
            .or_insert(Some((family, nominal)));
    }
    meanings
}

/// A nominal that is not stated contradicts nothing.
pub(crate) fn agree(one: Option<Rupiah>, other: Option<Rupiah>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// A sentence for the operator.
impl fmt::Display for MappingConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The rows {} are all mapped to {}, but differ in family or nominal. They are not sold; \
             map each of them in the configuration, or ignore those that are wrong.",
            self.provider_codes.join(", "),
            self.product
        )
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").field("overrides", &self.overrides).finish_non_exhaustive()
    }
}
