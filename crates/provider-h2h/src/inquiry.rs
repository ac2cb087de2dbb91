//! What the answers to an inquiry and to the question for the balance mean.

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Bill, FamilyDetails, InquiryToken, RefusalCode, Rejection, Rupiah, Sensitive};

use crate::pay::About;
use crate::reading::Reading;
use crate::receipt::{lines, total};
use crate::reply::{Groups, Reply};
use crate::rules::{Call, Verdict};

/// The bill in an answer.
pub(crate) fn interpret(about: &About<'_>, answer: &Answer) -> Result<Bill, ProviderError> {
    let groups = read(about, Call::Inquiry, &Verdict::Bill, answer)?;
    if let Some(what) = about.asked.contradiction(&groups) {
        return Err(unreadable(format!("the bill in the answer names {what}")));
    }
    for amount in ["bill", "admin", "penalty", "total", "cost"] {
        if groups.text(amount).is_some() && groups.money(amount).is_none() {
            return Err(unreadable(format!("{amount} in the answer is no amount")));
        }
    }
    let total = total(&groups).filter(|total| total.is_positive());
    let total = total.ok_or_else(|| unreadable("the answer states no total"))?;
    let token = about.centre.inquiry.as_ref().map(|inquiry| carried(&inquiry.carry, &groups));
    let periods = groups.text("period").unwrap_or_default().split(',').map(str::trim);
    let admin = groups.money("admin");
    let computed = || total.minus(admin?).ok();
    Ok(Bill {
        customer_name: groups.text("name").map(Sensitive::new),
        periods: periods.filter(|period| !period.is_empty()).map(str::to_owned).collect(),
        amount: groups.money("bill").or_else(computed),
        admin,
        penalty: groups.money("penalty"),
        total,
        // Where nothing was debited yet, some answer 0.
        cost: groups.money("cost").filter(|cost| cost.is_positive()),
        details: FamilyDetails::None,
        lines: lines(about.family, &groups),
        token: token.transpose()?.flatten(),
    })
}

/// The balance in an answer.
pub(crate) fn balance(about: &About<'_>, answer: &Answer) -> Result<Rupiah, ProviderError> {
    let groups = read(about, Call::Balance, &Verdict::Balance, answer)?;
    groups.money("balance").ok_or_else(|| unreadable("the answer states no readable balance"))
}

fn read(
    about: &About<'_>,
    call: Call,
    wanted: &Verdict,
    answer: &Answer,
) -> Result<Groups, ProviderError> {
    check_http(answer)?;
    let reply = Reply::read(about.centre, &answer.body).filter(|_| !answer.truncated_by_cap);
    let reply = reply.ok_or_else(|| unreadable("the answer is not in the centre's format"))?;
    match about.centre.reading(call, about.family, &reply) {
        Reading::Says(verdict, groups) if verdict == *wanted => Ok(groups),
        Reading::Says(Verdict::Refused(no), groups) => Err(refused(about, &reply, &groups, no)),
        Reading::Says(..) | Reading::Unlisted | Reading::Nameless | Reading::Odd(_) => {
            let shown = about.shown(&reply, &reply.groups(), "");
            Err(unreadable(format!("the answer is on no list: {shown}")))
        }
        Reading::Contradictory(rules) => {
            let rules = rules.join(" and ");
            Err(unreadable(format!("the rules {rules} contradict each other")))
        }
    }
}

/// What the payment must carry, as a text of our own; an error if the answer lacks some of it.
fn carried(names: &[String], groups: &Groups) -> Result<Option<InquiryToken>, ProviderError> {
    if names.is_empty() {
        return Ok(None);
    }
    let mut carried = BTreeMap::new();
    for name in names {
        let value = groups.text(name);
        let value = value.ok_or_else(|| unreadable(format!("the answer lacks {name}")))?;
        carried.insert(name, value);
    }
    let text = serde_json::to_string(&carried);
    let text = text.map_err(|_| unreadable("what must be carried cannot be written"))?;
    Ok(Some(InquiryToken(Sensitive::new(text))))
}

/// HTTP says how the question fared, never what became of a payment.
pub(crate) fn check_http(answer: &Answer) -> Result<(), ProviderError> {
    let kind = match answer.status {
        200 => return Ok(()),
        401 | 403 => ProviderErrorKind::Credentials,
        429 => ProviderErrorKind::RateLimited,
        500..=599 => ProviderErrorKind::Transport,
        _ => ProviderErrorKind::Unreadable,
    };
    let message = format!("the centre answered with HTTP status {}", answer.status);
    Err(ProviderError::new(kind, message))
}

/// The error of a refused question.
pub(crate) fn refused(
    about: &About<'_>,
    reply: &Reply,
    groups: &Groups,
    no: Rejection,
) -> ProviderError {
    let message = format!("the centre refused: {}", about.shown(reply, groups, ""));
    let kind = if no.code == RefusalCode::Credentials {
        ProviderErrorKind::Credentials
    } else {
        ProviderErrorKind::Refused(no)
    };
    ProviderError::new(kind, message)
}

pub(crate) fn is_credentials(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Refused(no) if no.code == RefusalCode::Credentials)
}

pub(crate) fn unreadable(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, message)
}
