//! Spread that can be repeated: from a seed, never from the machine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of drawn numbers (`SplitMix64`).
#[derive(Debug)]
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A span between `low` and `high`, both included; `low` if they are the wrong way round.
    pub(crate) fn between(&self, low: Duration, high: Duration) -> Duration {
        let width = high.saturating_sub(low).as_micros();
        let width = u64::try_from(width).unwrap_or(u64::MAX - 1);
        low.saturating_add(Duration::from_micros(self.draw() % width.saturating_add(1)))
    }

    fn draw(&self) -> u64 {
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_spans_and_they_stay_between_the_ends() {
        let (low, high) = (Duration::from_millis(100), Duration::from_secs(1));
        let spans = |seed| {
            let jitter = Jitter::new(seed);
            (0..200).map(|_| jitter.between(low, high)).collect::<Vec<_>>()
        };
        assert_eq!(spans(1), spans(1));
        assert_ne!(spans(1), spans(2));
        assert!(spans(1).iter().all(|span| (low..=high).contains(span)));
        assert_eq!(Jitter::new(1).between(high, low), high);
    }
}
