//! What a caller asked for, as recorded at acceptance.

use ppob_types::{Bill, InquiryId, PaymentId, ProviderName, Purchase, Rupiah};
use serde::{Deserialize, Serialize};

/// What a caller asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRequest {
    /// What and for whom.
    pub purchase: Purchase,
    /// What the caller approved.
    pub approval: Approval,
    /// A bill lower than approved may be paid.
    #[serde(default)]
    pub allow_lower_total: bool,
    /// Which repetition of the same purchase this is; 0 for the first.
    #[serde(default)]
    pub repeat: u32,
    /// The payment in doubt that must not stand in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite_in_doubt: Option<PaymentId>,
    /// What the inquiry named in the approval showed. No part of the fingerprint: the name is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Box<ShownBill>>,
}

/// What an inquiry showed to the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownBill {
    /// Who answered it.
    pub provider: ProviderName,
    /// The bill.
    pub bill: Bill,
}

/// What the caller approved to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// The price of the list, whatever it is now. Only for products with a listed price.
    ListPrice,
    /// At most (prepaid) or exactly (bills) this total.
    Total(Rupiah),
    /// The bill an earlier inquiry showed.
    Inquired(InquiryId),
}

impl PaymentRequest {
    /// The total the caller approved, if it named one.
    pub fn approved_total(&self) -> Option<Rupiah> {
        match &self.approval {
            Approval::ListPrice => None,
            Approval::Total(total) => Some(*total),
            Approval::Inquired(_) => self.shown.as_ref().map(|shown| shown.bill.total),
        }
    }

    /// A canonical text of everything that makes two requests the same request. Its hash is the
    /// fingerprint: the same `payment_id` with another fingerprint is refused.
    ///
    /// Not derived from protobuf bytes, so that a client library's version does not matter.
    pub fn canonical(&self) -> String {
        use std::fmt::Write as _;
        let purchase = &self.purchase;
        let mut text = String::from("v1");
        let mut field = |name: &str, value: &str| {
            let _ = write!(text, "\n{name}={}:{value}", value.len());
        };
        field("product", purchase.product.as_str());
        field("customer", purchase.customer.expose());
        field("amount", &optional(purchase.amount.map(Rupiah::get)));
        field("months", &optional(purchase.parameters.months));
        field("year", &optional(purchase.parameters.year));
        field(
            "second_id",
            purchase.parameters.second_id.as_ref().map_or("", |second| second.expose()),
        );
        match &self.approval {
            Approval::ListPrice => field("approval", "list-price"),
            Approval::Total(total) => field("approval_total", &total.get().to_string()),
            Approval::Inquired(inquiry) => field("approval_inquiry", inquiry.as_str()),
        }
        field("allow_lower_total", if self.allow_lower_total { "1" } else { "0" });
        field("repeat", &self.repeat.to_string());
        field("despite_in_doubt", self.despite_in_doubt.as_ref().map_or("", PaymentId::as_str));
        text
    }
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use ppob_types::{CustomerNumber, Family, Parameters, ProductCode};

    use super::*;

    fn request(product: &str, customer: &str) -> PaymentRequest {
        PaymentRequest {
            purchase: Purchase {
                product: ProductCode::new(product).unwrap(),
                family: Family::Other,
                customer: CustomerNumber::parse(Family::Other, customer).unwrap(),
                amount: None,
                parameters: Parameters::default(),
            },
            approval: Approval::ListPrice,
            allow_lower_total: false,
            repeat: 0,
            despite_in_doubt: None,
            shown: None,
        }
    }

    #[test]
    fn any_field_that_matters_changes_the_canonical_text() {
        let base = request("GAME-X", "1234");
        let mut variants = vec![base.clone(), request("GAME-Y", "1234"), request("GAME-X", "1235")];
        variants.push(PaymentRequest { repeat: 1, ..base.clone() });
        variants.push(PaymentRequest { allow_lower_total: true, ..base.clone() });
        variants.push(PaymentRequest { approval: Approval::Total(Rupiah::new(5)), ..base.clone() });
        variants.push(PaymentRequest {
            despite_in_doubt: Some(PaymentId::new("payment-0001").unwrap()),
            ..base.clone()
        });
        let mut with_amount = base.clone();
        with_amount.purchase.amount = Some(Rupiah::new(5));
        variants.push(with_amount);
        let texts: std::collections::BTreeSet<String> =
            variants.iter().map(PaymentRequest::canonical).collect();
        assert_eq!(texts.len(), variants.len());
        assert_eq!(base.canonical(), base.clone().canonical());
    }
}
