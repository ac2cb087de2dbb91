//! Bills.

use ppob_api::v1;
use ppob_journal::StoredInquiry;

use super::details::details;
use super::family::family;
use super::receipt::printed;
use super::scalar::{rupiah, time};

/// The message of an answered inquiry.
pub(crate) fn bill(inquiry: &StoredInquiry, simulated: bool) -> v1::Bill {
    let bill = &inquiry.bill;
    v1::Bill {
        inquiry_id: inquiry.id.to_string(),
        expire_time: Some(time(inquiry.expires_at)),
        inquire_time: Some(time(inquiry.answered_at)),
        provider: inquiry.provider.to_string(),
        product_code: inquiry.purchase.product.to_string(),
        family: family(inquiry.purchase.family).into(),
        customer_number: inquiry.purchase.customer.expose().to_owned(),
        customer_name: bill
            .customer_name
            .as_ref()
            .map(|name| name.expose().to_owned())
            .unwrap_or_default(),
        periods: bill.periods.clone(),
        items: Vec::new(),
        bill_rupiah: rupiah(bill.amount),
        penalty_rupiah: rupiah(bill.penalty),
        admin_rupiah: rupiah(bill.admin),
        total_rupiah: bill.total.get(),
        cost_rupiah: rupiah(bill.cost),
        min_amount_rupiah: None,
        max_amount_rupiah: None,
        details: details(&bill.details),
        lines: printed(&bill.lines, simulated),
    }
}
