//! How well a provider did lately: what is learnt of its payments, and forgotten again with time.

use std::time::Duration;

use ppob_types::Monotonic;

/// How well a provider did lately, in whole numbers. The default is that of a provider nobody has asked
/// yet: it counts as good and fast, so that it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Share of good outcomes, in millionths.
    pub success_ppm: u32,
    /// How long it takes until an outcome is known.
    pub latency_micros: u64,
}

/// What was learnt of payments. Each counts fully at first, half as much after [`Learnt::HALF_LIFE`], and
/// so on: an outage is forgotten, and whoever recovered is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Learnt {
    /// Payments, in [`ONE`].
    all: u64,
    /// Of these the good ones.
    good: u64,
    /// Their latencies, each as often as it counts.
    micros: u128,
    /// The moment that the numbers are of.
    at: Option<Monotonic>,
}

/// A payment that was just learnt of.
const ONE: u64 = 1 << 20;
/// So many good and fast payments are taken for granted, so that a single one says little.
const GRANTED: u64 = 4 * ONE;
/// Fewer say too little to speak of.
const ENOUGH: u64 = 10 * ONE;
/// Nothing is slower: keeps the sums in range.
const SLOWEST: Duration = Duration::from_hours(24);
const MILLION: u64 = 1_000_000;

impl Health {
    /// Share of good outcomes in thousandths.
    pub const fn success_permille(self) -> u32 {
        self.success_ppm / 1_000
    }

    /// Share of good outcomes in hundredths, rounded: smaller differences say nothing.
    pub const fn success_percent(self) -> u32 {
        self.success_ppm.saturating_add(5_000) / 10_000
    }

    /// Latency in steps of 100 ms: smaller differences say nothing.
    pub const fn latency_steps(self) -> u64 {
        self.latency_micros / 100_000
    }
}

impl Default for Health {
    fn default() -> Self {
        Self { success_ppm: 1_000_000, latency_micros: 0 }
    }
}

impl Learnt {
    /// After so long half of what was learnt is forgotten.
    pub const HALF_LIFE: Duration = Duration::from_mins(10);

    /// What is known after one more outcome.
    #[must_use]
    pub fn after(self, good: bool, latency: Duration, now: Monotonic) -> Self {
        let before = self.as_of(now);
        let micros = latency.min(SLOWEST).as_micros().saturating_mul(u128::from(ONE));
        Self {
            all: before.all.saturating_add(ONE),
            good: before.good.saturating_add(if good { ONE } else { 0 }),
            micros: before.micros.saturating_add(micros),
            ..before
        }
    }

    /// How well it did, as of `now`.
    pub fn health(self, now: Monotonic) -> Health {
        let Self { all, good, micros, .. } = self.as_of(now);
        let weight = u128::from(all.saturating_add(GRANTED));
        let good = u128::from(good.saturating_add(GRANTED)).saturating_mul(u128::from(MILLION));
        Health {
            success_ppm: u32::try_from(good / weight).unwrap_or(u32::MAX),
            latency_micros: u64::try_from(micros / weight).unwrap_or(u64::MAX),
        }
    }

    /// The same, if enough is known to speak of.
    pub fn known_health(self, now: Monotonic) -> Option<Health> {
        (self.as_of(now).all >= ENOUGH).then(|| self.health(now))
    }

    /// The same numbers with what was forgotten until `now`.
    fn as_of(self, now: Monotonic) -> Self {
        let elapsed = self.at.map_or(Duration::ZERO, |at| now.since(at));
        let left = |number: u64| left_of(u128::from(number), elapsed);
        Self {
            // What is good is never more than all: both are forgotten alike.
            all: u64::try_from(left(self.all)).unwrap_or(u64::MAX),
            good: u64::try_from(left(self.good)).unwrap_or(u64::MAX),
            micros: left_of(self.micros, elapsed),
            at: Some(self.at.map_or(now, |at| at.max(now))),
        }
    }
}

/// What is left of a number: halved for each half-life, in a straight line in between.
fn left_of(number: u128, elapsed: Duration) -> u128 {
    let span = Learnt::HALF_LIFE.as_micros();
    let halvings = u32::try_from(elapsed.as_micros() / span).unwrap_or(u32::MAX);
    let halved = number.checked_shr(halvings).unwrap_or(0);
    let gone = (halved / 2).saturating_mul(elapsed.as_micros() % span) / span;
    halved - gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Monotonic {
        Monotonic::from_start(Duration::from_secs(seconds))
    }

    fn learnt(good: u32, bad: u32, now: Monotonic) -> Learnt {
        let second = Duration::from_secs(1);
        let outcomes = (0..good).map(|_| true).chain((0..bad).map(|_| false));
        outcomes.fold(Learnt::default(), |learnt, good| learnt.after(good, second, now))
    }

    #[test]
    fn nobody_asked_is_good_and_nothing_to_speak_of() {
        let nothing = Learnt::default();
        assert_eq!(nothing.health(at(7)), Health::default());
        assert_eq!(nothing.known_health(at(7)), None);
        assert_eq!(Health::default().success_percent(), 100);
    }

    #[test]
    fn health_follows_outcomes() {
        let half = learnt(48, 52, at(0)).health(at(0));
        assert_eq!((half.success_permille(), half.success_percent()), (500, 50));
        let good = learnt(1_000, 4, at(0)).health(at(0));
        assert_eq!(good.success_percent(), 100, "one in 250 is within the rounding");
        assert_eq!(good.latency_steps(), 9, "a second, and a little of what is taken for granted");
        assert_eq!(learnt(9, 0, at(0)).known_health(at(0)), None);
        assert!(learnt(10, 0, at(0)).known_health(at(0)).is_some());
    }

    #[test]
    fn what_was_bad_is_forgotten_with_time_alone() {
        let bad = learnt(0, 12, at(0));
        let percent = |minutes: u64| bad.health(at(minutes * 60)).success_percent();
        assert_eq!([percent(0), percent(10), percent(20)], [25, 40, 57]);
        assert_eq!(percent(24 * 60), 100);
        assert_eq!(bad.health(at(24 * 3_600)).latency_steps(), 0);
        assert!(bad.known_health(at(600)).is_none(), "six say too little");
    }

    #[test]
    fn a_clock_that_stands_or_an_absurd_latency_changes_no_rule() {
        let mut learnt = Learnt::default().after(true, Duration::MAX, at(100));
        for second in [50, 100, 100, 1_000_000_000] {
            learnt = learnt.after(second % 100 == 0, Duration::MAX, at(second));
            let health = learnt.health(at(0));
            assert!(health.success_ppm <= 1_000_000, "{health:?}");
            assert!(health.latency_micros <= 24 * 3_600_000_000, "{health:?}");
        }
    }
}
