//! What the answer to a status check means. Whatever is odd is an error of the check, and no verdict about
//! the payment.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Observed, ProviderRef, RefusalCode, StatusReport, StatusVerdict};

use crate::inquiry::{check_http, is_credentials, refused, unreadable};
use crate::pay::About;
use crate::reading::Reading;
use crate::receipt::{observe, receipt};
use crate::reply::Reply;
use crate::rules::{Call, Verdict};

/// What an answer says about the payment that is known to the centre as `known`, if it is.
pub(crate) fn interpret(
    about: &About<'_>,
    known: Option<&ProviderRef>,
    answer: &Answer,
) -> Result<StatusReport, ProviderError> {
    check_http(answer)?;
    let reply = Reply::read(about.centre, &answer.body).filter(|_| !answer.truncated_by_cap);
    let reply = reply.ok_or_else(|| unreadable("the answer is not in the centre's format"))?;
    let (verdict, groups) = match about.centre.reading(Call::Status, about.family, &reply) {
        Reading::Says(verdict, groups) => (verdict, groups),
        Reading::Unlisted => {
            let shown = about.shown(&reply, &reply.groups(), "");
            return Err(unreadable(format!("the answer is on no list: {shown}")));
        }
        Reading::Nameless => {
            let shown = about.shown(&reply, &reply.groups(), "");
            return Err(unreadable(format!(
                "the answer does not say which payment ended: {shown}"
            )));
        }
        Reading::Contradictory(rules) => {
            let rules = rules.join(" and ");
            return Err(unreadable(format!("the rules {rules} contradict each other")));
        }
        Reading::Odd(what) => {
            let shown = about.shown(&reply, &reply.groups(), "");
            return Err(unreadable(format!("the answer contradicts itself: {what}: {shown}")));
        }
    };
    if let Some(what) = about.asked.contradiction(&groups) {
        return Err(unreadable(format!("the answer names {what}")));
    }
    let named = groups.text("trx").and_then(ProviderRef::new);
    if named.as_ref().zip(known).is_some_and(|(named, known)| named != known) {
        return Err(unreadable("the answer names another reference of the centre"));
    }
    let is_ours = groups.text("ref").is_some() || (named.is_some() && known.is_some());
    let verdict = match verdict {
        // They are told to the customer, so they have to say whose they are.
        Verdict::Success | Verdict::Reversed | Verdict::Refused(_)
            if !is_ours && !is_credentials(&verdict) =>
        {
            return Err(unreadable(
                "the answer names neither our reference nor the centre's that we know",
            ));
        }
        // The check was refused, not the payment.
        Verdict::Refused(no) if no.code == RefusalCode::Credentials => {
            return Err(refused(about, &reply, &groups, no));
        }
        // Who paid it, if not we?
        Verdict::Refused(no) if no.code == RefusalCode::BillAlreadyPaid => {
            return Err(unreadable("the answer says that it was paid, not by whom"));
        }
        Verdict::Success => StatusVerdict::Succeeded,
        Verdict::Pending => StatusVerdict::Pending,
        Verdict::Refused(no) => StatusVerdict::Rejected(no),
        Verdict::Reversed => StatusVerdict::Reversed,
        Verdict::NotFound => StatusVerdict::NotFound,
        Verdict::Exists | Verdict::Bill | Verdict::Balance => {
            return Err(unreadable("the answer says that it exists, not what became of it"));
        }
    };
    let mut observed = observe(answer, &groups, about.secrets);
    match verdict {
        StatusVerdict::Succeeded | StatusVerdict::Pending => {
            observed.receipt = Some(Box::new(receipt(about.family, &groups)));
        }
        // Amounts of what was not found would be somebody else's.
        StatusVerdict::NotFound => observed = Observed { raw: observed.raw, ..Observed::default() },
        StatusVerdict::Rejected(_) | StatusVerdict::Reversed => {}
    }
    Ok(StatusReport { verdict, observed })
}
