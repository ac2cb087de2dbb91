//! What is learnt later: from a look-up, and from a callback.

use ppob_http::Answer;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Family, Observed, StatusReport, StatusVerdict};

use crate::codes::{Meaning, Standing, refused_read, said};
use crate::echo::Asked;
use crate::families::{holds_serial, shows_payment};
use crate::receipt::{money, observe, receipt};
use crate::wire::{self, Fields};

/// How Digiflazz says that it has nothing under a reference, or nothing any more after 90 days.
const NO_DATA: &str = "data belum ada";

/// What an answer says about the attempt. Anything odd is an error of the check and no verdict about the
/// attempt.
pub(crate) fn interpret(
    asked: &Asked<'_>,
    family: Family,
    answer: &Answer,
) -> Result<StatusReport, ProviderError> {
    let fields = wire::read_object(answer)?;
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the status in the answer names {what}")));
    }
    let verdict = verdict(Some(family), &fields)
        .ok_or_else(|| no_verdict(asked, &fields))
        .and_then(|verdict| {
            // A look-up that finds nothing may repeat nothing; anything else says whose it is.
            if asked.is_named(&fields) || verdict == StatusVerdict::NotFound {
                return Ok(verdict);
            }
            Err(unreadable("the status in the answer does not name our reference"))
        })?;
    let mut observed = observe(answer, &fields);
    shown(&mut observed, &verdict, &fields);
    if verdict == StatusVerdict::Succeeded {
        observed.receipt = Some(Box::new(receipt(family, &fields)));
    }
    Ok(StatusReport { verdict, observed })
}

/// The verdict that these fields hold about the transaction they are of, if they hold one. A callback does not
/// know its family.
///
/// Only a refusal that formed a transaction is one: a look-up of a prepaid purchase is the same purchase once
/// more, and is refused at the door (no deposit left, price above the cap, bought today already, another
/// address of ours) before anybody looks whether there is a transaction under its reference.
pub(crate) fn verdict(family: Option<Family>, fields: &Fields) -> Option<StatusVerdict> {
    if says_no_data(fields) {
        return Some(StatusVerdict::NotFound);
    }
    let Standing::Listed(row) = Standing::of(fields) else { return None };
    match row.meaning {
        // So stands a bill that was only asked about.
        Meaning::Succeeded if !shows_payment(family, fields) => None,
        Meaning::Succeeded => Some(StatusVerdict::Succeeded),
        // A timeout stays one, however often it is repeated: a person decides it.
        Meaning::Pending | Meaning::TimedOut => Some(StatusVerdict::Pending),
        Meaning::NotFound => Some(StatusVerdict::NotFound),
        Meaning::Reversed => Some(StatusVerdict::Reversed),
        // Refused, and yet delivered: one of both is wrong.
        Meaning::Refused(..) if holds_serial(fields) => None,
        Meaning::Refused(..) if row.formed => row.rejection().map(StatusVerdict::Rejected),
        // That a bill is paid already is none either: perhaps this very transaction paid it. Nor is that the
        // question came too often, or at the wrong hour.
        Meaning::RefusedAtInquiry(..)
        | Meaning::RefusedNow(..)
        | Meaning::Refused(..)
        | Meaning::ReferenceTaken
        | Meaning::Elsewhere => None,
    }
}

/// The money that a verdict says moved.
pub(crate) fn shown(observed: &mut Observed, verdict: &StatusVerdict, fields: &Fields) {
    let timed_out = !fields.text("status").is_some_and(|word| word.eq_ignore_ascii_case("pending"));
    match verdict {
        StatusVerdict::Succeeded => money(observed, fields),
        StatusVerdict::Pending if !timed_out => money(observed, fields),
        _ => {}
    }
}

fn says_no_data(fields: &Fields) -> bool {
    let message = fields.line("message").unwrap_or_default().to_ascii_lowercase();
    let stands = ["sukses", "pending"]
        .into_iter()
        .any(|word| fields.text("status").is_some_and(|status| status.eq_ignore_ascii_case(word)));
    message.trim_end_matches('.') == NO_DATA && !stands
}

fn no_verdict(asked: &Asked<'_>, fields: &Fields) -> ProviderError {
    let personal = asked.personal(fields);
    let refused = refused_read(fields, &personal);
    if refused.kind != ProviderErrorKind::Unreadable {
        return refused;
    }
    unreadable(format!("the answer holds no verdict: {}", said(fields, &personal)))
}

pub(crate) fn unreadable(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, message)
}
