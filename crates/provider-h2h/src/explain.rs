//! How a reply would be read, rule by rule, for the person who writes a description.

use ppob_types::{Family, RefusalScope, Rejection};

use crate::centre::Centre;
use crate::reading::Reading;
use crate::reply::{Groups, MONEY, Reply};
use crate::rules::{Call, Verdict};

/// How a reply would be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Every rule for such replies, in the order of the description.
    pub rules: Vec<RuleTrial>,
    /// What the reply would be taken for.
    pub verdict: String,
    /// What that means for the money.
    pub meaning: String,
}

/// One rule, tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTrial {
    /// Its name.
    pub name: String,
    /// What it says, if it fits.
    pub verdict: String,
    /// Whether it fits.
    pub fits: bool,
    /// What it found, with numbers and names masked.
    pub groups: Vec<(String, String)>,
}

impl Centre {
    /// How the reply to a call would be read. Nothing is sent.
    pub fn explain(&self, call: Call, family: Family, reply: &str) -> Explanation {
        let Some(reply) = Reply::read(self, reply.as_bytes()) else {
            return Explanation {
                rules: Vec::new(),
                verdict: "unreadable: not in the format of the description, empty, or too long"
                    .to_owned(),
                meaning: nothing_known(call).to_owned(),
            };
        };
        let rules = self.rules.iter().filter(|rule| rule.is_for(call, family));
        let rules = rules.map(|rule| {
            let found = rule.find(&reply);
            RuleTrial {
                name: rule.name.clone(),
                verdict: said(&rule.verdict),
                fits: found.is_some(),
                groups: found.map(|groups| shown(&groups)).unwrap_or_default(),
            }
        });
        let rules = rules.collect();
        let (verdict, meaning) = match self.reading(call, family, &reply) {
            Reading::Says(verdict, _) => (said(&verdict), meaning(call, &verdict)),
            Reading::Unlisted => (
                "unlisted: no rule fits, or words like `timeout` and `proses` stand beside a refusal".to_owned(),
                nothing_known(call),
            ),
            Reading::Nameless => (
                "nameless: it does not say which payment ended; an end needs our reference (`ref`), and the \
                 refusal of a check the centre's transaction number (`trx`)"
                    .to_owned(),
                nothing_known(call),
            ),
            Reading::Odd(what) => (format!("odd: {what}"), nothing_known(call)),
            Reading::Contradictory(names) => (
                format!("contradictory: {} fit and say different things", names.join(" and ")),
                nothing_known(call),
            ),
        };
        Explanation { rules, verdict, meaning: meaning.to_owned() }
    }
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Refused(Rejection { code, scope }) => {
            let scope = match scope {
                RefusalScope::Bill => "bill",
                RefusalScope::Provider => "provider",
            };
            format!("refused ({}, scope {scope})", code.as_str())
        }
        verdict => verdict.word().to_owned(),
    }
}

const fn meaning(call: Call, verdict: &Verdict) -> &'static str {
    match (call, verdict) {
        (_, Verdict::Success) => "The payment is final and told to the caller as paid.",
        (_, Verdict::Pending) => {
            "The centre works on it. It stays open and is asked about; it is never paid again."
        }
        (Call::Pay | Call::Status, Verdict::Refused(no)) => match no.scope {
            RefusalScope::Bill => "Nothing was paid, and nobody else is asked.",
            RefusalScope::Provider => {
                "Nothing was paid here; another provider may be asked, as far as failover_on_refusal permits."
            }
        },
        (_, Verdict::Refused(_)) => "The question was refused. It says nothing about any payment.",
        (_, Verdict::Exists) => {
            "Something like it exists at the centre: in doubt. It is never paid again."
        }
        (_, Verdict::NotFound) => {
            "The centre does not find it. That refuses nothing: it stays in doubt."
        }
        (_, Verdict::Reversed) => "It was paid, and the money came back.",
        (_, Verdict::Bill) => "What is owed. No money moves.",
        (_, Verdict::Balance) => "Our deposit. No money moves.",
    }
}

const fn nothing_known(call: Call) -> &'static str {
    match call {
        Call::Pay => "In doubt: it may have been paid. It is asked about and never paid again.",
        Call::Status => "The check failed. It says nothing about the payment.",
        Call::Inquiry | Call::Balance => "The question failed. No money moves.",
    }
}

fn shown(groups: &Groups) -> Vec<(String, String)> {
    let shown = |(name, value): (&str, &str)| {
        let value = if MONEY.contains(&name) || name == "product" {
            value.to_owned()
        } else if name == "reason" {
            crate::receipt::masked(value, &[], &[])
        } else {
            masked(value)
        };
        (name.to_owned(), value)
    };
    groups.all().map(shown).collect()
}

/// The ends of a text, for a person who has to recognise it without reading it.
fn masked(value: &str) -> String {
    let count = value.chars().count();
    let tail: String = value.chars().skip(count.saturating_sub(2)).collect();
    if count > 4 { format!("••••{tail}") } else { "••••".to_owned() }
}
