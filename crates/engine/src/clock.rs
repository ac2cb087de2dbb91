//! Wall time that never goes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ppob_types::{Clock, Monotonic, Timestamp};

/// The machine's clock, held at the latest time ever recorded: a clock set back must not reopen
/// anything that had passed.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    inner: Arc<dyn Clock>,
    high_water: AtomicI64,
}

impl SteadyClock {
    pub(crate) fn new(inner: Arc<dyn Clock>, high_water: Timestamp) -> Self {
        Self {
            inner,
            high_water: AtomicI64::new(high_water.as_micros()),
        }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let now = self.inner.now().as_micros();
        let before = self.high_water.fetch_max(now, Ordering::SeqCst);
        Timestamp::from_micros(before.max(now))
    }

    fn monotonic(&self) -> Monotonic {
        self.inner.monotonic()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct SetClock(AtomicI64);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst))
        }

        fn monotonic(&self) -> Monotonic {
            Monotonic::default()
        }
    }

    #[test]
    fn a_clock_that_is_set_back_is_held_at_the_latest_time_seen() {
        let machine = Arc::new(SetClock::default());
        let clock = SteadyClock::new(
            Arc::clone(&machine) as Arc<dyn Clock>,
            Timestamp::from_micros(50),
        );
        assert_eq!(clock.now().as_micros(), 50);
        machine.0.store(100, Ordering::SeqCst);
        assert_eq!(clock.now().as_micros(), 100);
        machine.0.store(70, Ordering::SeqCst);
        assert_eq!(clock.now().as_micros(), 100);
    }
}
