//! Messages as people and scripts want to read them.

mod bill;
mod error;
mod json;
mod operate;
mod payment;
mod privacy;
mod products;
mod record;
mod review;
mod statement;
mod struk;
mod text;

pub(crate) use bill::bill;
pub(crate) use error::{
    Asked, Paying, explained, failure, innermost, json_error, unanswered, unreached,
};
pub(crate) use json::json;
pub(crate) use operate::{checked, providers, refreshed, reloaded, resolved, switched};
pub(crate) use payment::{payment, payment_in_short, payments};
pub(crate) use privacy::{erased, exported};
pub(crate) use products::{changes, products, route};
pub(crate) use record::{audit, deposited, noted, unlisted, unmapped};
pub(crate) use review::reviews;
pub(crate) use statement::{closed, imported};
pub(crate) use text::{is_simulated, rupiah, table};
