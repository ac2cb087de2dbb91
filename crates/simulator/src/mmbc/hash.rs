//! Stable pseudo-random draws: the same inputs give the same bill on every machine and in every
//! version of the compiler.

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The source of everything that is invented about one customer of one product.
#[derive(Clone, Copy)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(parts: &[&str]) -> Self {
        let mut state = FNV_OFFSET;
        for part in parts {
            state = fnv1a(state, part.as_bytes());
            state = fnv1a(state, &[0xff]);
        }
        Self(state)
    }

    /// A number below `bound` (0 for a bound of 0) that depends on nothing but its inputs.
    pub(crate) fn below(self, label: &str, bound: u64) -> u64 {
        spread(fnv1a(self.0, label.as_bytes())).checked_rem(bound).unwrap_or(0)
    }

    /// An amount between the bounds in steps of 50 rupiah.
    pub(crate) fn amount(self, label: &str, low: i64, high: i64) -> i64 {
        let steps = u64::try_from((high - low) / 50).unwrap_or(0);
        low + 50 * i64::try_from(self.below(label, steps + 1)).unwrap_or(0)
    }

    /// One of the choices.
    pub(crate) fn pick<T: Copy>(self, label: &str, choices: &[T], otherwise: T) -> T {
        let index = usize::try_from(self.below(label, choices.len() as u64)).unwrap_or(0);
        choices.get(index).copied().unwrap_or(otherwise)
    }
}

fn fnv1a(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

/// FNV mixes its low bits poorly for short inputs; this finishes the job (`SplitMix64`'s last step).
fn spread(hash: u64) -> u64 {
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv1a(FNV_OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(FNV_OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn parts_are_kept_apart() {
        let left = Draws::new(&["ab", "c"]).below("x", u64::MAX);
        assert_ne!(left, Draws::new(&["a", "bc"]).below("x", u64::MAX));
    }

    #[test]
    fn amounts_stay_within_their_bounds() {
        for number in 0..500_u32 {
            let amount = Draws::new(&[&number.to_string()]).amount("m", 20_000, 90_000);
            assert!((20_000..=90_000).contains(&amount) && amount % 50 == 0);
        }
    }
}
