//! What an answer about a payment shows, whatever it means.

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_types::{Family, Observed, RawAnswer, Receipt, Sensitive, Timestamp};

use crate::families::{details, lines};
use crate::wire::{Fields, invoice_in, reference};

/// What a readable answer shows. `saldo` is how a refusal calls what a payment calls `ppob_saldo`.
pub(crate) fn observe(answer: &Answer, fields: &Fields) -> Observed {
    Observed {
        provider_ref: fields.text("ppob_invoice").and_then(reference),
        charged: fields.money("ppob_debet"),
        total: fields.money("ppob_totalbayar"),
        balance_after: fields.money("ppob_saldo").or_else(|| fields.money("saldo")),
        receipt: None,
        unlisted: None,
        raw: Some(RawAnswer::new(&answer.body)),
    }
}

/// What an answer shows that cannot be read as MMBC's format: its invoice number, if it has one.
pub(crate) fn observe_unreadable(answer: &Answer) -> Observed {
    Observed {
        provider_ref: invoice_in(&answer.body),
        raw: Some(RawAnswer::new(&answer.body)),
        ..Observed::default()
    }
}

/// The receipt in an answer.
pub(crate) fn receipt(family: Family, fields: &Fields) -> Receipt {
    Receipt {
        reference: fields.line("ppob_reff").map(Sensitive::new),
        paid_at: fields.text("ppob_tanggal").and_then(Timestamp::from_wib),
        customer_name: fields.line("ppob_namapelanggan").map(Sensitive::new),
        details: details(family, fields),
        raw_fields: without_balance(fields.all()),
        lines: lines(family, fields),
    }
}

/// How much is in our deposit is nobody's business who sees a receipt; it is observed apart.
fn without_balance(mut fields: BTreeMap<String, Sensitive>) -> BTreeMap<String, Sensitive> {
    for balance in ["ppob_saldo", "saldo"] {
        fields.remove(balance);
    }
    fields
}
