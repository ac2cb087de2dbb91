//! What the answer to a purchase, or to the payment of a bill, means.

use ppob_http::SendResult;
use ppob_types::{Family, Observed, PayAnswer, PayOutcome, UnknownCause};

use crate::codes::{Meaning, Standing, said};
use crate::echo::Asked;
use crate::families::{holds_serial, shows_payment};
use crate::receipt::{bare, money, observe, receipt};
use crate::wire::{self, Fields};

/// What became of a payment. Whatever is not understood is unknown, never refused.
pub(crate) fn interpret(asked: &Asked<'_>, family: Family, sent: SendResult) -> PayAnswer {
    let answer = match sent {
        SendResult::NotSent(cause) => return PayAnswer::not_sent(cause),
        SendResult::Lost { cause, partial } => {
            let observed = partial.as_ref().map(|partial| bare(&partial.body));
            return unknown(cause, observed.unwrap_or_default());
        }
        SendResult::Answered(answer) => answer,
    };
    if !wire::is_spoken(answer.status) {
        return unknown(UnknownCause::HttpStatus, bare(&answer.body));
    }
    let Ok(fields) = wire::object(&answer) else {
        return unknown(UnknownCause::Unreadable, bare(&answer.body));
    };
    let observed = observe(&answer, &fields);
    if asked.contradiction(&fields).is_some() {
        // Without the receipt: another customer's token must never be printed on ours. It stays in the raw
        // answer.
        return unknown(UnknownCause::Mismatch, observed);
    }
    match Standing::of(&fields) {
        Standing::Listed(row) if row.formed && !asked.is_named(&fields) => {
            // Every answer about a transaction names it; one that does not is not in the format.
            unknown(UnknownCause::Unreadable, observed)
        }
        Standing::Listed(row) => standing(asked, family, row.meaning, &fields, observed),
        Standing::Unlisted => unlisted(asked, &fields, observed),
    }
}

fn standing(
    asked: &Asked<'_>,
    family: Family,
    meaning: Meaning,
    fields: &Fields,
    mut observed: Observed,
) -> PayAnswer {
    let outcome = match meaning {
        // What an inquiry is answered with.
        Meaning::Succeeded if !shows_payment(Some(family), fields) => {
            return unlisted(asked, fields, observed);
        }
        Meaning::Succeeded => {
            money(&mut observed, fields);
            observed.receipt = Some(Box::new(receipt(family, fields)));
            PayOutcome::Succeeded
        }
        Meaning::Pending => {
            money(&mut observed, fields);
            PayOutcome::Pending
        }
        Meaning::TimedOut => PayOutcome::Unknown(UnknownCause::TimedOut),
        // Refused, and here is the token: one of both is wrong.
        Meaning::Refused(..) | Meaning::RefusedNow(..) if holds_serial(fields) => {
            return unlisted(asked, fields, observed);
        }
        Meaning::Refused(code, scope) | Meaning::RefusedNow(code, scope) => {
            PayOutcome::Rejected(ppob_types::Rejection { code, scope })
        }
        // That it came back can only be told of something that had been paid, and this call is the first that
        // could have paid; that there is none, or one already, makes as little sense. The look-up will tell.
        // A bill that is paid already may have been paid by this call.
        Meaning::ReferenceTaken
        | Meaning::NotFound
        | Meaning::Reversed
        | Meaning::RefusedAtInquiry(..)
        | Meaning::Elsewhere => {
            return unlisted(asked, fields, observed);
        }
    };
    PayAnswer { outcome, observed }
}

fn unlisted(asked: &Asked<'_>, fields: &Fields, mut observed: Observed) -> PayAnswer {
    observed.unlisted = Some(said(fields, &asked.personal(fields)));
    unknown(UnknownCause::Unlisted, observed)
}

fn unknown(cause: UnknownCause, observed: Observed) -> PayAnswer {
    PayAnswer { outcome: PayOutcome::Unknown(cause), observed }
}
