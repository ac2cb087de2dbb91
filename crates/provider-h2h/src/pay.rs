//! What the answer to a payment means.

use std::fmt::Write as _;

use ppob_http::{Answer, SendResult};
use ppob_types::{Family, Observed, PayAnswer, PayOutcome, RefusalCode, UnknownCause};
use secrecy::SecretString;

use crate::centre::Centre;
use crate::reading::{Asked, Reading};
use crate::receipt::{masked, observe, receipt};
use crate::reply::{Groups, Reply};
use crate::rules::{Call, Demand, Test, Verdict};

/// What a call was about, and who asked.
pub(crate) struct About<'a> {
    pub(crate) centre: &'a Centre,
    pub(crate) family: Family,
    pub(crate) asked: Asked<'a>,
    pub(crate) secrets: &'a [SecretString],
}

/// What became of a payment. Whatever is not understood is unknown, never refused.
pub(crate) fn interpret(about: &About<'_>, sent: SendResult) -> PayAnswer {
    let answer = match sent {
        SendResult::NotSent(cause) => return PayAnswer::not_sent(cause),
        SendResult::Lost { cause, partial } => {
            let observed = partial.map(|answer| about.bare(&answer));
            return unknown(cause, observed.unwrap_or_default());
        }
        SendResult::Answered(answer) => answer,
    };
    if answer.status != 200 {
        return unknown(UnknownCause::HttpStatus, about.bare(&answer));
    }
    if answer.truncated_by_cap {
        return unknown(UnknownCause::Unreadable, about.bare(&answer));
    }
    let Some(reply) = Reply::read(about.centre, &answer.body) else {
        return unknown(UnknownCause::Unreadable, about.bare(&answer));
    };
    judge(about, &answer, &reply)
}

fn judge(about: &About<'_>, answer: &Answer, reply: &Reply) -> PayAnswer {
    let (verdict, groups) = match about.centre.reading(Call::Pay, about.family, reply) {
        Reading::Says(verdict, groups) => (verdict, groups),
        Reading::Unlisted => return about.unlisted(answer, reply, ""),
        Reading::Nameless => {
            let mut observed = about.bare(answer);
            observed.unlisted =
                Some(about.shown(reply, &reply.groups(), "without our reference: "));
            return unknown(UnknownCause::Unlisted, observed);
        }
        Reading::Contradictory(rules) => {
            let rules = format!("the rules {} contradict each other: ", rules.join(" and "));
            return about.unlisted(answer, reply, &rules);
        }
        Reading::Odd(what) => return about.unlisted(answer, reply, &format!("{what}: ")),
    };
    let mut observed = observe(answer, &groups, about.secrets);
    if about.asked.contradiction(&groups).is_some() {
        // Without anything of it: another customer's token must never be printed on ours, nor another
        // payment's reference be asked by.
        return unknown(UnknownCause::Mismatch, about.bare(answer));
    }
    let outcome = match verdict {
        Verdict::Success => {
            observed.receipt = Some(Box::new(receipt(about.family, &groups)));
            PayOutcome::Succeeded
        }
        Verdict::Pending if about.can_ask(&observed) => PayOutcome::Pending,
        Verdict::Pending => PayOutcome::Unknown(UnknownCause::NoReference),
        // The bill was read as owed seconds before. If it is paid now, it may be us who paid it.
        Verdict::Refused(no) if no.code != RefusalCode::BillAlreadyPaid => PayOutcome::Rejected(no),
        // Something is there: an earlier call of ours, or another payment for the same number. So nothing that
        // it is known by may be kept, lest a check finds that one.
        Verdict::Exists => {
            observed = about.bare(answer);
            observed.unlisted = Some(about.shown(reply, &groups, ""));
            PayOutcome::Unknown(UnknownCause::Unlisted)
        }
        _ => {
            observed.unlisted = Some(about.shown(reply, &groups, ""));
            PayOutcome::Unknown(UnknownCause::Unlisted)
        }
    };
    PayAnswer { outcome, observed }
}

impl About<'_> {
    /// What an answer shows that says nothing.
    pub(crate) fn bare(&self, answer: &Answer) -> Observed {
        observe(answer, &Groups::default(), self.secrets)
    }

    fn can_ask(&self, observed: &Observed) -> bool {
        use crate::description::FindsBy;
        self.centre.status.as_ref().is_some_and(|status| match status.finds_by {
            FindsBy::Ref => true,
            FindsBy::Trx => observed.provider_ref.is_some(),
        })
    }

    fn unlisted(&self, answer: &Answer, reply: &Reply, before: &str) -> PayAnswer {
        let groups = reply.groups();
        let mut observed = if self.asked.contradiction(&groups).is_none() {
            observe(answer, &groups, self.secrets)
        } else {
            self.bare(answer)
        };
        observed.unlisted = Some(self.shown(reply, &groups, before));
        unknown(UnknownCause::Unlisted, observed)
    }

    /// A reply for the operator's list.
    pub(crate) fn shown(&self, reply: &Reply, groups: &Groups, before: &str) -> String {
        let mut personal = Vec::new();
        personal.extend(self.asked.dest);
        personal.extend(groups.text("name"));
        match reply {
            Reply::Text(line) => format!("{before}{}", masked(line, &personal, self.secrets)),
            Reply::Json { fields, .. } => {
                let mut shown = before.to_owned();
                for field in self.centre.deciding_fields() {
                    let value = fields.get(field).map_or("(none)", String::as_str);
                    // A code is what the operator has to know.
                    let is_code =
                        value.len() <= 4 && value.bytes().all(|b| b.is_ascii_alphanumeric());
                    let value = if is_code {
                        crate::receipt::without_secrets(value, self.secrets)
                    } else {
                        masked(value, &personal, self.secrets)
                    };
                    let _infallible = write!(shown, "{field}: {value}; ");
                }
                let reason = groups.text("reason").unwrap_or("(no reason)");
                shown.push_str(&masked(reason, &personal, self.secrets));
                shown
            }
        }
    }
}

impl Centre {
    /// The JSON fields that rules look whole words up in.
    fn deciding_fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = Vec::new();
        for rule in &self.rules {
            let Test::Fields(conditions) = &rule.test else { continue };
            for condition in conditions {
                let field = condition.field.as_str();
                if matches!(condition.demand, Demand::Is(_)) && !fields.contains(&field) {
                    fields.push(field);
                }
            }
        }
        fields
    }
}

fn unknown(cause: UnknownCause, observed: Observed) -> PayAnswer {
    PayAnswer { outcome: PayOutcome::Unknown(cause), observed }
}
