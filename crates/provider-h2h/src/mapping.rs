//! Which of our products the centre's codes are, as the description says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ppob_provider::ProductMapping;
use ppob_types::{Family, MappedProduct, PriceRow};

use crate::centre::{DescriptionError, refuse};
use crate::description::{CodePrefix, Product};

/// The products of a description.
#[derive(Default)]
pub(crate) struct Products {
    by_code: BTreeMap<String, Product>,
    prefix: Option<CodePrefix>,
}

/// What follows a prefix. Centres read codes in any letters, so a small one is the prefix, too.
fn without_prefix<'a>(code: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = code.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

impl Products {
    pub(crate) fn read(
        products: Vec<Product>,
        prefix: Option<CodePrefix>,
        families: &[Family],
    ) -> Result<Self, DescriptionError> {
        let mut by_code = BTreeMap::new();
        let mut codes = BTreeSet::new();
        for product in products {
            let code = product.code.clone();
            refuse(
                !families.contains(&product.family),
                &format!("product {code:?}: its family {} is not in families", product.family),
            )?;
            // The same code in other letters would be the same code at the centre.
            let is_new = codes.insert(code.to_ascii_uppercase());
            refuse(!is_new, &format!("product {code:?}: there are two of this code"))?;
            by_code.insert(code, product);
        }
        Ok(Self { by_code, prefix })
    }

    /// Whether what is sold under `code` is a bill, as far as the description knows.
    pub(crate) fn is_bill(&self, code: &str) -> bool {
        match self.get(code) {
            Some(product) => product.family.is_bill(),
            // Asked about by another code, so what it comes to is known only then.
            None => self.inquiry_code(code) != code,
        }
    }

    /// Every one.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Product> {
        self.by_code.values()
    }

    /// Whether the description pays by this code, in whatever letters.
    pub(crate) fn pays(&self, code: &str) -> bool {
        self.all().any(|product| product.code.eq_ignore_ascii_case(code))
    }

    /// Whether this is the code by which a product says that it is asked about.
    pub(crate) fn is_inquiry_code(&self, code: &str) -> bool {
        let mut asked = self.all().filter_map(|product| product.inquiry_code.as_ref());
        asked.any(|asked| asked.eq_ignore_ascii_case(code))
    }

    /// Whether this is a code to ask by: a product's own, or one that begins as such codes do.
    pub(crate) fn asks(&self, code: &str) -> bool {
        let begins = self.prefix.as_ref().is_some_and(|prefix| {
            let pays = prefix.pay.len() >= prefix.inquiry.len()
                && without_prefix(code, &prefix.pay).is_some();
            without_prefix(code, &prefix.inquiry).is_some() && !pays
        });
        begins || self.is_inquiry_code(code)
    }

    pub(crate) fn get(&self, code: &str) -> Option<&Product> {
        self.by_code.get(code)
    }

    /// The code by which the centre is asked about what it sells under `code`.
    pub(crate) fn inquiry_code(&self, code: &str) -> String {
        let product = self.all().find(|product| product.code.eq_ignore_ascii_case(code));
        if let Some(own) = product.and_then(|product| product.inquiry_code.as_ref()) {
            return own.clone();
        }
        self.swapped(code).unwrap_or_else(|| code.to_owned())
    }

    /// The code with the prefix to ask by instead of the one to pay by.
    fn swapped(&self, code: &str) -> Option<String> {
        let prefix = self.prefix.as_ref()?;
        without_prefix(code, &prefix.pay).map(|rest| format!("{}{rest}", prefix.inquiry))
    }

    /// The mapping, and a text that tells it from others.
    pub(crate) fn mapping(&self) -> ProductMapping {
        let mut known = BTreeMap::new();
        let mut text = String::new();
        for (code, product) in &self.by_code {
            let mapped = MappedProduct {
                product: product.product.clone(),
                family: product.family,
                name: product.name.clone(),
            };
            let nominal = product.nominal;
            let _infallible = writeln!(
                text,
                "{code:?}={}/{}/{:?}/{nominal:?}",
                mapped.product, mapped.family, mapped.name
            );
            known.insert(code.clone(), (mapped, nominal));
        }
        ProductMapping::configured(text, move |row: &PriceRow| {
            let (mapped, nominal) = known.get(&row.provider_code)?;
            // A row that says another nominal is sold as something it is not.
            let agrees = nominal.zip(row.nominal).is_none_or(|(one, other)| one == other);
            agrees.then(|| mapped.clone())
        })
    }
}
