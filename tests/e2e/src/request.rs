//! Requests that the tests send.

use std::sync::atomic::{AtomicU64, Ordering};

use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::{CreatePaymentRequest, InquireRequest};

/// The token product the tests buy.
pub const TOKEN: &str = "PLN-PREPAID-20000";
/// The provider's code of [`TOKEN`].
pub const TOKEN_AT_PROVIDER: &str = "PLNS20";

/// Buys [`TOKEN`].
pub fn token(payment_id: &str, customer_number: &str) -> CreatePaymentRequest {
    CreatePaymentRequest {
        payment_id: payment_id.to_owned(),
        product_code: TOKEN.to_owned(),
        customer_number: customer_number.to_owned(),
        ..CreatePaymentRequest::default()
    }
}

/// Pays the bill that an inquiry showed.
pub fn bill(payment_id: &str, asked: &InquireRequest, inquiry_id: &str) -> CreatePaymentRequest {
    CreatePaymentRequest {
        payment_id: payment_id.to_owned(),
        product_code: asked.product_code.clone(),
        customer_number: asked.customer_number.clone(),
        parameters: asked.parameters.clone(),
        amount_rupiah: asked.amount_rupiah,
        approval: Some(Approval::InquiryId(inquiry_id.to_owned())),
        ..CreatePaymentRequest::default()
    }
}

/// The same request, answered with whatever is known at once.
pub fn without_waiting(request: CreatePaymentRequest) -> CreatePaymentRequest {
    CreatePaymentRequest { wait: Some(prost_types::Duration::default()), ..request }
}

/// A PLN subscriber id that no other call in this process gives.
pub fn fresh_customer() -> String {
    static GIVEN: AtomicU64 = AtomicU64::new(1);
    customer(GIVEN.fetch_add(1, Ordering::Relaxed))
}

/// The PLN subscriber id with this number; there are a hundred million. None is a magic number:
/// those end in `01` to `05`.
pub fn customer(number: u64) -> String {
    format!("53{:08}99", number % 100_000_000)
}
