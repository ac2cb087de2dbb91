//! How often a consumer calls, and how many streams it holds.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use ppob_layers::GovernorClock;
use ppob_types::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use crate::errors;

/// Streams that one consumer may hold open at a time, over all its connections.
const MOST_STREAMS: usize = 500;

/// Calls per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// On average.
    pub per_second: NonZeroU32,
    /// At once after a quiet time.
    pub burst: NonZeroU32,
}

/// Counts what one consumer does. Cheap to clone; clones count together. Without a rate by default.
#[derive(Clone)]
pub struct Meter(Arc<Counts>);

struct Counts {
    limiter: Option<Limiter>,
    streams: Arc<Semaphore>,
}

struct Limiter {
    rate: Rate,
    clock: GovernorClock,
    cells: RateLimiter<NotKeyed, InMemoryState, GovernorClock, NoOpMiddleware<Duration>>,
}

impl Meter {
    /// Counts calls against `rate`.
    pub fn new(rate: Option<Rate>, clock: &Arc<dyn Clock>) -> Self {
        let limiter = rate.map(|rate| {
            let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
            let clock = GovernorClock(Arc::clone(clock));
            Limiter { rate, cells: RateLimiter::direct_with_clock(quota, clock.clone()), clock }
        });
        Self(Arc::new(Counts { limiter, streams: Arc::new(Semaphore::new(MOST_STREAMS)) }))
    }

    /// What it counts against.
    pub fn rate(&self) -> Option<Rate> {
        self.0.limiter.as_ref().map(|limiter| limiter.rate)
    }

    /// Counts one call, or says how long to wait for the next one.
    pub(crate) fn count(&self) -> Result<(), Duration> {
        let Some(limiter) = &self.0.limiter else { return Ok(()) };
        limiter.cells.check().map_err(|until| until.wait_time_from(limiter.clock.now()))
    }

    /// Room for one more stream.
    pub(crate) fn stream(&self) -> Result<OwnedSemaphorePermit, Status> {
        Arc::clone(&self.0.streams)
            .try_acquire_owned()
            .map_err(|_| errors::too_many_streams(MOST_STREAMS))
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self(Arc::new(Counts { limiter: None, streams: Arc::new(Semaphore::new(MOST_STREAMS)) }))
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("rate", &self.rate()).finish_non_exhaustive()
    }
}

/// Two meters are the same if they count together.
impl PartialEq for Meter {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Meter {}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use ppob_types::{Monotonic, Timestamp};

    use super::*;

    #[derive(Debug, Default)]
    struct ByHand(Mutex<Duration>);

    impl Clock for ByHand {
        fn now(&self) -> Timestamp {
            Timestamp::default()
        }

        fn monotonic(&self) -> Monotonic {
            Monotonic::from_start(*self.0.lock().unwrap())
        }
    }

    #[test]
    fn a_burst_passes_then_one_call_for_each_part_of_a_second() {
        let hand = Arc::new(ByHand::default());
        let clock = Arc::clone(&hand) as Arc<dyn Clock>;
        let rate =
            Rate { per_second: NonZeroU32::new(10).unwrap(), burst: NonZeroU32::new(5).unwrap() };
        let meter = Meter::new(Some(rate), &clock);
        let passed = |meter: &Meter| (0..100).filter(|_| meter.count().is_ok()).count();
        assert_eq!(passed(&meter), 5);
        let wait = meter.count().unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(100), "{wait:?}");
        *hand.0.lock().unwrap() += Duration::from_millis(300);
        assert_eq!(passed(&meter), 3);
        assert_eq!(passed(&meter.clone()), 0, "clones count together");
    }

    #[test]
    fn streams_are_counted_until_they_end() {
        let meter = Meter::default();
        let mut open: Vec<_> = (0..MOST_STREAMS).map(|_| meter.stream().unwrap()).collect();
        assert_eq!(meter.stream().unwrap_err().code(), tonic::Code::ResourceExhausted);
        open.pop();
        assert!(meter.stream().is_ok());
    }
}
