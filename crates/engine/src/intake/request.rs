//! What callers ask for, as they wrote it.

use std::time::Duration;

use ppob_types::{ConsumerId, InquiryId, PaymentId, ProductCode, Rupiah};

use crate::ConsumerLimits;

/// What a caller asks to be paid.
#[derive(Clone, Debug)]
pub struct CreatePayment {
    /// Who asks.
    pub consumer: ConsumerId,
    /// The caller's own name for the payment, and its idempotency key.
    pub id: PaymentId,
    /// Our product code.
    pub product: ProductCode,
    /// For whom, as the caller wrote it.
    pub customer_number: String,
    /// The open amount, where the product has one.
    pub amount: Option<Rupiah>,
    /// Further fields of the family.
    pub parameters: RequestedParameters,
    /// What the caller approved.
    pub approval: RequestedApproval,
    /// A bill lower than approved may be paid.
    pub allow_lower_total: bool,
    /// Which repetition of the same purchase this is; 0 for the first.
    pub repeat: u32,
    /// The payment in doubt that must not stand in the way.
    pub despite_in_doubt: Option<PaymentId>,
    /// No attempt begins later than this after acceptance; the engine's own limit if shorter.
    pub pay_within: Option<Duration>,
    /// What this consumer may do. No part of the request: a known id is answered whatever stands here.
    pub limits: ConsumerLimits,
}

/// What the caller approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedApproval {
    /// The price of the list, whatever it is now.
    ListPrice,
    /// A total.
    Total(Rupiah),
    /// The bill an inquiry showed.
    Inquiry(InquiryId),
}

/// Further fields of a family, as the caller wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedParameters {
    /// BPJS: how many months to pay.
    pub months: Option<u32>,
    /// Tax: which year.
    pub year: Option<u32>,
    /// A second identity.
    pub second_id: Option<String>,
}
