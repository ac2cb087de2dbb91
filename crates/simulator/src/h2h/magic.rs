//! Magic customer numbers: what a caller can try without switching faults.

use super::faults::{Call, FaultKind, PendingEnd, Reason};
use crate::http::{Ending, Framing};
use crate::mmbc::Stage;

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
    magic("0101", "pending at first, delivered at the 2nd check"),
    magic("0102", "pending for ever"),
    magic("0104", "pending at first, failed at the 2nd check, the money comes back"),
    magic("0201", "debited, but the connection drops without an answer"),
    magic("0202", "the connection drops without an answer, nothing is debited"),
    magic("0203", "debited, but the answer is cut in its middle"),
    magic("0204", "debited, but the answer is HTTP 502"),
    magic("0301", "refused: the number is wrong"),
    magic("0302", "refused: nothing is owed"),
    magic("0303", "refused with a reason no list has"),
    magic("0402", "refused: the deposit is used up"),
    magic("0501", "success without its token or serial number"),
];

const fn magic(suffix: &'static str, description: &'static str) -> MagicNumber {
    MagicNumber { suffix, description }
}

/// The fault that a customer number brings along.
pub(crate) fn fault(call: Call, dest: &str) -> Option<FaultKind> {
    let suffix = dest.get(dest.len().checked_sub(4)?..)?;
    let pending = |then, at_check| FaultKind::Pending { then, at_check };
    let refused = |reason| FaultKind::Refused { reason };
    let kind = match suffix {
        "0101" => pending(PendingEnd::Success, 2),
        "0102" => pending(PendingEnd::Never, 1),
        "0104" => pending(PendingEnd::Failed, 2),
        "0201" => FaultKind::Drop { stage: Stage::AfterDebit, ending: Ending::Fin },
        "0202" => FaultKind::Drop { stage: Stage::BeforeDebit, ending: Ending::Fin },
        "0203" => FaultKind::Truncated { framing: Framing::ContentLength },
        "0204" => FaultKind::HttpStatus { status: 502, stage: Stage::AfterDebit },
        "0301" => refused(Reason::NumberWrong),
        "0302" => refused(Reason::BillPaid),
        "0303" => refused(Reason::Other("Gagal dari operator kode 9917".to_owned())),
        "0402" => refused(Reason::BalanceShort),
        "0501" => FaultKind::TokenMissing {},
        _ => return None,
    };
    let at_inquiry =
        suffix == "0302" || (suffix == "0301" && matches!(kind, FaultKind::Refused { .. }));
    (call == Call::Pay || (call == Call::Inquiry && at_inquiry)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_magic_number_of_the_table_does_something_to_a_payment() {
        for magic in MAGIC_NUMBERS {
            let number = format!("08120000{}", magic.suffix);
            assert!(fault(Call::Pay, &number).is_some(), "{}", magic.suffix);
            assert_eq!(fault(Call::Check, &number), None);
        }
        assert_eq!(fault(Call::Pay, "081200009999"), None);
        assert_eq!(fault(Call::Pay, "101"), None);
    }
}
