//! Receipts and printed lines.

use ppob_api::v1;
use ppob_journal::StoredPayment;
use ppob_types::{Receipt, ReceiptLine};

use super::View;
use super::details::{details, parts};
use super::scalar::{rupiah, time};

/// The receipt of a payment that was paid.
pub(crate) fn receipt(stored: &StoredPayment, view: &View<'_>) -> Option<v1::Receipt> {
    let attempt = stored.payment.paid_attempt()?;
    let observed = &attempt.observed;
    let nothing = Receipt::default();
    let known = observed.receipt.as_deref().unwrap_or(&nothing);
    let (bill, admin, penalty) = parts(&known.details);
    let purchase = &stored.request.purchase;
    Some(v1::Receipt {
        product_name: view.product_name(&purchase.product),
        paid_time: known.paid_at.map(time),
        provider_reference: observed
            .provider_ref
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        reference: known
            .reference
            .as_ref()
            .map(|reference| reference.expose().to_owned())
            .unwrap_or_default(),
        customer_number: purchase.customer.expose().to_owned(),
        customer_name: known
            .customer_name
            .as_ref()
            .map(|name| name.expose().to_owned())
            .unwrap_or_default(),
        bill_rupiah: rupiah(bill),
        penalty_rupiah: rupiah(penalty),
        admin_rupiah: rupiah(admin),
        total_rupiah: rupiah(observed.total),
        details: details(&known.details),
        lines: printed(&known.lines, view.simulated),
        raw_fields: known
            .raw_fields
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().to_owned()))
            .collect(),
        simulated: view.simulated,
    })
}

/// Lines to be printed. A simulation says so first.
pub(crate) fn printed(known: &[ReceiptLine], simulated: bool) -> Vec<v1::PrintLine> {
    let mark = simulated.then(|| v1::PrintLine {
        label: "SIMULASI".to_owned(),
        value: "Bukan bukti pembayaran".to_owned(),
    });
    let lines = known.iter().map(|line| v1::PrintLine {
        label: line.label.clone(),
        value: line.value.expose().to_owned(),
    });
    mark.into_iter().chain(lines).collect()
}
