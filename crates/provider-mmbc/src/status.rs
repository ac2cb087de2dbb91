//! What the answer to `cekstatus` says (document, *Cek status produk PPOB*).

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Observed, ProviderRef, RawAnswer, StatusReport, StatusVerdict};

use crate::codes::{Refusals, masked};
use crate::echo::{Asked, names_any_customer};
use crate::inquiry::{is_ok, object, refused_read, unreadable};
use crate::pay::{Standing, personal};
use crate::receipt::{observe, receipt};
use crate::wire::reference;

/// The one documented way of saying that there is no such payment.
const NO_DATA: &str = "No Data!";

/// What an answer says about the payment with `invoice`. Anything odd is an error of the check and
/// no verdict about the payment.
pub(crate) fn interpret(
    asked: &Asked<'_>,
    invoice: &ProviderRef,
    answer: &Answer,
    refusals: &Refusals,
) -> Result<StatusReport, ProviderError> {
    let fields = object(answer)?;
    if !is_ok(&fields)? {
        if fields.text("reason") == Some(NO_DATA) {
            return Ok(StatusReport {
                verdict: StatusVerdict::NotFound,
                observed: Observed {
                    raw: Some(RawAnswer::new(&answer.body)),
                    ..Observed::default()
                },
            });
        }
        let hidden = personal(asked, &fields);
        return Err(refused_read(&fields, &hidden, refusals));
    }
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the status in the answer names {what}")));
    }
    let named = fields.text("ppob_invoice").and_then(reference);
    if named.as_ref().is_some_and(|named| named != invoice) {
        return Err(unreadable("the status in the answer names another invoice"));
    }
    let verdict = match Standing::of(&fields) {
        // A success is told to the customer, so it has to say whose it is.
        Standing::Confirmed if named.is_none() && !names_any_customer(&fields) => {
            return Err(unreadable(
                "the status in the answer names neither the invoice nor the customer number",
            ));
        }
        Standing::Confirmed => StatusVerdict::Succeeded,
        Standing::Pending => StatusVerdict::Pending,
        Standing::Other(word) => {
            let word = masked(&word, &personal(asked, &fields));
            return Err(unreadable(format!("the answer has no known {word}")));
        }
    };
    let mut observed = observe(answer, &fields);
    observed.receipt = Some(Box::new(receipt(asked.purchase.family, &fields)));
    Ok(StatusReport { verdict, observed })
}
