//! The cases: each a sentence, each in the file of what it is about.

mod account;
mod answers;
mod bills;
mod callbacks;
mod capability;
mod connection;
mod money;
mod other_checks;
mod prices;
mod privacy;
mod refusals;
mod sending;
mod settings;
mod status;
mod strangers;
mod tokens;
mod verdicts;

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{PayOutcome, UnknownCause};

use crate::case::Case;
use crate::check::{Checked, ensure, fail};
use crate::ground::Paid;
use crate::manner::{After, Manner};

/// Cases about one thing.
pub(crate) struct Group {
    pub(crate) cases: &'static [Case],
    /// The files of a provider crate that make them true.
    pub(crate) place: &'static str,
}

/// Every case, in the order of the report.
pub(crate) const GROUPS: [Group; 17] = [
    group(settings::CASES, "src/config.rs"),
    group(capability::CASES, "src/provider.rs"),
    group(connection::CASES, "src/provider.rs"),
    group(answers::CASES, "src/wire.rs, src/pay.rs"),
    group(sending::CASES, "src/provider.rs"),
    group(verdicts::CASES, "src/codes.rs, src/pay.rs"),
    group(refusals::CASES, "src/codes.rs, src/pay.rs"),
    group(strangers::CASES, "src/echo.rs"),
    group(money::CASES, "src/receipt.rs, src/amount.rs"),
    group(tokens::CASES, "src/families.rs"),
    group(status::CASES, "src/status.rs, src/codes.rs"),
    group(other_checks::CASES, "src/status.rs, src/codes.rs"),
    group(bills::CASES, "src/inquiry.rs"),
    group(prices::CASES, "src/prices.rs, src/mapping.rs"),
    group(account::CASES, "src/balance.rs"),
    group(callbacks::CASES, "src/callback.rs"),
    group(privacy::CASES, "src/codes.rs, src/provider.rs"),
];

const fn group(cases: &'static [Case], place: &'static str) -> Group {
    Group { cases, place }
}

/// Nobody knows, and something may have been sent.
fn unknown(paid: &Paid) -> Checked {
    match &paid.answer.outcome {
        PayOutcome::Unknown(_) => {
            ensure(paid.may_have_sent, || "Unknown, although nothing was sent".to_owned())
        }
        other => fail(format!("{other:?}, and not Unknown")),
    }
}

fn unknown_because(paid: &Paid, cause: UnknownCause) -> Checked {
    let outcome = &paid.answer.outcome;
    ensure(*outcome == PayOutcome::Unknown(cause), || {
        format!("{outcome:?}, and not Unknown({cause:?})")
    })
}

/// An error of the question, and no verdict about what it asks for.
fn no_refusal<T>(answer: Result<T, ProviderError>) -> Checked {
    match answer {
        Ok(_) => fail("it was answered as if nothing had happened"),
        Err(ProviderError { kind: ProviderErrorKind::Refused(rejection), .. }) => {
            fail(format!("it was taken as refused: {rejection:?}"))
        }
        Err(ProviderError { kind: ProviderErrorKind::Unsupported, .. }) => {
            fail("it is Unsupported all of a sudden")
        }
        Err(_) => Ok(()),
    }
}

/// Words of servers that are not the provider's format, whatever that is.
const NONSENSE: [&str; 9] = [
    "",
    " \n",
    "null",
    "true",
    "42",
    "[]",
    "{}",
    "[[[[[[[[",
    "{\"error\":{\"message\":\"\\u0000\"}}",
];

/// What happens to answers of reads, and must never be taken for what they ask for.
fn broken_answers() -> Vec<(String, Manner)> {
    let mut broken = vec![
        ("no answer".to_owned(), Manner::Lost(After::End)),
        ("a reset".to_owned(), Manner::Lost(After::Reset)),
        ("half a head".to_owned(), Manner::HalfHead),
        ("half a body".to_owned(), Manner::CutShort(After::End)),
        ("no HTTP".to_owned(), Manner::Garbage),
        ("a page".to_owned(), Manner::page(200)),
        ("a redirect".to_owned(), Manner::Redirect("http://127.0.0.1:1/".to_owned())),
    ];
    for status in [404, 429, 500, 502, 503, 504] {
        broken.push((format!("a page with status {status}"), Manner::page(status)));
    }
    for status in [500, 502] {
        broken.push((format!("the true answer with status {status}"), Manner::Status(status)));
    }
    for text in NONSENSE {
        broken.push((format!("{text:?}"), Manner::Page(200, text.as_bytes().to_vec())));
    }
    broken
}
