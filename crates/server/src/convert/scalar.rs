//! Money, times, counts and words.

use std::time::Duration;

use ppob_types::{Rupiah, Timestamp};

const MICROS: i64 = 1_000_000;

pub(crate) fn rupiah(amount: Option<Rupiah>) -> Option<i64> {
    amount.map(Rupiah::get)
}

pub(crate) fn time(moment: Timestamp) -> prost_types::Timestamp {
    let micros = moment.as_micros();
    prost_types::Timestamp {
        seconds: micros.div_euclid(MICROS),
        nanos: i32::try_from(micros.rem_euclid(MICROS) * 1_000).unwrap_or(0),
    }
}

/// None if the moment lies outside what the engine can count.
pub(crate) fn moment(time: &prost_types::Timestamp) -> Option<Timestamp> {
    let micros = i64::from(time.nanos).div_euclid(1_000);
    let whole = (0..1_000_000_000).contains(&time.nanos);
    let seconds = time.seconds.checked_mul(MICROS)?;
    whole.then(|| seconds.checked_add(micros)).flatten().map(Timestamp::from_micros)
}

pub(crate) fn span(span: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).unwrap_or(0),
    }
}

/// None if the span is negative or malformed.
pub(crate) fn duration(span: &prost_types::Duration) -> Option<Duration> {
    let seconds = u64::try_from(span.seconds).ok()?;
    let nanos = u32::try_from(span.nanos).ok()?;
    (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
}

/// A count, held at the end of the range.
pub(crate) fn count(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

/// A number, held at the end of the range.
pub(crate) fn long(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// `timed-out` as `TIMED_OUT`.
pub(crate) fn word(name: &str) -> String {
    name.replace('-', "_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_and_after_the_epoch_come_back() {
        for micros in [0, 1, -1, 1_532_440_800_123_456, -62_135_596_800_000_000] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(moment(&time(at)), Some(at), "{micros}");
        }
        let bad = prost_types::Timestamp { seconds: i64::MAX, nanos: 0 };
        assert_eq!(moment(&bad), None);
        let bad = prost_types::Timestamp { seconds: 0, nanos: -1 };
        assert_eq!(moment(&bad), None);
    }

    #[test]
    fn a_negative_span_is_none() {
        let at = |seconds, nanos| duration(&prost_types::Duration { seconds, nanos });
        assert_eq!(at(1, 500_000_000), Some(Duration::from_millis(1_500)));
        assert_eq!(at(-1, 0), None);
        assert_eq!(at(0, -1), None);
        assert_eq!(at(0, 1_000_000_000), None);
    }

    #[test]
    fn words_are_upper_snake() {
        assert_eq!(word("prices-too-old"), "PRICES_TOO_OLD");
    }
}
