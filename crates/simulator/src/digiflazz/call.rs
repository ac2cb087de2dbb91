//! A request of the API, decoded.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::Request;

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// `cek-saldo`: the deposit.
    Balance,
    /// `price-list`, prepaid or pasca.
    PriceList,
    /// `transaction` without `commands`: a prepaid purchase, or how it stands.
    TopUp,
    /// `transaction` with `inq-pasca`: what is owed.
    Inquiry,
    /// `transaction` with `pay-pasca`: the payment of a bill.
    Pay,
    /// `transaction` with `status-pasca`: how the payment of a bill stands.
    Status,
    /// `inquiry-pln`: whose meter it is.
    Meter,
}

/// A request of the API, decoded.
pub(crate) struct Call {
    pub(crate) verb: Verb,
    fields: Map<String, Value>,
}

impl Verb {
    /// The verbs that share a path are told apart by the body.
    pub(crate) fn of_path(path: &str) -> Option<&'static [Self]> {
        Some(match path {
            "/v1/cek-saldo" => &[Self::Balance],
            "/v1/price-list" => &[Self::PriceList],
            "/v1/transaction" => &[Self::TopUp, Self::Inquiry, Self::Pay, Self::Status],
            "/v1/inquiry-pln" => &[Self::Meter],
            _ => return None,
        })
    }

    /// Whether it may move money.
    pub(crate) const fn moves_money(self) -> bool {
        matches!(self, Self::TopUp | Self::Pay)
    }
}

impl Call {
    /// `None` if there is nothing at this path; a body that is not understood has no fields.
    pub(crate) fn new(request: &Request) -> Option<Self> {
        let verbs = Verb::of_path(&request.head.path)?;
        let fields = match serde_json::from_slice(&request.body) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let verb = match fields.get("commands").and_then(Value::as_str) {
            _ if verbs.len() == 1 => *verbs.first()?,
            Some("inq-pasca") => Verb::Inquiry,
            Some("pay-pasca") => Verb::Pay,
            Some("status-pasca") => Verb::Status,
            _ => Verb::TopUp,
        };
        Some(Self { verb, fields })
    }

    /// A request about a customer number.
    #[cfg(test)]
    pub(crate) fn of(verb: Verb, customer_no: &str) -> Self {
        let fields = [("customer_no".to_owned(), Value::from(customer_no))];
        Self { verb, fields: fields.into_iter().collect() }
    }

    /// A text field; anything else is empty.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.fields.get(name).and_then(Value::as_i64)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.fields.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(crate) fn reference(&self) -> &str {
        self.text("ref_id")
    }

    pub(crate) fn code(&self) -> &str {
        self.text("buyer_sku_code")
    }

    pub(crate) fn customer(&self) -> &str {
        self.text("customer_no")
    }

    /// What its signature is over.
    pub(crate) fn signed(&self) -> &str {
        match self.verb {
            Verb::Balance => "depo",
            Verb::PriceList => "pricelist",
            Verb::Meter => self.customer(),
            Verb::TopUp | Verb::Inquiry | Verb::Pay | Verb::Status => self.reference(),
        }
    }

    /// Whether every field is there and of its type.
    pub(crate) fn is_well_typed(&self) -> bool {
        let required: &[&str] = match self.verb {
            Verb::Balance | Verb::PriceList => &["cmd", "username", "sign"],
            Verb::Meter => &["username", "customer_no", "sign"],
            _ => &["username", "buyer_sku_code", "customer_no", "ref_id", "sign"],
        };
        let texts = required.iter().all(|name| !self.text(name).is_empty());
        let is = |name: &str, right: fn(&Value) -> bool| self.fields.get(name).is_none_or(right);
        texts
            && is("testing", Value::is_boolean)
            && is("allow_dot", Value::is_boolean)
            && is("max_price", Value::is_i64)
            && is("amount", Value::is_i64)
            && is("year", Value::is_i64)
            && is("commands", Value::is_string)
            && is("cb_url", Value::is_string)
            && (self.verb != Verb::TopUp
                || !self.customer().contains('.')
                || self.flag("allow_dot"))
    }
}
