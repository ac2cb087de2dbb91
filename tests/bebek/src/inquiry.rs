//! What the answer to an inquiry means.

use ppob_http::Answer;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Bill, RefusalCode, Sensitive, StatusVerdict};

use crate::amount::rupiah;
use crate::codes::{meaning, said};
use crate::echo::Asked;
use crate::families::{details, lines};
use crate::wire::{answered, unreadable};

/// LEFT: the fields that hold what the customer pays, the bill without the fee, the fee, and the name.
const TOTAL: &[&str] = &[];
const AMOUNT: &[&str] = &[];
const ADMIN: &[&str] = &[];
const NAME: &[&str] = &[];

/// The bill in an answer.
pub(crate) fn interpret(asked: &Asked<'_>, answer: &Answer) -> Result<Bill, ProviderError> {
    let fields = answered(answer)?;
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the bill in the answer names {what}")));
    }
    match meaning(&fields) {
        Some(StatusVerdict::Succeeded) => {}
        Some(StatusVerdict::Rejected(no)) => {
            let kind = if no.code == RefusalCode::Credentials {
                ProviderErrorKind::Credentials
            } else {
                ProviderErrorKind::Refused(no)
            };
            return Err(ProviderError::new(kind, said(&fields, &asked.personal(&fields))));
        }
        _ => return Err(unreadable("the answer neither states a bill nor refuses one")),
    }
    let amount = |names: &[&str]| fields.text(names).and_then(rupiah);
    let total = amount(TOTAL).filter(|total| total.is_positive());
    Ok(Bill {
        customer_name: fields.text(NAME).map(Sensitive::new),
        periods: Vec::new(),
        amount: amount(AMOUNT),
        admin: amount(ADMIN),
        penalty: None,
        total: total.ok_or_else(|| unreadable("the bill in the answer has no total"))?,
        cost: None,
        details: details(asked.purchase.family, &fields),
        lines: lines(&fields),
        // LEFT: what the payment has to bring back, if the document ties them together.
        token: None,
    })
}
