//! The machine's clock and its randomness: the only place that reads them.

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use ppob_types::{Clock, Monotonic, Timestamp};

/// The clock of the machine.
#[derive(Debug)]
pub(crate) struct SystemClock {
    started: Instant,
}

impl SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    pub(crate) fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.map_or(0, |since| since.as_micros());
        Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::from_start(self.started.elapsed())
    }
}

/// A number nobody can foresee: the standard library seeds its hashers from the system.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

/// A fresh `payment_id`: a UUID of version 7, so that ids sort by their time.
pub(crate) fn new_payment_id(now: Timestamp) -> String {
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0) & 0xFFFF_FFFF_FFFF;
    let (first, second) = (random(), random());
    format!(
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
        millis >> 16,
        millis & 0xFFFF,
        first & 0xFFF,
        (second >> 48) & 0x3FFF | 0x8000,
        second & 0xFFFF_FFFF_FFFF,
    )
}

#[cfg(test)]
mod tests {
    use ppob_types::PaymentId;

    use super::*;

    #[test]
    fn a_new_payment_id_is_a_uuid_of_version_7_and_never_comes_twice() {
        let now = Timestamp::from_seconds(1_790_000_000);
        let id = new_payment_id(now);
        assert!(PaymentId::new(&id).is_ok(), "{id}");
        assert!(id.starts_with("01a0c450-6c00-7"), "{id}");
        assert_eq!(id.len(), 36);
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        assert_ne!(id, new_payment_id(now));
    }
}
