//! Which of our products a code is.

use ppob_types::{Family, MappedProduct, PriceRow, ProductCode};

/// LEFT: codes that mean the same in every account, and our product for each. Where the owner of an account
/// chooses the codes, there are none: the operator writes them into `[provider.mapping]`.
const PRODUCTS: &[(&str, &str, Family)] = &[];

/// Well-known codes only; whatever else is sold is listed for the operator, never guessed.
pub(crate) fn map(row: &PriceRow) -> Option<MappedProduct> {
    let (_, product, family) = PRODUCTS.iter().find(|(code, ..)| *code == row.provider_code)?;
    let product = ProductCode::new(product).ok()?;
    Some(MappedProduct { product, family: *family, name: row.name.clone() })
}
