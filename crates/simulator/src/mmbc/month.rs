//! Billing months.

/// A calendar month, counted from year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(u32);

impl Month {
    /// January of the year 0.
    pub(crate) const FIRST: Self = Self(0);

    /// The month of a local time written `YYYY-MM-DD HH:MM:SS`.
    pub(crate) fn of(local_time: &str) -> Option<Self> {
        let mut parts = local_time.splitn(3, '-');
        let year: u32 = parts.next()?.parse().ok()?;
        let month: u32 = parts.next()?.parse().ok()?;
        ((1..=12).contains(&month) && year <= 9_999).then(|| Self(year * 12 + month - 1))
    }

    /// This month and `months` before it.
    pub(crate) fn back(self, months: u32) -> Self {
        Self(self.0.saturating_sub(months))
    }

    /// `202009`.
    pub(crate) fn compact(self) -> String {
        format!("{:04}{:02}", self.0 / 12, self.0 % 12 + 1)
    }

    /// `2020-09-20`.
    pub(crate) fn day(self, day: u64) -> String {
        format!("{:04}-{:02}-{day:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_across_years() {
        let month = Month::of("2026-01-15 10:00:00").unwrap();
        assert_eq!(month.compact(), "202601");
        assert_eq!(month.back(1).compact(), "202512");
        assert_eq!(month.back(13).day(20), "2024-12-20");
        assert_eq!(Month::of("24/07/2018"), None);
        assert_eq!(Month::of("2018-13-01"), None);
    }
}
