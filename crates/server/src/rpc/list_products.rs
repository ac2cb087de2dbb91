//! Products.

use ppob_api::v1;
use ppob_routing::{Catalogue, Product};
use ppob_types::ProductCode;
use tonic::{Request, Status};

use super::page;
use crate::consumer::{Caller, Role, identity};
use crate::convert::{family, product};
use crate::errors::{self, Violations, page_token_invalid};
use crate::shared::Shared;
use crate::tokens::Question;

const USUAL: usize = 100;
const MOST: usize = 1_000;

pub(crate) fn list_products(
    shared: &Shared,
    request: Request<v1::ListProductsRequest>,
) -> Result<v1::ListProductsResponse, Status> {
    let _overhead = shared.overhead("ListProducts");
    let caller = identity(&request, Role::Read)?.clone();
    let request = request.into_inner();
    let size = page::size(request.page_size, USUAL, MOST)?;
    let mut bad = Violations::default();
    let families = family::families(&request.families, &mut bad);
    bad.check()?;
    let mut question = Question::new("products", &caller.consumer);
    for family in &families {
        question.filter("family", family);
    }
    question.filter("available_only", request.available_only);
    question.filter("code_prefix", &request.code_prefix);
    let after = page::place(&question, &request.page_token)?
        .map(|code| ProductCode::new(&code).map_err(|_| page_token_invalid()))
        .transpose()?;
    let catalogue = shared.engine.catalogue();
    let fitting = catalogue
        .products_after(after.as_ref())
        .filter(|one| caller.limits.allows(one.family))
        .filter(|one| families.is_empty() || families.contains(&one.family))
        .filter(|one| one.code.as_str().starts_with(&request.code_prefix));
    let mut products = Vec::new();
    let mut next_page_token = String::new();
    for one in fitting {
        let message = shown(shared, one)?;
        if request.available_only && !message.available {
            continue;
        }
        if products.len() == size {
            next_page_token = last_code(&products, &question);
            break;
        }
        products.push(message);
    }
    Ok(v1::ListProductsResponse {
        products,
        next_page_token,
        catalog_version: shared.catalogue_version(&catalogue),
    })
}

pub(crate) fn get_product(
    shared: &Shared,
    request: &Request<v1::GetProductRequest>,
) -> Result<v1::GetProductResponse, Status> {
    let _overhead = shared.overhead("GetProduct");
    let caller = identity(request, Role::Read)?;
    let code = code(&request.get_ref().product_code)?;
    let catalogue = shared.engine.catalogue();
    let product = find(&catalogue, &code, caller)?;
    Ok(v1::GetProductResponse {
        product: Some(shown(shared, product)?),
        catalog_version: shared.catalogue_version(&catalogue),
    })
}

/// The product of this code, if the caller may see it.
pub(crate) fn find<'a>(
    catalogue: &'a Catalogue,
    code: &ProductCode,
    caller: &Caller,
) -> Result<&'a Product, Status> {
    let product = catalogue.get(code).ok_or_else(|| errors::unknown_product(code.as_str()))?;
    if caller.limits.allows(product.family) {
        Ok(product)
    } else {
        Err(errors::family_not_allowed(product.family))
    }
}

/// Reads a product code.
pub(crate) fn code(text: &str) -> Result<ProductCode, Status> {
    ProductCode::new(text).map_err(|error| Violations::one("product_code", &error.to_string()))
}

fn shown(shared: &Shared, one: &Product) -> Result<v1::Product, Status> {
    let explained = shared.engine.explain_route(&one.code, None, false);
    explained.map(|explained| product::product(one, &explained.route)).map_err(errors::query)
}

fn last_code(products: &[v1::Product], question: &Question) -> String {
    products.last().map(|last| question.token(&last.product_code)).unwrap_or_default()
}
