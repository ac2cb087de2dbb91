//! What is answered, word by word.
//!
//! LEFT: the document's own samples, with what was ordered put in. Nobody reads the codes below, so a provider
//! takes every answer for unknown.

use serde_json::{Value, json};

use super::book::Order;

/// Paid.
pub(super) const PAID: &str = "left: paid";
/// There is no such payment.
const NOT_FOUND: &str = "left: not found";
/// User name or password is wrong.
const WRONG_LOGIN: &str = "left: wrong login";

/// About a payment.
pub(super) fn payment(order: &Order) -> Value {
    json!({
        "code": order.code,
        "ref": order.reference,
        "product": order.product,
        "number": order.number,
        "invoice": order.invoice,
        "cost": order.cost,
        "balance": order.balance,
        "token": order.token,
    })
}

/// Of the list of prices.
pub(super) fn prices() -> Value {
    json!([{ "product": "CODE20", "name": "PLN 20.000", "cost": 20_700, "open": true }])
}

pub(super) fn not_found() -> Value {
    json!({ "code": NOT_FOUND })
}

pub(super) fn wrong_login() -> Value {
    json!({ "code": WRONG_LOGIN })
}
