//! What an answer about a payment shows, whatever it means.

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_types::{Family, Observed, RawAnswer, Receipt, Sensitive};

use crate::families::{details, lines};
use crate::wire::Fields;

/// What the bytes of an answer show by themselves.
pub(crate) fn bare(body: &[u8]) -> Observed {
    Observed { raw: Some(RawAnswer::new(body)), ..Observed::default() }
}

/// What a readable answer shows, except of the money that moved: the deposit is told with every standing.
pub(crate) fn observe(answer: &Answer, fields: &Fields) -> Observed {
    Observed { balance_after: fields.money("buyer_last_saldo"), ..bare(&answer.body) }
}

/// What left the deposit, and what the customer pays: `price` is our cost, `selling_price` their total. Only
/// of an answer that says that money moved: a refusal repeats the price, too.
pub(crate) fn money(observed: &mut Observed, fields: &Fields) {
    observed.charged = fields.price("price");
    observed.total = fields.price("selling_price");
}

/// The receipt in an answer.
pub(crate) fn receipt(family: Family, fields: &Fields) -> Receipt {
    // A token stands in its own field only, and whatever comes in its place may hold a name.
    let serial = fields.line("sn").filter(|_| family != Family::PlnPrepaid).map(Sensitive::new);
    Receipt {
        reference: serial,
        paid_at: None,
        customer_name: fields.line("customer_name").map(Sensitive::new),
        details: details(family, fields),
        raw_fields: for_customers(fields.all()),
        lines: lines(family, fields),
    }
}

/// What we pay, what is left of our deposit and how to reach the seller is nobody's business who sees a
/// receipt; the money is observed apart.
fn for_customers(mut fields: BTreeMap<String, Sensitive>) -> BTreeMap<String, Sensitive> {
    for ours in ["price", "buyer_last_saldo", "tele", "wa"] {
        fields.remove(ours);
    }
    fields
}
