//! What the answer to a payment means. From the top; the first that fits decides, and whatever fits nowhere is
//! unknown.

use ppob_http::SendResult;
use ppob_types::{Observed, PayAnswer, PayOutcome, RefusalCode, StatusVerdict, UnknownCause};

use crate::codes::{meaning, said};
use crate::echo::Asked;
use crate::receipt::{bare, observe, receipt};
use crate::wire::object;

/// What became of a payment.
pub(crate) fn interpret(asked: &Asked<'_>, sent: SendResult) -> PayAnswer {
    let answer = match sent {
        SendResult::NotSent(cause) => return PayAnswer::not_sent(cause),
        SendResult::Lost { cause, partial } => {
            return unknown(cause, partial.as_ref().map(bare).unwrap_or_default());
        }
        SendResult::Answered(answer) => answer,
    };
    if answer.status != 200 {
        return unknown(UnknownCause::HttpStatus, bare(&answer));
    }
    let Some(fields) = object(&answer) else {
        // LEFT: the provider's number may stand in it all the same, and may be the only handle there ever is.
        return unknown(UnknownCause::Unreadable, bare(&answer));
    };
    let mut observed = observe(&answer, &fields);
    if asked.contradiction(&fields).is_some() {
        // Without a receipt: another customer's token must never be printed on ours.
        return unknown(UnknownCause::Mismatch, observed);
    }
    let outcome = match meaning(&fields) {
        Some(StatusVerdict::Succeeded) => PayOutcome::Succeeded,
        Some(StatusVerdict::Pending) if observed.provider_ref.is_some() => PayOutcome::Pending,
        // LEFT: where the status check goes by our reference, this is pending as well.
        Some(StatusVerdict::Pending) => PayOutcome::Unknown(UnknownCause::NoReference),
        // A number of a transaction means that something was formed, whatever is said of it.
        // LEFT: unless the document says that refused transactions have one.
        Some(StatusVerdict::Rejected(no))
            // It may be this very payment that paid it.
            if no.code != RefusalCode::BillAlreadyPaid && observed.provider_ref.is_none() =>
        {
            PayOutcome::Rejected(no)
        }
        // That it is not there, or came back, makes no sense of what was only now asked for.
        _ => {
            observed.unlisted = Some(said(&fields, &asked.personal(&fields)));
            PayOutcome::Unknown(UnknownCause::Unlisted)
        }
    };
    if outcome == PayOutcome::Succeeded {
        observed.receipt = Some(Box::new(receipt(asked.purchase.family, &fields)));
    }
    PayAnswer { outcome, observed }
}

fn unknown(cause: UnknownCause, observed: Observed) -> PayAnswer {
    PayAnswer { outcome: PayOutcome::Unknown(cause), observed }
}
