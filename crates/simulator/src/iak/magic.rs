//! Magic customer numbers: what a caller can try without switching faults. They are alike at both hosts.

use super::call::Verb;
use super::faults::{FaultKind, PendingEnd, Stage};
use crate::http::{Ending, Framing};
use crate::mmbc::MagicNumber;

/// Every magic number, where they are switched on. All other numbers succeed.
pub const MAGIC_NUMBERS: &[MagicNumber] = &[
    magic(
        "0101",
        "pending at first, delivered at the 2nd check, or after a while and told by callback",
    ),
    magic("0102", "pending for ever"),
    magic("0104", "pending at first, failed as 0101 succeeds, the money comes back"),
    magic("0201", "debited, but the connection drops without an answer"),
    magic("0202", "the connection drops without an answer, nothing is debited"),
    magic("0203", "debited, but the answer is cut in its middle"),
    magic("0204", "debited, but the answer is HTTP 502"),
    magic("0301", "refused: the number is wrong"),
    magic("0302", "refused at the inquiry: the bill is paid already"),
    magic("0303", "refused with a code that no list has"),
];

const fn magic(suffix: &'static str, description: &'static str) -> MagicNumber {
    MagicNumber { suffix, description }
}

/// The fault that a customer number brings along.
pub(crate) fn fault(verb: Verb, number: &str) -> Option<FaultKind> {
    let suffix = number.get(number.len().checked_sub(4)?..)?;
    let pending = |then, at_check| FaultKind::Pending { then, at_check };
    let code = |code: &str| FaultKind::Code { code: code.to_owned() };
    let kind = match suffix {
        "0101" => pending(PendingEnd::Success, 2),
        "0102" => pending(PendingEnd::Never, 1),
        "0104" => pending(PendingEnd::Failure, 2),
        "0201" => FaultKind::Drop { stage: Stage::AfterWork, ending: Ending::Fin },
        "0202" => FaultKind::Drop { stage: Stage::BeforeWork, ending: Ending::Fin },
        "0203" => FaultKind::TruncatedBody { framing: Framing::ContentLength },
        "0204" => FaultKind::HttpStatus { status: 502, stage: Stage::AfterWork },
        "0301" => code("14"),
        "0302" => code("01"),
        "0303" => code("97"),
        _ => return None,
    };
    let at_inquiry = verb == Verb::InqPasca && matches!(suffix, "0301" | "0302");
    (verb.pays() || at_inquiry).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_magic_number_of_the_table_does_something_to_a_payment_and_nothing_to_its_check() {
        for magic in MAGIC_NUMBERS {
            let number = format!("08120000{}", magic.suffix);
            for verb in [Verb::TopUp, Verb::PayPasca] {
                assert!(fault(verb, &number).is_some(), "{}", magic.suffix);
            }
            for verb in [Verb::CheckStatus, Verb::Checkstatus, Verb::CheckBalance] {
                assert_eq!(fault(verb, &number), None, "{}", magic.suffix);
            }
        }
    }

    #[test]
    fn ordinary_and_short_numbers_do_nothing() {
        for number in ["081200009999", "101", "", "\u{e9}\u{e9}\u{e9}"] {
            assert_eq!(fault(Verb::TopUp, number), None, "{number}");
        }
        assert_eq!(fault(Verb::InqPasca, "081200000201"), None);
    }
}
