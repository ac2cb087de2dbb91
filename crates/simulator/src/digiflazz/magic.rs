//! Magic customer numbers: what a caller can try without switching faults.

use super::call::{Call, Verb};
use super::faults::{FaultKind, PendingEnd, Stage};
use crate::http::{Ending, Framing};
use crate::mmbc::MagicNumber;

/// Every magic number, where they are switched on. All other numbers succeed.
pub const MAGIC_NUMBERS: &[MagicNumber] = &[
    magic(
        "0101",
        "pending at first, delivered at the 2nd look-up, or after a while and told by webhook",
    ),
    magic("0102", "pending for ever"),
    magic("0104", "pending at first, failed as 0101 succeeds, the money comes back"),
    magic("0201", "debited, but the connection drops without an answer; the webhook comes"),
    magic("0202", "the connection drops without an answer, nothing is debited"),
    magic("0203", "debited, but the answer is cut in its middle; the webhook comes"),
    magic("0204", "debited, but the answer is HTTP 502; the webhook comes"),
    magic("0205", "debited, the answer comes after 5 seconds"),
    magic("0301", "refused: the number is wrong"),
    magic("0302", "refused at the inquiry: the bill is paid already"),
    magic("0303", "refused with a code that no list has"),
];

const fn magic(suffix: &'static str, description: &'static str) -> MagicNumber {
    MagicNumber { suffix, description }
}

/// The fault that a customer number brings along. `is_first`: nothing was asked under this reference before. A
/// purchase that is repeated is a look-up, and looking up succeeds.
pub(crate) fn fault(call: &Call, is_first: bool) -> Option<FaultKind> {
    let number = call.customer();
    let suffix = number.get(number.len().checked_sub(4)?..)?;
    let pending = |then| FaultKind::Pending { rc: "03".to_owned(), then };
    let refuse = |rc: &str| FaultKind::Refuse { rc: rc.to_owned() };
    let kind = match suffix {
        "0101" => pending(PendingEnd::Succeeds),
        "0102" => pending(PendingEnd::Never),
        "0104" => pending(PendingEnd::Fails),
        "0201" => FaultKind::Drop { stage: Stage::AfterDebit, ending: Ending::Fin },
        "0202" => FaultKind::Drop { stage: Stage::BeforeDebit, ending: Ending::Fin },
        "0203" => FaultKind::TruncatedBody { framing: Framing::ContentLength },
        "0204" => FaultKind::HttpStatus { status: 502, stage: Stage::AfterDebit },
        "0205" => FaultKind::Delay { milliseconds: 5_000, stage: Stage::AfterDebit },
        "0301" => refuse("54"),
        "0302" => refuse("60"),
        "0303" => refuse("97"),
        _ => return None,
    };
    let applies = match call.verb {
        Verb::TopUp => is_first,
        Verb::Pay => true,
        Verb::Inquiry => matches!(suffix, "0301" | "0302"),
        _ => false,
    };
    applies.then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(verb: Verb, number: &str) -> Call {
        Call::of(verb, number)
    }

    #[test]
    fn every_magic_number_of_the_table_does_something_to_a_purchase_and_nothing_to_its_look_up() {
        for magic in MAGIC_NUMBERS {
            let number = format!("08120000{}", magic.suffix);
            assert!(fault(&call(Verb::TopUp, &number), true).is_some(), "{}", magic.suffix);
            assert!(fault(&call(Verb::Pay, &number), false).is_some(), "{}", magic.suffix);
            for (verb, is_first) in [(Verb::TopUp, false), (Verb::Status, false)] {
                assert_eq!(fault(&call(verb, &number), is_first), None, "{}", magic.suffix);
            }
        }
    }

    #[test]
    fn ordinary_and_short_numbers_do_nothing() {
        for number in ["081200009999", "101", "", "\u{e9}\u{e9}\u{e9}"] {
            assert_eq!(fault(&call(Verb::TopUp, number), true), None, "{number}");
        }
        assert_eq!(fault(&call(Verb::Inquiry, "081200000201"), true), None);
    }
}
