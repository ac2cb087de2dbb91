//! What the answer to the call that pays means: `top-up` of the prepaid host, `pay-pasca` of the postpaid one.

use ppob_http::{Answer, SendResult};
use ppob_types::{Observed, PayAnswer, PayOutcome, Rejection, UnknownCause};

use crate::codes::{Says, masked, postpaid, prepaid};
use crate::echo::Asked;
use crate::receipt::{
    bill_receipt, observe_bill, observe_top_up, observe_unreadable, top_up_receipt,
};
use crate::wire::{self, Fields};

/// What became of a top-up. Whatever is not understood is unknown, never refused.
pub(crate) fn top_up(asked: &Asked<'_>, sent: SendResult) -> PayAnswer {
    let (answer, fields) = match read(sent) {
        Ok(read) => read,
        Err(unknown) => return *unknown,
    };
    let observed = observe_top_up(&answer.body, &fields);
    if let Some(cause) = unfit(asked, &answer, &fields) {
        return unknown(cause, observed);
    }
    let code = fields.code("rc");
    let says = code.as_deref().and_then(prepaid);
    let outcome = match (Standing::of(&fields), says) {
        // The document: the first answer is always "process". A repeated reference is answered as a status
        // check, so that a success may come, too.
        (Standing::Processing | Standing::None, Some(Says::Working)) => PayOutcome::Pending,
        (Standing::Succeeded, Some(Says::Done)) if asked.is_named(&fields) => PayOutcome::Succeeded,
        (standing @ (Standing::Failed | Standing::None), Some(says)) => {
            match refuses_top_up(asked, &fields, standing, says) {
                Some(rejection) => PayOutcome::Rejected(rejection),
                None => return unlisted(asked, &fields, code.as_deref(), observed),
            }
        }
        _ => return unlisted(asked, &fields, code.as_deref(), observed),
    };
    let receipt = || top_up_receipt(asked.purchase.family, &fields);
    with_receipt(outcome, observed, receipt)
}

/// What became of the payment of a bill. Whatever is not understood is unknown, never refused; and so is one
/// that "failed": only a status check has the standing that makes it final.
pub(crate) fn bill(asked: &Asked<'_>, sent: SendResult) -> PayAnswer {
    let (answer, fields) = match read(sent) {
        Ok(read) => read,
        Err(unknown) => return *unknown,
    };
    let observed = observe_bill(&answer.body, &fields);
    if let Some(cause) = unfit(asked, &answer, &fields) {
        return unknown(cause, observed);
    }
    let code = fields.code("response_code");
    let says = code.as_deref().and_then(postpaid);
    let outcome = match says {
        Some(Says::Done) => {
            let paid = asked.is_named(&fields) && shows_payment(&fields);
            paid.then_some(PayOutcome::Succeeded)
        }
        Some(Says::Working) => Some(PayOutcome::Pending),
        Some(says) => says.refuses_payment().map(PayOutcome::Rejected),
        None => None,
    };
    match outcome {
        Some(outcome) => {
            let receipt = || bill_receipt(asked.purchase.family, &fields);
            with_receipt(outcome, observed, receipt)
        }
        None => unlisted(asked, &fields, code.as_deref(), observed),
    }
}

/// What `status` of a top-up says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// 0.
    Processing,
    /// 1.
    Succeeded,
    /// 2.
    Failed,
    /// Nothing.
    None,
    /// Something else.
    Other,
}

impl Standing {
    /// A number in answers, text in callbacks.
    pub(crate) fn of(fields: &Fields) -> Self {
        match (fields.at("status"), fields.text("status")) {
            (None, _) => Self::None,
            (Some(_), Some("0")) => Self::Processing,
            (Some(_), Some("1")) => Self::Succeeded,
            (Some(_), Some("2")) => Self::Failed,
            (Some(_), _) => Self::Other,
        }
    }
}

/// The fields of an answer; or what became of a payment that has none.
fn read(sent: SendResult) -> Result<(Answer, Fields), Box<PayAnswer>> {
    let answer = match sent {
        SendResult::NotSent(cause) => return Err(Box::new(PayAnswer::not_sent(cause))),
        SendResult::Lost { cause, partial } => {
            let observed = partial.as_ref().map(observe_unreadable);
            return Err(Box::new(unknown(cause, observed.unwrap_or_default())));
        }
        SendResult::Answered(answer) => answer,
    };
    if let Ok(fields) = wire::object(&answer) {
        return Ok((answer, fields));
    }
    let cause =
        if answer.status == 200 { UnknownCause::Unreadable } else { UnknownCause::HttpStatus };
    Err(Box::new(unknown(cause, observe_unreadable(&answer))))
}

/// Why a readable answer says nothing about this payment.
fn unfit(asked: &Asked<'_>, answer: &Answer, fields: &Fields) -> Option<UnknownCause> {
    if answer.status != 200 {
        return Some(UnknownCause::HttpStatus);
    }
    // Without the receipt: another customer's token must never be printed on ours. It stays in the raw
    // answer.
    asked.contradiction(fields).map(|_| UnknownCause::Mismatch)
}

/// Whether an answer holds a serial number, which comes with a success only, or a voucher's PIN: something was
/// delivered, so a refusal beside it is one of two things of which one is wrong. Words, zeros and dashes in its
/// place are none.
pub(crate) fn holds_serial(fields: &Fields) -> bool {
    let is_one = |text: &str| text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    ["sn", "pin"].into_iter().any(|path| fields.text(path).is_some_and(is_one))
}

/// The end of a transaction must say which one, and that it has failed; what is refused at the door has neither
/// number nor standing yet.
fn refuses_top_up(
    asked: &Asked<'_>,
    fields: &Fields,
    standing: Standing,
    says: Says,
) -> Option<Rejection> {
    if holds_serial(fields) {
        return None;
    }
    let ended = standing == Standing::Failed && asked.is_named(fields);
    match says {
        Says::Failed(..) if ended => says.ends_failed(),
        says => says.refuses_payment(),
    }
}

/// Whether a "00" is of a payment. Something on the way that answers from memory may answer with the inquiry,
/// which has the same code and number, but neither reference nor time of a payment.
fn shows_payment(fields: &Fields) -> bool {
    let message = fields.text("message").unwrap_or_default().to_ascii_uppercase();
    let shows = message.contains("PAYMENT")
        || ["noref", "datetime"].iter().any(|path| fields.text(path).is_some());
    shows && !message.contains("INQUIRY")
}

fn with_receipt(
    outcome: PayOutcome,
    mut observed: Observed,
    receipt: impl FnOnce() -> ppob_types::Receipt,
) -> PayAnswer {
    match outcome {
        PayOutcome::Succeeded | PayOutcome::Pending => observed.receipt = Some(Box::new(receipt())),
        // What is stated beside a refusal is the price that was not paid.
        _ => (observed.charged, observed.total) = (None, None),
    }
    PayAnswer { outcome, observed }
}

fn unlisted(
    asked: &Asked<'_>,
    fields: &Fields,
    code: Option<&str>,
    mut observed: Observed,
) -> PayAnswer {
    let personal = asked.personal(fields);
    observed.unlisted = Some(masked(code, fields.text("message"), &personal));
    unknown(UnknownCause::Unlisted, observed)
}

fn unknown(cause: UnknownCause, observed: Observed) -> PayAnswer {
    PayAnswer { outcome: PayOutcome::Unknown(cause), observed }
}
