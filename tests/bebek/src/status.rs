//! What the answer to a status check means.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{RefusalCode, StatusReport, StatusVerdict};

use crate::codes::{meaning, said};
use crate::echo::Asked;
use crate::receipt::{observe, receipt};
use crate::wire::{answered, unreadable};

/// What an answer says about the attempt. Anything odd is an error of the check, and no verdict.
pub(crate) fn interpret(asked: &Asked<'_>, answer: &Answer) -> Result<StatusReport, ProviderError> {
    let fields = answered(answer)?;
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the status in the answer names {what}")));
    }
    // That it is paid already says nothing: perhaps this very payment paid it.
    let paid_already = |verdict: &StatusVerdict| matches!(verdict, StatusVerdict::Rejected(no) if no.code == RefusalCode::BillAlreadyPaid);
    let Some(verdict) = meaning(&fields).filter(|verdict| !paid_already(verdict)) else {
        let said = said(&fields, &asked.personal(&fields));
        return Err(unreadable(format!("the answer holds no verdict: {said}")));
    };
    // What finds nothing may repeat nothing; anything else has to say whose it is.
    if verdict != StatusVerdict::NotFound && !asked.is_named(&fields) {
        return Err(unreadable("the status in the answer does not say whose it is"));
    }
    // LEFT: a refusal of the asking (no deposit, too often, wrong login) refuses nothing that was asked about.
    let mut observed = observe(answer, &fields);
    if verdict == StatusVerdict::Succeeded {
        observed.receipt = Some(Box::new(receipt(asked.purchase.family, &fields)));
    }
    Ok(StatusReport { verdict, observed })
}
