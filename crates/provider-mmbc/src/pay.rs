//! What the answer to `bayartagihan` means (document, *Bayar tagihan produk PPOB*).

use ppob_http::SendResult;
use ppob_types::{Observed, PayAnswer, PayOutcome, RawAnswer, RefusalCode, UnknownCause};

use crate::codes::{Refusals, masked};
use crate::echo::Asked;
use crate::families::token;
use crate::receipt::{observe, observe_unreadable, receipt};
use crate::wire::{self, Fields, Reply};

/// What became of a payment. Whatever is not understood is unknown, never refused.
pub(crate) fn interpret(asked: &Asked<'_>, sent: SendResult, refusals: &Refusals) -> PayAnswer {
    let answer = match sent {
        SendResult::NotSent(cause) => return PayAnswer::not_sent(cause),
        SendResult::Lost { cause, partial } => {
            let observed = partial.as_ref().map(observe_unreadable);
            return unknown(cause, observed.unwrap_or_default());
        }
        SendResult::Answered(answer) => answer,
    };
    let Ok(Reply::Object(fields)) = wire::read(&answer) else {
        let cause =
            if answer.status == 200 { UnknownCause::Unreadable } else { UnknownCause::HttpStatus };
        return unknown(cause, observe_unreadable(&answer));
    };
    let observed = observe(&answer, &fields);
    if answer.status != 200 {
        return unknown(UnknownCause::HttpStatus, observed);
    }
    match fields.text("result") {
        Some(ok) if ok.eq_ignore_ascii_case("ok") => accepted(asked, &fields, observed),
        Some(no) if no.eq_ignore_ascii_case("no") => refused(asked, &fields, observed, refusals),
        Some(other) => unlisted(asked, &fields, observed, &format!("result: {other}")),
        None => unknown(UnknownCause::Unreadable, observed),
    }
}

/// What the status word of an accepted payment says.
pub(crate) enum Standing {
    Confirmed,
    Pending,
    /// Another word, or none.
    Other(String),
}

impl Standing {
    pub(crate) fn of(fields: &Fields) -> Self {
        match fields.text("ppob_status") {
            Some(word) if word.eq_ignore_ascii_case("confirm") => Self::Confirmed,
            Some(word) if word.eq_ignore_ascii_case("pending") => Self::Pending,
            word => Self::Other(format!("ppob_status: {}", word.unwrap_or("(none)"))),
        }
    }
}

/// What may be personal in an answer and must not get into the list of unlisted replies.
pub(crate) fn personal<'a>(asked: &Asked<'a>, fields: &'a Fields) -> Vec<&'a str> {
    let mut personal = vec![asked.purchase.customer.expose()];
    personal.extend(fields.text("ppob_namapelanggan"));
    personal
}

fn accepted(asked: &Asked<'_>, fields: &Fields, mut observed: Observed) -> PayAnswer {
    if asked.contradiction(fields).is_some() {
        // Without the receipt: another customer's token must never be printed on ours. It stays in
        // the raw answer.
        return unknown(UnknownCause::Mismatch, observed);
    }
    observed.receipt = Some(Box::new(receipt(asked.purchase.family, fields)));
    let outcome = match Standing::of(fields) {
        Standing::Confirmed => PayOutcome::Succeeded,
        Standing::Pending if observed.provider_ref.is_some() => PayOutcome::Pending,
        Standing::Pending => PayOutcome::Unknown(UnknownCause::NoReference),
        // It may mean that it failed: nobody works on it then, and nobody would look.
        Standing::Other(word) => return unlisted(asked, fields, observed, &word),
    };
    PayAnswer { outcome, observed }
}

fn refused(
    asked: &Asked<'_>,
    fields: &Fields,
    observed: Observed,
    refusals: &Refusals,
) -> PayAnswer {
    let reason = reason(fields);
    let formed = is_formed(fields, &observed);
    match refusals.classify(reason) {
        // The bill was read as owed seconds before. If it is paid now, it may be us who paid it: MMBC
        // takes no reference, so it cannot tell a request that reached it twice from two requests.
        Some(rejection) if !formed && rejection.code != RefusalCode::BillAlreadyPaid => {
            PayAnswer { outcome: PayOutcome::Rejected(rejection), observed }
        }
        _ => unlisted(asked, fields, observed, reason),
    }
}

/// Whether a stored answer, as [`interpret`] would read it, is a refusal by these patterns. None of them
/// says "paid already".
pub(crate) fn is_refused(answer: &RawAnswer, refusals: &Refusals) -> bool {
    // What was cut is not readable when it comes, either.
    if answer.expose().len() >= RawAnswer::LIMIT {
        return false;
    }
    let Ok(Reply::Object(fields)) = wire::read_text(answer.expose()) else { return false };
    let says_no = fields.text("result").is_some_and(|no| no.eq_ignore_ascii_case("no"));
    let shown = Observed {
        provider_ref: fields.text("ppob_invoice").and_then(wire::reference),
        ..Observed::default()
    };
    says_no && !is_formed(&fields, &shown) && refusals.classify(reason(&fields)).is_some()
}

fn reason(fields: &Fields) -> &str {
    fields.text("reason").unwrap_or("(no reason)")
}

/// An invoice, a standing or a token means that something was formed, so a refusal is not all there is.
fn is_formed(fields: &Fields, observed: &Observed) -> bool {
    observed.provider_ref.is_some()
        || fields.text("ppob_status").is_some()
        || token(fields).is_some()
}

fn unlisted(asked: &Asked<'_>, fields: &Fields, mut observed: Observed, reply: &str) -> PayAnswer {
    observed.unlisted = Some(masked(reply, &personal(asked, fields)));
    unknown(UnknownCause::Unlisted, observed)
}

fn unknown(cause: UnknownCause, observed: Observed) -> PayAnswer {
    PayAnswer { outcome: PayOutcome::Unknown(cause), observed }
}

#[cfg(test)]
mod tests {
    use ppob_http::Answer;
    use ppob_types::{CustomerNumber, Family, Parameters, ProductCode, Purchase};

    use super::*;
    use crate::codes::RefusalPattern;

    const PATTERN: &str = "^error [^:]+: limit (harian|bulanan) habis$";

    fn purchase() -> Purchase {
        Purchase {
            product: ProductCode::new("PLN-POSTPAID").unwrap(),
            family: Family::PlnPostpaid,
            customer: CustomerNumber::parse(Family::PlnPostpaid, "530000000001").unwrap(),
            amount: None,
            parameters: Parameters::default(),
        }
    }

    #[test]
    fn a_trial_matches_exactly_what_the_configured_pattern_would_refuse() {
        let only = Refusals::only(PATTERN).unwrap();
        let configured = Refusals::new(&[RefusalPattern {
            pattern: PATTERN.to_owned(),
            code: RefusalCode::LimitReached,
            scope: ppob_types::RefusalScope::Bill,
        }])
        .unwrap();
        let purchase = purchase();
        let asked = Asked { purchase: &purchase, code: "PLN" };
        for (body, expected) in [
            (r#"{"result":"no","reason":"ERROR PLN 1: LIMIT HARIAN HABIS"}"#, true),
            ("notice {\"result\":\"NO\",\"reason\":\"ERROR PLN 1:\n LIMIT BULANAN  HABIS\"}", true),
            (r#"{"result":"no","reason":"ERROR PLN 1: LIMIT HARIAN HABIS, TUNGGU"}"#, false),
            (r#"{"result":"no","reason":"ERROR TIMEOUT: LIMIT HARIAN HABIS"}"#, false),
            (r#"{"result":"ok","reason":"ERROR PLN 1: LIMIT HARIAN HABIS"}"#, false),
            (
                r#"{"result":"no","reason":"ERROR PLN 1: LIMIT HARIAN HABIS","ppob_invoice":"12345678"}"#,
                false,
            ),
            (
                r#"{"result":"no","reason":"ERROR PLN 1: LIMIT HARIAN HABIS","ppob_status":"pending"}"#,
                false,
            ),
            (r#"{"result":"no","reason":"ERROR PLN 1: LIMIT HARIAN HABIS""#, false),
            (r#"{"reason":"ERROR PLN 1: LIMIT HARIAN HABIS"}"#, false),
            ("", false),
        ] {
            let raw = RawAnswer::new(body.as_bytes());
            assert_eq!(is_refused(&raw, &only), expected, "{body}");
            let answer =
                Answer { status: 200, body: body.as_bytes().to_vec(), truncated_by_cap: false };
            let read = interpret(&asked, SendResult::Answered(answer), &configured);
            let refused = matches!(read.outcome, PayOutcome::Rejected(_));
            assert_eq!(refused, expected, "{body}");
        }
    }

    #[test]
    fn a_pattern_that_the_configuration_refuses_is_not_tried() {
        for pattern in ["limit habis", "^.*$", "^(limit$"] {
            assert!(Refusals::only(pattern).is_err(), "{pattern}");
        }
    }
}
