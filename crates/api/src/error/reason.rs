//! What a row of the table of errors says.

use std::fmt;

use tonic::Code;

pub use super::table::words::*;

/// One kind of error: a stable word and everything that is true whenever it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The stable word in `ErrorInfo.reason`.
    pub word: &'static str,
    /// The gRPC code it comes with.
    pub code: Code,
    /// What `accepted` in the metadata says; questions never have it.
    pub accepted: Accepted,
    /// What it carries besides `ErrorInfo` and `LocalizedMessage`.
    pub details: &'static [Detail],
    /// The keys its metadata may have besides `accepted`.
    pub metadata: &'static [&'static str],
    /// What happened.
    pub happened: &'static str,
    /// What it means for the money.
    pub money: &'static str,
    /// What to do.
    pub action: &'static str,
    /// A sentence for people, in Indonesian.
    pub indonesian: &'static str,
}

/// What an error says about whether the call was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The call did nothing and will do nothing.
    No,
    /// It is not known.
    Unknown,
    /// Sometimes the one, sometimes the other: the metadata tells.
    Depends,
    /// Nothing; it does not speak of a payment that is asked for.
    Unsaid,
}

/// A further message of `google.rpc` in an error's details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Which fields are wrong, and how.
    BadRequest,
    /// What has to change in the world first.
    PreconditionFailure,
    /// Which limit was reached.
    QuotaFailure,
    /// What was not found.
    ResourceInfo,
    /// When to try again.
    RetryInfo,
}

impl Reason {
    /// The row of a word; none if this version does not know it.
    pub fn of(word: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|reason| reason.word == word)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)
    }
}

impl Detail {
    /// The name of the message, without its package.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "BadRequest",
            Self::PreconditionFailure => "PreconditionFailure",
            Self::QuotaFailure => "QuotaFailure",
            Self::ResourceInfo => "ResourceInfo",
            Self::RetryInfo => "RetryInfo",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_unique_and_of_the_form_that_error_info_asks_for() {
        let words: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.word).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        assert!(words.iter().copied().eq(ALL.iter().copied().collect::<BTreeSet<_>>()));
        for word in words {
            assert!(word.len() <= 63, "{word}");
            assert!(word.starts_with(|c: char| c.is_ascii_uppercase()), "{word}");
            assert!(word.ends_with(|c: char| c.is_ascii_uppercase()), "{word}");
            assert!(word.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{word}");
        }
    }

    #[test]
    fn every_row_says_what_happened_what_it_means_for_the_money_and_what_to_do() {
        const OF_MONEY: [&str; 8] =
            ["paid", "pay", "money", "changed", "accepted", "recorded", "done", "did nothing"];
        for reason in Reason::ALL {
            for sentence in [reason.happened, reason.money, reason.action, reason.indonesian] {
                assert!(sentence.len() > 10 && sentence.ends_with('.'), "{reason}: {sentence}");
            }
            assert!(OF_MONEY.iter().any(|word| reason.money.contains(word)), "{reason}");
            assert_ne!(reason.happened, reason.money, "{reason}");
        }
    }

    #[test]
    fn nothing_promises_that_a_payment_was_not_accepted_while_it_may_be() {
        for reason in Reason::ALL.iter().filter(|reason| reason.money.contains("may have been")) {
            assert_ne!(reason.accepted, Accepted::No, "{reason}");
        }
        assert_eq!(Reason::INTERNAL.accepted, Accepted::Unknown);
    }

    #[test]
    fn a_row_is_found_by_its_word_only() {
        assert_eq!(Reason::of("PAYMENT_OPEN"), Some(Reason::PAYMENT_OPEN));
        assert_eq!(Reason::of(PAYMENT_OPEN).map(|reason| reason.code), Some(Code::Aborted));
        assert_eq!(Reason::of("NO_SUCH_WORD"), None);
    }
}
