//! Draws from a seed, so that a run can be tried again.

/// A stream of numbers (`SplitMix64`). Cheap to split: each caller gets one of its own.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw().checked_rem(end).unwrap_or(0)
    }

    /// One of `from`; none if there are none.
    pub fn of<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.below(u64::try_from(from.len()).unwrap_or(u64::MAX));
        from.get(usize::try_from(at).unwrap_or(usize::MAX))
    }

    /// A stream of its own.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self(self.draw())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_stream_and_a_split_has_another() {
        let (mut one, mut two) = (Random::new(7), Random::new(7));
        assert_eq!(one.draw(), two.draw());
        assert_ne!(one.split().draw(), two.draw());
        assert_eq!(one.below(0), 0);
        assert_eq!(one.of::<u8>(&[]), None);
        assert!((0..100).all(|_| one.below(3) < 3));
    }
}
