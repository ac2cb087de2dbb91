//! Messages as people and scripts want to read them.

mod bill;
mod error;
mod json;
mod operate;
mod payment;
mod products;
mod struk;
mod text;

pub(crate) use bill::bill;
pub(crate) use error::{Asked, Paying, failure, json_error, unanswered, unreached};
pub(crate) use json::json;
pub(crate) use operate::{providers, refreshed, reloaded, resolved, reviews};
pub(crate) use payment::{payment, payments};
pub(crate) use products::{changes, products, route};
pub(crate) use text::{is_simulated, rupiah, table};
