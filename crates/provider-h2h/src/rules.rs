//! Which replies mean what, ready to be held against one.

use ppob_types::{Family, RefusalCode, RefusalScope, Rejection};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::reply::{Groups, Reply};

/// A question that a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// The call that pays.
    Pay,
    /// What became of a payment.
    Status,
    /// What is owed.
    Inquiry,
    /// Our deposit.
    Balance,
}

/// What a rule says, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Word {
    Success,
    Pending,
    Refused,
    /// Something with this reference exists already; not what became of it.
    Exists,
    NotFound,
    Reversed,
    Bill,
    Balance,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    Pending,
    Refused(Rejection),
    Exists,
    NotFound,
    Reversed,
    Bill,
    Balance,
}

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) calls: Vec<Call>,
    pub(crate) families: Option<Vec<Family>>,
    pub(crate) verdict: Verdict,
    pub(crate) test: Test,
}

/// When a rule applies.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// The whole text fits.
    Pattern(Regex),
    /// Every condition holds.
    Fields(Vec<Condition>),
}

/// A condition over one field of a JSON reply.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) field: String,
    pub(crate) demand: Demand,
}

/// What is demanded of the field.
#[derive(Clone, Debug)]
pub(crate) enum Demand {
    Is(String),
    Filled(bool),
    Pattern(Regex),
}

/// How large a compiled pattern may be, in bytes. Matching takes linear time in any case.
const COMPILED_LIMIT: usize = 1 << 20;

/// How long a pattern may be, in characters.
pub(crate) const PATTERN_LIMIT: usize = 2_000;

impl Call {
    /// The name, as a description writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Status => "status",
            Self::Inquiry => "inquiry",
            Self::Balance => "balance",
        }
    }

    /// Whether a verdict can be an answer to it.
    pub(crate) const fn takes(self, word: Word) -> bool {
        match self {
            Self::Pay => {
                matches!(word, Word::Success | Word::Pending | Word::Refused | Word::Exists)
            }
            Self::Status => !matches!(word, Word::Bill | Word::Balance),
            Self::Inquiry => matches!(word, Word::Bill | Word::Refused),
            Self::Balance => matches!(word, Word::Balance | Word::Refused),
        }
    }
}

impl Word {
    /// The calls that it answers where a rule names none.
    pub(crate) fn usual_calls(self) -> Vec<Call> {
        match self {
            Self::Success | Self::Pending | Self::Refused | Self::Exists => {
                vec![Call::Pay, Call::Status]
            }
            Self::NotFound | Self::Reversed => vec![Call::Status],
            Self::Bill => vec![Call::Inquiry],
            Self::Balance => vec![Call::Balance],
        }
    }

    /// The verdict, if code and scope are there exactly where they belong.
    pub(crate) fn verdict(
        self,
        code: Option<RefusalCode>,
        scope: Option<RefusalScope>,
    ) -> Option<Verdict> {
        Some(match (self, code, scope) {
            (Self::Refused, Some(code), Some(scope)) => Verdict::Refused(Rejection { code, scope }),
            (Self::Refused, _, _) | (_, Some(_), _) | (_, _, Some(_)) => return None,
            (Self::Success, None, None) => Verdict::Success,
            (Self::Pending, None, None) => Verdict::Pending,
            (Self::Exists, None, None) => Verdict::Exists,
            (Self::NotFound, None, None) => Verdict::NotFound,
            (Self::Reversed, None, None) => Verdict::Reversed,
            (Self::Bill, None, None) => Verdict::Bill,
            (Self::Balance, None, None) => Verdict::Balance,
        })
    }
}

impl Verdict {
    /// Whether a payment ends by it.
    pub(crate) const fn ends_a_payment(&self) -> bool {
        matches!(self, Self::Success | Self::Refused(_) | Self::Reversed)
    }

    /// The word of it.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pending => "pending",
            Self::Refused(_) => "refused",
            Self::Exists => "exists",
            Self::NotFound => "not-found",
            Self::Reversed => "reversed",
            Self::Bill => "bill",
            Self::Balance => "balance",
        }
    }
}

impl Rule {
    /// Whether it is about such a reply at all.
    pub(crate) fn is_for(&self, call: Call, family: Family) -> bool {
        self.calls.contains(&call)
            && self.families.as_ref().is_none_or(|families| families.contains(&family))
    }

    /// What it finds in a reply that it fits. `fields` are the groups of a JSON reply.
    pub(crate) fn find(&self, reply: &Reply) -> Option<Groups> {
        match (&self.test, reply) {
            (Test::Pattern(pattern), Reply::Text(line)) => Groups::captured(pattern, line),
            (Test::Fields(conditions), Reply::Json { fields, groups }) => {
                let holds = |one: &Condition| {
                    let value = fields.get(&one.field).map(|value| value.trim());
                    match &one.demand {
                        Demand::Is(wanted) => value == Some(wanted.as_str()),
                        Demand::Filled(filled) => {
                            value.is_some_and(|value| !value.is_empty()) == *filled
                        }
                        Demand::Pattern(pattern) => {
                            value.is_some_and(|value| pattern.is_match(value))
                        }
                    }
                };
                conditions.iter().all(holds).then(|| groups.clone())
            }
            _ => None,
        }
    }
}

/// A pattern for a whole reply (or field), small letters and capitals alike.
pub(crate) fn whole(pattern: &str) -> Result<Regex, String> {
    if pattern.chars().count() > PATTERN_LIMIT {
        return Err(format!("it has more than {PATTERN_LIMIT} characters"));
    }
    // Around the whole pattern, so that no alternative of it escapes the anchors.
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z"))
        .case_insensitive(true)
        .size_limit(COMPILED_LIMIT)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large when compiled".to_owned(),
            error => error.to_string(),
        })
}
