//! Products of providers that are none of ours.

use ppob_api::v1;
use tonic::{Request, Status};

use super::operator::provider_filter;
use super::page;
use crate::consumer::{Role, caller};
use crate::convert::provider::unmapped;
use crate::shared::Shared;
use crate::tokens::Question;

const USUAL: usize = 100;
const MOST: usize = 1_000;

pub(crate) fn list_unmapped_products(
    shared: &Shared,
    request: &Request<v1::ListUnmappedProductsRequest>,
) -> Result<v1::ListUnmappedProductsResponse, Status> {
    let operator = caller(request, Role::Operate)?;
    let request = request.get_ref();
    let size = page::size(request.page_size, USUAL, MOST)?;
    let only = provider_filter(shared, &request.provider)?;
    let mut question = Question::new("unmapped-products", &operator);
    question.filter("provider", &request.provider);
    let from = page::number(&question, &request.page_token)?;
    let products = shared.engine.catalogue();
    let mut all: Vec<v1::UnmappedProduct> = Vec::new();
    for status in shared.engine.providers() {
        if only.as_ref().is_some_and(|only| *only != status.name) {
            continue;
        }
        let mut rows: Vec<_> = status
            .catalogue
            .unmapped
            .iter()
            .map(|row| unmapped(&status.name, row, &status.catalogue, &products))
            .collect();
        rows.sort_by(|a, b| a.provider_product_code.cmp(&b.provider_product_code));
        all.extend(rows);
    }
    let (products, next_page_token) = page::cut(all, from, size, &question);
    Ok(v1::ListUnmappedProductsResponse { products, next_page_token })
}
