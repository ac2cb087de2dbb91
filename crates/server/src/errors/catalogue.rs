//! Things that are not there, and places that cannot be found again.

use ppob_api::error::Reason;
use tonic::Status;

use super::Problem;

/// There is no such product.
pub(crate) fn unknown_product(code: &str) -> Status {
    let message = format!(
        "there is no product {code} in the catalogue; nothing was done. List the products to see the codes"
    );
    Problem::nothing_done(Reason::PRODUCT_UNKNOWN, message)
        .with("product_code", code)
        .resource("product", code)
        .status()
}

/// There is no such provider.
pub(crate) fn unknown_provider(name: &str) -> Status {
    let message = format!(
        "there is no configured provider {name}; nothing was done. List the providers to see the names"
    );
    Problem::nothing_done(Reason::PROVIDER_UNKNOWN, message)
        .with("provider", name)
        .resource("provider", name)
        .status()
}

/// The page token is not one of ours, or one of another question.
pub(crate) fn page_token_invalid() -> Status {
    Problem::nothing_done(
        Reason::PAGE_TOKEN_INVALID,
        "the page token is damaged or belongs to other filters; begin again with an empty page_token",
    )
    .status()
}
