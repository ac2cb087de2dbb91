//! Time as a value, and the seam it comes through.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Western Indonesian Time, the zone of every provider's times and of PLN's cut-off hours.
pub const WIB_OFFSET_SECONDS: i32 = 7 * 60 * 60;

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A reading of a clock that never goes back; only differences mean something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monotonic(Duration);

/// Where time comes from. Nothing else in the engine may read a clock.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// Wall time. May jump when somebody sets the machine's clock.
    fn now(&self) -> Timestamp;

    /// Monotonic time. Never goes back, also not when the wall clock is set.
    fn monotonic(&self) -> Monotonic;
}

impl Timestamp {
    /// `micros` microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// `seconds` seconds after the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds after the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This moment and `span` later, held at the end of the range.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This moment and `span` earlier, held at the end of the range.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The time from `earlier` to this moment; zero if this moment is not later.
    pub fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// Seconds since midnight in Western Indonesian Time, `0..86_400`.
    pub fn wib_second_of_day(self) -> u32 {
        let local = self.0.div_euclid(1_000_000).saturating_add(i64::from(WIB_OFFSET_SECONDS));
        u32::try_from(local.rem_euclid(86_400)).unwrap_or(0)
    }

    /// The calendar day in Western Indonesian Time, as days since 1970-01-01.
    pub fn wib_day(self) -> i64 {
        let local = self.0.div_euclid(1_000_000).saturating_add(i64::from(WIB_OFFSET_SECONDS));
        local.div_euclid(86_400)
    }

    /// `2018-07-24 21:00:00` in Western Indonesian Time, as receipts print it.
    pub fn wib(self) -> String {
        match (wib(), jiff::Timestamp::from_microsecond(self.0)) {
            (Some(wib), Ok(moment)) => {
                wib.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
            }
            _ => "-".to_owned(),
        }
    }

    /// Reads `2018-07-24 21:00:00` as Western Indonesian Time; providers state no zone.
    pub fn from_wib(text: &str) -> Option<Self> {
        let civil = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim()).ok()?;
        Some(Self(wib()?.to_timestamp(civil).ok()?.as_microsecond()))
    }
}

/// Days of the calendar in Western Indonesian Time, which statements and closes are about.
impl Timestamp {
    /// Reads `text` by a format of strftime as Western Indonesian Time; without a time of day it is the
    /// day's first moment.
    pub fn from_wib_as(format: &str, text: &str) -> Option<Self> {
        let parts = jiff::fmt::strtime::parse(format, text.trim()).ok()?;
        let time = match parts.hour() {
            Some(_) => parts.to_time().ok()?,
            None => jiff::civil::Time::midnight(),
        };
        let civil = parts.to_date().ok()?.to_datetime(time);
        Some(Self(wib()?.to_timestamp(civil).ok()?.as_microsecond()))
    }

    /// The first moment of a day, given as [`Timestamp::wib_day`] counts it; held at the ends of the range.
    pub fn start_of_wib_day(day: i64) -> Self {
        let local = day.saturating_mul(86_400);
        Self::from_seconds(local.saturating_sub(i64::from(WIB_OFFSET_SECONDS)))
    }

    /// `2018-07-24`, the day in Western Indonesian Time.
    pub fn wib_date(self) -> String {
        let shown = self.wib();
        shown.split(' ').next().unwrap_or("-").to_owned()
    }
}

fn wib() -> Option<jiff::tz::Offset> {
    jiff::tz::Offset::from_seconds(WIB_OFFSET_SECONDS).ok()
}

/// RFC 3339 in UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment}"),
            Err(_) => f.write_str("-"),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Monotonic {
    /// `span` after the clock's own start.
    pub const fn from_start(span: Duration) -> Self {
        Self(span)
    }

    /// Time since the clock's own start.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// This reading and `span` later.
    #[must_use]
    pub const fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }

    /// The time from `earlier` to this reading; zero if this reading is not later.
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_time_is_read_as_western_indonesian_time() {
        let moment = Timestamp::from_wib("2018-07-24 21:00:00").unwrap();
        assert_eq!(moment.to_string(), "2018-07-24T14:00:00Z");
        assert_eq!(moment.wib(), "2018-07-24 21:00:00");
        assert_eq!(moment.wib_second_of_day(), 21 * 3600);
        let midnight = Timestamp::from_wib("2018-07-25 00:00:00").unwrap();
        assert_eq!(midnight.wib_day(), moment.wib_day() + 1);
        assert_eq!(Timestamp::from_micros(midnight.as_micros() - 1).wib_day(), moment.wib_day());
        assert_eq!(Timestamp::from_wib("24/07/2018"), None);
        assert_eq!(Timestamp::start_of_wib_day(midnight.wib_day()), midnight);
        assert_eq!(moment.wib_date(), "2018-07-24");
        assert_eq!(Timestamp::from_wib_as("%d/%m/%Y %H:%M", "24/07/2018 21:00"), Some(moment));
        assert_eq!(Timestamp::from_wib_as("%Y-%m-%d", "2018-07-25"), Some(midnight));
        assert_eq!(Timestamp::from_wib_as("%d/%m/%Y", "31/02/2018"), None);
        assert_eq!(Timestamp::from_wib_as("%H:%M", "10:00"), None);
    }

    #[test]
    fn spans_never_go_negative() {
        let early = Timestamp::from_seconds(10);
        let late = early.plus(Duration::from_secs(5));
        assert_eq!(late.since(early), Duration::from_secs(5));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
