//! Rupiah: whole, signed, checked.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// An amount of money in whole rupiah.
///
/// PPOB has no sen: every provider prices whole rupiah, so an integer is exact. Arithmetic is
/// checked; there is no conversion to or from a float.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rupiah(i64);

/// A sum or difference left the range of [`Rupiah`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount does not fit in 64 bits of rupiah")]
pub struct RupiahOverflow;

impl Rupiah {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// `rupiah` whole rupiah.
    pub const fn new(rupiah: i64) -> Self {
        Self(rupiah)
    }

    /// The number of whole rupiah.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`RupiahOverflow`] if it does not fit.
    pub fn plus(self, other: Self) -> Result<Self, RupiahOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(RupiahOverflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`RupiahOverflow`] if it does not fit.
    pub fn minus(self, other: Self) -> Result<Self, RupiahOverflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(RupiahOverflow)
    }

    /// The sum, held at the end of the range. For gauges and comparisons, never for bookkeeping.
    #[must_use]
    pub const fn saturating_plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Rupiah {
    /// Saturates; meant for displayed totals.
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_plus)
    }
}

/// As people in Indonesia write it: `Rp 102.500`.
impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        let sign = if self.is_negative() { "-" } else { "" };
        write!(f, "{sign}Rp {grouped}")
    }
}

impl fmt::Debug for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_print_with_dots_between_thousands() {
        let shown =
            [0, 7, 999, 1_000, 102_500, 1_234_567, -2_500].map(|n| Rupiah::new(n).to_string());
        assert_eq!(
            shown,
            ["Rp 0", "Rp 7", "Rp 999", "Rp 1.000", "Rp 102.500", "Rp 1.234.567", "-Rp 2.500"]
        );
    }

    #[test]
    fn arithmetic_refuses_to_overflow() {
        assert_eq!(Rupiah::new(i64::MAX).plus(Rupiah::new(1)), Err(RupiahOverflow));
        assert_eq!(Rupiah::new(i64::MIN).minus(Rupiah::new(1)), Err(RupiahOverflow));
        assert_eq!(Rupiah::new(2).minus(Rupiah::new(5)), Ok(Rupiah::new(-3)));
    }
}
