//! What is known about an attempt whose outcome is not. Personal data is masked.

use ppob_api::v1;
use ppob_api::v1::EvidenceLeaning as Leaning;
use ppob_engine::{Found, ReviewDetails};
use ppob_journal::{Deposit, Note};
use ppob_payment::{Attempt, AttemptState, EvidenceKind};
use ppob_types::{Basis, Timestamp};

use super::scalar::{count, time};

/// What was learnt about attempts, and what operators added, oldest first.
pub(crate) fn gathered<'a>(
    attempts: impl Iterator<Item = &'a Attempt>,
    subject: u32,
    details: &ReviewDetails,
) -> Vec<v1::Evidence> {
    let mut found: Vec<Piece> = attempts.flat_map(of_attempt).collect();
    found.extend(details.deposits.iter().map(|deposit| of_deposit(deposit, subject)));
    found.extend(details.notes.iter().map(|note| of_note(note, subject)));
    // Stable: what is of one moment stays in the order in which it was found.
    found.sort_by_key(|piece| piece.at);
    found.into_iter().map(Piece::message).collect()
}

/// What a check brought.
pub(crate) fn of_check(
    found: Found,
    attempt: u32,
    at: Timestamp,
    conclusive: bool,
) -> v1::Evidence {
    let kind = match found {
        Found::BillGone | Found::BillStillThere | Found::Nothing => "REINQUIRY",
        Found::InBalances | Found::FitsBalances => "BALANCE",
        Found::Paid
        | Found::Pending
        | Found::Refused
        | Found::NotFound
        | Found::GivenBack
        | Found::Underway => "STATUS_CHECK",
    };
    let leaning = match found {
        Found::Paid | Found::BillGone | Found::InBalances | Found::FitsBalances => {
            Leaning::Executed
        }
        Found::Refused | Found::GivenBack | Found::BillStillThere => Leaning::NotExecuted,
        Found::Pending | Found::NotFound | Found::Nothing | Found::Underway => Leaning::None,
    };
    let text = format!("Asked now: {}.", found.as_str());
    let piece = Piece { kind, at, attempt, text, leaning };
    v1::Evidence { conclusive, ..piece.message() }
}

struct Piece {
    kind: &'static str,
    at: Timestamp,
    attempt: u32,
    text: String,
    leaning: Leaning,
}

impl Piece {
    fn message(self) -> v1::Evidence {
        v1::Evidence {
            kind: self.kind.to_owned(),
            observe_time: Some(time(self.at)),
            attempt_number: count(self.attempt),
            text: self.text,
            leaning: self.leaning.into(),
            // What alone settles an attempt settles it at once and waits for nobody.
            conclusive: false,
        }
    }
}

fn of_attempt(attempt: &Attempt) -> Vec<Piece> {
    let piece = |kind, at, text: String, leaning| Piece {
        kind,
        at,
        attempt: attempt.number,
        text,
        leaning,
    };
    let mut pieces = Vec::new();
    let answered_at = attempt.begun_at;
    if let Some(text) = &attempt.observed.unlisted {
        let text = format!("The provider answered with words that are on no list: {text}");
        pieces.push(piece("ANSWER", answered_at, text, Leaning::None));
    }
    if let AttemptState::Unknown(cause) = &attempt.state {
        let text = format!("The outcome became unknown: {}.", cause.as_str());
        pieces.push(piece("ANSWER", attempt.changed_at, text, Leaning::None));
    }
    if let Some(reference) = &attempt.observed.provider_ref {
        let text = format!("An answer names the provider's own number {reference}.");
        pieces.push(piece("ANSWER", answered_at, text, Leaning::Executed));
    }
    if let Some(balance) = attempt.observed.balance_after {
        let text = format!("An answer states a balance of {balance}.");
        pieces.push(piece("BALANCE", answered_at, text, Leaning::None));
    }
    if let Some(at) = attempt.checked_at {
        let text = format!("The engine asked {} times, this time last.", attempt.checks);
        pieces.push(piece("STATUS_CHECK", at, text, Leaning::None));
    }
    for hint in &attempt.evidence {
        let (kind, found, leaning) = match hint.kind {
            EvidenceKind::BillGone => ("REINQUIRY", Found::BillGone, Leaning::Executed),
            EvidenceKind::BillStillThere => {
                ("REINQUIRY", Found::BillStillThere, Leaning::NotExecuted)
            }
            EvidenceKind::NotFound => ("STATUS_CHECK", Found::NotFound, Leaning::None),
            EvidenceKind::FitsBalances => ("BALANCE", Found::FitsBalances, Leaning::Executed),
        };
        pieces.push(piece(kind, hint.at, sentence(found.as_str()), leaning));
    }
    if let Some(charge) = &attempt.late_charge {
        let kind = match charge.basis {
            Basis::Callback => "CALLBACK",
            Basis::Status => "STATUS_CHECK",
            Basis::Statement => "STATEMENT",
            Basis::BalanceChain => "BALANCE",
            Basis::ProviderAnswer | Basis::Operator | Basis::Engine => "ANSWER",
        };
        let text = "A charge was found after the attempt had been taken as dead.".to_owned();
        pieces.push(piece(kind, charge.found_at, text, Leaning::Executed));
    }
    pieces
}

fn of_deposit(deposit: &Deposit, attempt: u32) -> Piece {
    let text = format!(
        "{} recorded {} as credited: a balance that moved by it says nothing of payments.",
        deposit.who.actor, deposit.amount
    );
    Piece { kind: "DEPOSIT", at: deposit.credited_at, attempt, text, leaning: Leaning::None }
}

/// Its text may hold personal data, so it stands in the notes only.
fn of_note(note: &Note, attempt: u32) -> Piece {
    let text = format!("{} wrote a note.", note.who.actor);
    Piece { kind: "NOTE", at: note.at, attempt, text, leaning: Leaning::None }
}

fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
