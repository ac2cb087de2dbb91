//! A moment of the provider's local time.

use super::config::FIXED_LOCAL_TIME;

/// A moment of the provider's local time (WIB).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// `2026-01-15 10:00:00`.
    pub(crate) text: String,
    /// Seconds since 1970-01-01 00:00:00, as if the zone were UTC: only for differences.
    pub(crate) seconds: i64,
}

impl Moment {
    /// Reads a local time; what is none is taken for the fixed one.
    pub(crate) fn of(text: String) -> Self {
        match seconds(&text) {
            Some(seconds) => Self { text, seconds },
            None => Self {
                text: FIXED_LOCAL_TIME.to_owned(),
                seconds: seconds(FIXED_LOCAL_TIME).unwrap_or_default(),
            },
        }
    }

    /// `2026-01-15`.
    pub(crate) fn day(&self) -> &str {
        self.text.get(..10).unwrap_or_default()
    }

    /// `20260115100000`, as `YmdHis` of PHP.
    pub(crate) fn stamp(&self) -> String {
        self.text.chars().filter(char::is_ascii_digit).collect()
    }

    /// Whether PLN takes no requests: 23:00 to 01:00.
    pub(crate) fn is_cut_off(&self) -> bool {
        let hour = self.seconds.rem_euclid(86_400) / 3_600;
        !(1..23).contains(&hour)
    }
}

fn seconds(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let fits = text.len() == 19
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second);
    // Days of a civil date, with years that begin in March.
    let years = year - i64::from(month <= 2);
    let shifted = (month + 9) % 12;
    let days = 365 * years + years.div_euclid(4) - years.div_euclid(100)
        + years.div_euclid(400)
        + (153 * shifted + 2) / 5
        + day
        - 719_469;
    fits.then_some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_counts_seconds_and_knows_its_day() {
        assert_eq!(seconds("1970-01-01 00:00:00"), Some(0));
        assert_eq!(seconds("2026-01-15 10:00:00"), Some(1_768_471_200));
        assert_eq!(seconds("2024-02-29 23:59:59"), Some(1_709_251_199));
        let moment = Moment::of("2026-01-15 23:00:00".to_owned());
        assert_eq!((moment.day(), moment.stamp().as_str()), ("2026-01-15", "20260115230000"));
        assert!(moment.is_cut_off());
        assert!(Moment::of("2026-01-16 00:59:59".to_owned()).is_cut_off());
        assert!(!Moment::of("2026-01-16 01:00:00".to_owned()).is_cut_off());
        assert_eq!(Moment::of("soon".to_owned()).text, FIXED_LOCAL_TIME);
    }
}
