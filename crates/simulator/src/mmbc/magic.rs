//! Magic customer numbers: what a caller can try without switching faults.

use super::faults::{FaultKind, PendingEnd, Stage};
use super::texts::unlisted_reason;
use super::verb::Verb;
use crate::http::{Ending, Framing};

/// The last four digits of a customer number, and what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MagicNumber {
    /// The last four digits.
    pub suffix: &'static str,
    /// What happens.
    pub description: &'static str,
}

/// Every magic number. All other numbers succeed.
pub const MAGIC_NUMBERS: &[MagicNumber] = &[
    magic("0101", "pending at first, confirmed at the 2nd cekstatus"),
    magic("0102", "pending for ever"),
    magic("0103", "pending, then cekstatus answers No Data! (the debit stays)"),
    magic("0201", "debited, but the connection drops without an answer"),
    magic("0202", "the connection drops without an answer, nothing is debited"),
    magic("0203", "debited, but the answer is cut in its middle"),
    magic("0204", "debited, but the answer is HTTP 502"),
    magic("0205", "debited, the answer comes after 5 seconds"),
    magic("0301", "refused: the number is unknown"),
    magic("0302", "refused: the bill is already paid"),
    magic("0303", "the payment is refused with a reason no list has"),
    magic("0402", "refused for lack of deposit at accounts with short_for_magic, paid at others"),
    magic("0501", "a token product succeeds without its token, the 2nd cekstatus has it"),
];

const fn magic(suffix: &'static str, description: &'static str) -> MagicNumber {
    MagicNumber { suffix, description }
}

/// The faults a customer number brings along for a verb.
pub(crate) fn faults(
    verb: Verb,
    product: &str,
    customer_number: &str,
    short_account: bool,
) -> Option<FaultKind> {
    let suffix = customer_number.get(customer_number.len().checked_sub(4)?..)?;
    let pending = |then, at_check| FaultKind::Pending { then, at_check };
    let kind = match suffix {
        "0101" => pending(PendingEnd::Confirm, 2),
        "0102" => pending(PendingEnd::Never, 1),
        "0103" => pending(PendingEnd::NoData, 1),
        "0201" => FaultKind::Drop { stage: Stage::AfterDebit, ending: Ending::Fin },
        "0202" => FaultKind::Drop { stage: Stage::BeforeDebit, ending: Ending::Fin },
        "0203" => FaultKind::TruncatedBody { framing: Framing::ContentLength },
        "0204" => FaultKind::HttpStatus { status: 502, stage: Stage::AfterDebit },
        "0205" => FaultKind::Delay { milliseconds: 5_000, stage: Stage::AfterDebit },
        "0301" => FaultKind::UnknownNumber {},
        "0302" => FaultKind::AlreadyPaid {},
        "0303" => FaultKind::Refusal { reason: unlisted_reason(product, customer_number) },
        "0402" if short_account => FaultKind::InsufficientBalance { saldo: Some(100) },
        "0501" => FaultKind::TokenMissing { until_check: Some(2) },
        _ => return None,
    };
    let also_at_inquiry = matches!(kind, FaultKind::UnknownNumber {} | FaultKind::AlreadyPaid {});
    let applies = verb == Verb::Pay || (verb == Verb::Inquiry && also_at_inquiry);
    applies.then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_magic_number_of_the_table_does_something_to_a_payment() {
        for magic in MAGIC_NUMBERS {
            let number = format!("53000000{}", magic.suffix);
            assert!(faults(Verb::Pay, "PLNS20", &number, true).is_some(), "{}", magic.suffix);
        }
    }

    #[test]
    fn ordinary_short_and_foreign_numbers_do_nothing() {
        for number in ["530000009999", "101", "", "ééé"] {
            assert_eq!(faults(Verb::Pay, "PLN", number, true), None);
        }
        assert_eq!(faults(Verb::Pay, "PLN", "530000000402", false), None);
        assert_eq!(faults(Verb::Inquiry, "PLN", "530000000201", false), None);
    }
}
