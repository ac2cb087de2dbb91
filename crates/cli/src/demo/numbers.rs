//! Customer numbers that no earlier walk has used.

use crate::clock::random;

/// Twelve digits each; the last four choose what the simulator does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    seed: u64,
}

impl Numbers {
    pub(super) fn fresh() -> Self {
        Self { seed: random() }
    }

    /// The meter of this walk whose number ends with these four digits.
    pub(super) fn meter(self, last: &str) -> String {
        format!("53{:06}{last}", self.seed % 1_000_000)
    }

    /// The phone of this walk whose number ends with these four digits.
    pub(super) fn phone(self, last: &str) -> String {
        format!("08{:06}{last}", self.seed % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use ppob_types::{CustomerNumber, Family};

    use super::*;

    #[test]
    fn the_numbers_fit_both_kinds_of_electricity_and_credit() {
        for seed in [0, 7, u64::MAX] {
            let number = Numbers { seed }.meter("0402");
            assert!(number.ends_with("0402"));
            assert!(CustomerNumber::parse(Family::PlnPrepaid, &number).is_ok(), "{number}");
            assert!(CustomerNumber::parse(Family::PlnPostpaid, &number).is_ok(), "{number}");
            let number = Numbers { seed }.phone("0402");
            assert!(number.ends_with("0402"));
            assert!(CustomerNumber::parse(Family::MobileTopUp, &number).is_ok(), "{number}");
        }
    }
}
