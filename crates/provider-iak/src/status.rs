//! What the answer to a status check says: `check-status` of the prepaid host, `checkstatus` of the postpaid
//! one. Anything odd is an error of the check and no verdict about the payment.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Observed, RawAnswer, StatusReport, StatusVerdict};

use crate::codes::{Says, masked, postpaid, prepaid};
use crate::echo::Asked;
use crate::inquiry::{object, refused_read, unreadable};
use crate::pay::{Standing, holds_serial};
use crate::receipt::{bill_receipt, observe_bill, observe_top_up, top_up_receipt};
use crate::wire::Fields;

/// What an answer says about a top-up.
pub(crate) fn top_up(asked: &Asked<'_>, answer: &Answer) -> Result<StatusReport, ProviderError> {
    let fields = object(answer)?;
    contradicted(asked, &fields)?;
    let code = fields.code("rc");
    let says = code.as_deref().and_then(prepaid);
    let Some(verdict) = top_up_verdict(&fields, says) else {
        return Err(odd(asked, &fields, code.as_deref(), says));
    };
    named(asked, &fields, &verdict)?;
    let mut observed = observe_top_up(&answer.body, &fields);
    if matches!(verdict, StatusVerdict::Succeeded | StatusVerdict::Pending) {
        observed.receipt = Some(Box::new(top_up_receipt(asked.purchase.family, &fields)));
    }
    Ok(report(verdict, observed))
}

/// What `status` and `rc` of a top-up say together; nothing if they contradict each other, or what else is told.
pub(crate) fn top_up_verdict(fields: &Fields, says: Option<Says>) -> Option<StatusVerdict> {
    match (Standing::of(fields), says?) {
        (Standing::Succeeded, Says::Done) => Some(StatusVerdict::Succeeded),
        (Standing::Processing | Standing::None, Says::Working) => Some(StatusVerdict::Pending),
        // It says "failed" of the look-up, not of a payment. Nothing has arrived so far, and may still.
        (Standing::Failed | Standing::None, Says::NotFound) => Some(StatusVerdict::NotFound),
        // Failed, and yet delivered: one of both is wrong.
        (Standing::Failed, _) if holds_serial(fields) => None,
        (Standing::Failed, says) => says.ends_failed().map(StatusVerdict::Rejected),
        _ => None,
    }
}

/// What an answer says about the payment of a bill.
pub(crate) fn bill(asked: &Asked<'_>, answer: &Answer) -> Result<StatusReport, ProviderError> {
    let fields = object(answer)?;
    contradicted(asked, &fields)?;
    let code = fields.code("response_code");
    let says = code.as_deref().and_then(postpaid);
    let verdict = match (fields.text("status"), says) {
        (Some("1"), Some(Says::Done)) => StatusVerdict::Succeeded,
        (Some("3"), Some(Says::Working | Says::Unclear)) => StatusVerdict::Pending,
        // There is the inquiry, and no payment was received for it. That refuses nothing: our request may
        // still arrive. Only persons may say that it was not executed, once it can no more.
        (Some("0") | None, Some(Says::NotReceived | Says::NotFound)) => StatusVerdict::NotFound,
        (Some("2"), Some(says)) => match says.ends_failed() {
            Some(rejection) => StatusVerdict::Rejected(rejection),
            None => return Err(odd(asked, &fields, code.as_deref(), Some(says))),
        },
        (_, says) => return Err(odd(asked, &fields, code.as_deref(), says)),
    };
    named(asked, &fields, &verdict)?;
    let mut observed = observe_bill(&answer.body, &fields);
    match verdict {
        StatusVerdict::Succeeded | StatusVerdict::Pending => {
            observed.receipt = Some(Box::new(bill_receipt(asked.purchase.family, &fields)));
        }
        // The numbers beside it are those of the inquiry.
        _ => (observed.charged, observed.total) = (None, None),
    }
    Ok(report(verdict, observed))
}

fn report(verdict: StatusVerdict, mut observed: Observed) -> StatusReport {
    if matches!(verdict, StatusVerdict::NotFound | StatusVerdict::Rejected(_)) {
        (observed.charged, observed.total) = (None, None);
    }
    if verdict == StatusVerdict::NotFound {
        let raw: Option<RawAnswer> = observed.raw.take();
        observed = Observed { raw, ..Observed::default() };
    }
    StatusReport { verdict, observed }
}

fn contradicted(asked: &Asked<'_>, fields: &Fields) -> Result<(), ProviderError> {
    match asked.contradiction(fields) {
        Some(what) => Err(unreadable(format!("the status in the answer names {what}"))),
        None => Ok(()),
    }
}

/// A final standing has to say whose it is, and a refusal that there is a transaction which has failed: a
/// check that is refused itself has none.
fn named(asked: &Asked<'_>, fields: &Fields, verdict: &StatusVerdict) -> Result<(), ProviderError> {
    let is_final = matches!(verdict, StatusVerdict::Succeeded | StatusVerdict::Rejected(_));
    if is_final && !asked.is_named(fields) {
        return Err(unreadable("the status in the answer does not name our reference"));
    }
    if matches!(verdict, StatusVerdict::Rejected(_)) && fields.tr_id().is_none() {
        return Err(unreadable("the status in the answer is of no transaction"));
    }
    Ok(())
}

fn odd(
    asked: &Asked<'_>,
    fields: &Fields,
    code: Option<&str>,
    says: Option<Says>,
) -> ProviderError {
    let personal = asked.personal(fields);
    refused_read(says, &masked(code, fields.text("message"), &personal))
}
