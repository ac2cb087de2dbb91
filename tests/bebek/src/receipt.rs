//! What an answer shows, whatever it means.

use ppob_http::Answer;
use ppob_types::{Family, Observed, ProviderRef, RawAnswer, Receipt, Sensitive};

use crate::amount::rupiah;
use crate::families::{details, lines};
use crate::wire::Fields;

/// LEFT: the fields that hold the provider's number of the transaction, what left our deposit, what the customer
/// pays, the deposit afterwards, the number to print, and the customer's name.
const INVOICE: &[&str] = &[];
const CHARGED: &[&str] = &[];
const TOTAL: &[&str] = &[];
const BALANCE: &[&str] = &[];
const PRINTED: &[&str] = &[];
const NAME: &[&str] = &[];

/// The bytes alone.
pub(crate) fn bare(answer: &Answer) -> Observed {
    Observed { raw: Some(RawAnswer::new(&answer.body)), ..Observed::default() }
}

/// What a readable answer shows.
pub(crate) fn observe(answer: &Answer, fields: &Fields) -> Observed {
    Observed {
        provider_ref: fields.text(INVOICE).and_then(ProviderRef::new),
        charged: fields.text(CHARGED).and_then(rupiah),
        total: fields.text(TOTAL).and_then(rupiah),
        balance_after: fields.text(BALANCE).and_then(rupiah),
        ..bare(answer)
    }
}

/// The proof, as it is printed.
pub(crate) fn receipt(family: Family, fields: &Fields) -> Receipt {
    let mut raw_fields = fields.all();
    // How much is in our deposit is nobody's business who sees a receipt.
    raw_fields.retain(|name, _| !BALANCE.contains(&name.as_str()));
    Receipt {
        reference: fields.text(PRINTED).map(Into::into),
        customer_name: fields.text(NAME).map(Sensitive::new),
        details: details(family, fields),
        raw_fields,
        lines: lines(fields),
        ..Receipt::default()
    }
}
