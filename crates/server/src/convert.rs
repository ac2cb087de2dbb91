//! Between the messages of the API and the engine's values.

pub(crate) mod attempt;
pub(crate) mod bill;
pub(crate) mod customer_hint;
pub(crate) mod details;
pub(crate) mod doubt;
pub(crate) mod event;
pub(crate) mod evidence;
pub(crate) mod family;
pub(crate) mod filter;
pub(crate) mod offer;
pub(crate) mod operator;
mod order;
pub(crate) mod payment;
pub(crate) mod product;
pub(crate) mod provider;
pub(crate) mod receipt;
pub(crate) mod request;
pub(crate) mod review;
pub(crate) mod scalar;
pub(crate) mod statement;

use ppob_engine::Engine;
use ppob_routing::Catalogue;
use ppob_types::{ProductCode, Timestamp};

/// What is shown depends on it besides the payment itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// What can be found out about a doubt.
    pub(crate) engine: &'a Engine,
    /// The moment of the answer.
    pub(crate) now: Timestamp,
    /// For names of products.
    pub(crate) catalogue: &'a Catalogue,
    /// No money moves here: receipts say so.
    pub(crate) simulated: bool,
}

impl View<'_> {
    /// The product's name for people; its code if it is sold no more.
    pub(crate) fn product_name(&self, code: &ProductCode) -> String {
        self.catalogue.get(code).map_or_else(|| code.to_string(), |product| product.name.clone())
    }
}
