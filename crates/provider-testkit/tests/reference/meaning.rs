//! What answers mean.

use ppob_http::{Answer, SendResult};
use ppob_provider::{
    AttemptRef, Callback, CallbackError, InquiryRequest, PayRequest, ProviderError,
    ProviderErrorKind, RawCallback,
};
use ppob_types::{
    AttemptId, Bill, Family, FamilyDetails, InquiryToken, NotSentCause, Observed, PayAnswer,
    PayOutcome, PlnPrepaidDetails, PlnToken, ProviderRef, Purchase, RawAnswer, Receipt,
    ReceiptLine, RefusalCode, RefusalScope, Rejection, Rupiah, Sensitive, StatusReport,
    StatusVerdict, UnknownCause,
};
use serde_json::Value;

use crate::flaw::Flaw;
use crate::protocol::proof;

/// One whole object.
pub(crate) fn read(answer: &Answer) -> Option<Value> {
    if answer.status != 200 || answer.truncated_by_cap {
        return None;
    }
    serde_json::from_slice(&answer.body).ok().filter(Value::is_object)
}

/// `20.700`, and nothing else.
pub(crate) fn money(text: &str) -> Option<Rupiah> {
    text.replace('.', "").parse().ok().map(Rupiah::new)
}

pub(crate) fn unreadable(message: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, message)
}

fn text<'a>(reply: &'a Value, name: &str) -> Option<&'a str> {
    reply.get(name)?.as_str()
}

fn rejection(rc: &str) -> Option<Rejection> {
    let (code, scope) = match rc {
        "02" => (RefusalCode::InsufficientBalance, RefusalScope::Provider),
        "03" => (RefusalCode::NumberInvalid, RefusalScope::Bill),
        "07" => (RefusalCode::Credentials, RefusalScope::Provider),
        _ => return None,
    };
    Some(Rejection { code, scope })
}

pub(crate) fn payment(request: &PayRequest, sent: SendResult, flaw: Option<Flaw>) -> PayAnswer {
    let has = |one: Flaw| flaw == Some(one);
    let mut answer = match sent {
        SendResult::NotSent(cause) => return PayAnswer::not_sent(cause),
        SendResult::Lost { .. } if has(Flaw::TakesLostForNotSent) => {
            return PayAnswer::not_sent(NotSentCause::Connect);
        }
        SendResult::Lost { cause, partial } => {
            let observed = partial.as_ref().map(raw).unwrap_or_default();
            return PayAnswer { outcome: PayOutcome::Unknown(cause), observed };
        }
        SendResult::Answered(answer) => answer,
    };
    if has(Flaw::MendsCutAnswers) && answer.body.last() == Some(&b'"') {
        answer.body.push(b'}');
    }
    if has(Flaw::ReadsBeyondTheCap) {
        answer.truncated_by_cap = false;
    }
    if has(Flaw::TakesGatewayErrorsForRefusals) && answer.status >= 500 {
        let rejection = Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider };
        return PayAnswer { outcome: PayOutcome::Rejected(rejection), observed: raw(&answer) };
    }
    let Some(reply) = read(&answer) else {
        let readable = answer.status == 200;
        let cause = if readable { UnknownCause::Unreadable } else { UnknownCause::HttpStatus };
        return PayAnswer { outcome: PayOutcome::Unknown(cause), observed: raw(&answer) };
    };
    let mut observed = observe(&answer, &reply, flaw);
    let outcome = if contradicts(&reply, &request.attempt, &request.purchase, request, flaw) {
        PayOutcome::Unknown(UnknownCause::Mismatch)
    } else {
        outcome(&reply, &mut observed, flaw)
    };
    if matches!(outcome, PayOutcome::Succeeded) && !has(Flaw::ForgetsTheReceipt) {
        observed.receipt = Some(Box::new(receipt(request.purchase.family, &reply, flaw)));
    }
    if has(Flaw::ForgetsTheRawAnswer) {
        observed.raw = None;
    }
    if has(Flaw::ForgetsTheReference) && outcome == PayOutcome::Pending {
        observed.provider_ref = None;
    }
    if has(Flaw::ShowsTheCustomer) {
        observed.unlisted = Some(request.purchase.customer.expose().to_owned());
    }
    PayAnswer { outcome, observed }
}

fn outcome(reply: &Value, observed: &mut Observed, flaw: Option<Flaw>) -> PayOutcome {
    let rc = text(reply, "rc").unwrap_or("none");
    match (rc, rejection(rc)) {
        ("00", _) => PayOutcome::Succeeded,
        ("01", _) => PayOutcome::Pending,
        (_, Some(mut rejection)) => {
            if flaw == Some(Flaw::BlamesTheBill) {
                rejection.scope = RefusalScope::Bill;
            }
            PayOutcome::Rejected(rejection)
        }
        (rc, None) => {
            observed.unlisted = Some(format!("rc {rc}"));
            match flaw {
                Some(Flaw::TakesUnlistedForRefused) if rc == "99" => {
                    PayOutcome::Rejected(Rejection {
                        code: RefusalCode::Other,
                        scope: RefusalScope::Provider,
                    })
                }
                Some(Flaw::TakesUnlistedForPaid) if rc == "99" => PayOutcome::Succeeded,
                _ => PayOutcome::Unknown(UnknownCause::Unlisted),
            }
        }
    }
}

fn contradicts(
    reply: &Value,
    attempt: &AttemptId,
    purchase: &Purchase,
    request: &PayRequest,
    flaw: Option<Flaw>,
) -> bool {
    let differs = |name: &str, asked: &str, believed: Flaw| {
        flaw != Some(believed) && text(reply, name).is_some_and(|said| said != asked)
    };
    let invented = flaw == Some(Flaw::InventsTheReference);
    differs("number", purchase.customer.expose(), Flaw::BelievesAnyCustomer)
        || differs("code", &request.provider_code, Flaw::BelievesAnyProduct)
        || !invented && differs("ref", attempt.as_str(), Flaw::BelievesAnyReference)
        || invented && text(reply, "ref").is_none_or(|said| !said.starts_with('X'))
}

fn observe(answer: &Answer, reply: &Value, flaw: Option<Flaw>) -> Observed {
    let amount = |name: &str| money(text(reply, name)?);
    let mut observed = Observed {
        provider_ref: text(reply, "id").and_then(ProviderRef::new),
        charged: amount("cost"),
        total: amount("total"),
        ..raw(answer)
    };
    if flaw == Some(Flaw::ReadsDotsAsDecimals) {
        let whole = text(reply, "cost").and_then(|cost| cost.split('.').next());
        observed.charged = whole.and_then(money);
    }
    observed
}

fn receipt(family: Family, reply: &Value, flaw: Option<Flaw>) -> Receipt {
    let token = text(reply, "sn").and_then(|sn| PlnToken::parse(sn).ok());
    let mut lines: Vec<ReceiptLine> = [("No. Pelanggan", "number"), ("Total", "total")]
        .into_iter()
        .filter_map(|(label, name)| Some(ReceiptLine::new(label, text(reply, name)?)))
        .collect();
    if let Some(token) = &token {
        lines.push(ReceiptLine::new("Token", token.grouped()));
    } else if flaw == Some(Flaw::PrintsAnyToken) {
        lines.push(ReceiptLine::new("Token", text(reply, "sn").unwrap_or_default()));
    }
    let details = match family {
        Family::PlnPrepaid => {
            FamilyDetails::PlnPrepaid(PlnPrepaidDetails { token, ..PlnPrepaidDetails::default() })
        }
        _ => FamilyDetails::None,
    };
    Receipt { details, lines, ..Receipt::default() }
}

fn raw(answer: &Answer) -> Observed {
    Observed { raw: Some(RawAnswer::new(&answer.body)), ..Observed::default() }
}

pub(crate) fn status(
    attempt: &AttemptRef,
    answer: &Answer,
    flaw: Option<Flaw>,
) -> Result<StatusReport, ProviderError> {
    let Some(reply) = read(answer) else {
        if flaw == Some(Flaw::TakesBrokenChecksForNotFound) {
            let observed = raw(answer);
            return Ok(StatusReport { verdict: StatusVerdict::NotFound, observed });
        }
        return Err(unreadable("the status is not readable"));
    };
    let differs = |name: &str, asked: &str| text(&reply, name).is_some_and(|said| said != asked);
    if differs("number", attempt.purchase.customer.expose()) {
        return Err(unreadable("the status names another customer"));
    }
    let rc = text(&reply, "rc").unwrap_or_default();
    let mut observed = observe(answer, &reply, None);
    let verdict = match (rc, rejection(rc)) {
        ("00", _) => StatusVerdict::Succeeded,
        ("01", _) => StatusVerdict::Pending,
        ("05", _) => StatusVerdict::Reversed,
        ("06", _) if flaw == Some(Flaw::TakesNotFoundForRefused) => {
            StatusVerdict::Rejected(Rejection {
                code: RefusalCode::Other,
                scope: RefusalScope::Provider,
            })
        }
        ("06", _) => StatusVerdict::NotFound,
        (_, Some(rejection)) => StatusVerdict::Rejected(rejection),
        (_, None) => return Err(unreadable("the status has a code that is on no list")),
    };
    if verdict == StatusVerdict::Succeeded {
        observed.receipt = Some(Box::new(receipt(attempt.purchase.family, &reply, flaw)));
    }
    Ok(StatusReport { verdict, observed })
}

pub(crate) fn bill(request: &InquiryRequest, answer: &Answer) -> Result<Bill, ProviderError> {
    let reply = read(answer).ok_or_else(|| unreadable("the bill is not readable"))?;
    if text(&reply, "number").is_some_and(|said| said != request.purchase.customer.expose()) {
        return Err(unreadable("the bill names another customer"));
    }
    match text(&reply, "rc") {
        Some("00") => {}
        Some("07") => {
            return Err(ProviderError::new(ProviderErrorKind::Credentials, "the key is refused"));
        }
        rc => {
            return Err(match rc.and_then(rejection) {
                Some(no) => ProviderError::new(ProviderErrorKind::Refused(no), "it is refused"),
                None => unreadable("the bill has a code that is on no list"),
            });
        }
    }
    let amount = |name: &str| text(&reply, name).and_then(money);
    let token = text(&reply, "bond").map(|bond| InquiryToken(Sensitive::new(bond)));
    let missing = || unreadable("the bill has no total or no bond");
    Ok(Bill {
        customer_name: None,
        periods: Vec::new(),
        amount: amount("bill"),
        admin: amount("admin"),
        penalty: None,
        total: amount("total").ok_or_else(missing)?,
        cost: amount("cost"),
        details: FamilyDetails::None,
        lines: Vec::new(),
        token: Some(token.ok_or_else(missing)?),
    })
}

pub(crate) fn balance(answer: &Answer) -> Result<Rupiah, ProviderError> {
    let reply = read(answer).ok_or_else(|| unreadable("the balance is not readable"))?;
    let balance = text(&reply, "balance").and_then(money);
    balance.ok_or_else(|| unreadable("there is no balance"))
}

pub(crate) fn callback(
    key: &str,
    raw: &RawCallback,
    flaw: Option<Flaw>,
) -> Result<Callback, CallbackError> {
    let proved = raw.headers.iter().find(|(name, _)| name == "x-proof").map(|(_, proof)| proof);
    let early =
        if flaw == Some(Flaw::ReadsCallbacksBeforeTheirProof) { parsed(raw)? } else { Value::Null };
    match proved {
        None if flaw == Some(Flaw::TakesUnsignedCallbacks) => {}
        Some(said) if said.expose() == proof(key, &raw.body) => {}
        _ => return Err(CallbackError::NotAuthentic),
    }
    let said = if early.is_null() { parsed(raw)? } else { early };
    if said.get("ping").is_some() {
        return Err(CallbackError::Ping);
    }
    let rc = text(&said, "rc").ok_or(CallbackError::Unreadable)?;
    let verdict = match (rc, rejection(rc)) {
        ("00", _) => StatusVerdict::Succeeded,
        ("01", _) => StatusVerdict::Pending,
        (_, Some(rejection)) => StatusVerdict::Rejected(rejection),
        (_, None) => return Err(CallbackError::Unreadable),
    };
    let observed = Observed { raw: Some(RawAnswer::new(&raw.body)), ..Observed::default() };
    Ok(Callback {
        attempt: text(&said, "ref").and_then(|attempt| AttemptId::parse(attempt).ok()),
        provider_ref: None,
        customer: text(&said, "number").map(Sensitive::new),
        provider_code: text(&said, "code").map(str::to_owned),
        report: StatusReport { verdict, observed },
    })
}

fn parsed(raw: &RawCallback) -> Result<Value, CallbackError> {
    serde_json::from_slice(&raw.body).map_err(|_| CallbackError::Unreadable)
}
