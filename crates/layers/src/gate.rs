//! A bulkhead and a rate limit, with bounded waiting.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use ppob_types::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Lets a bounded number of calls in at once, and a bounded number per second.
pub(crate) struct Gate {
    slots: Arc<Semaphore>,
    size: u32,
    waiting: AtomicU32,
    /// Whoever stands first waits for the next token; the others wait behind, in their order.
    turn: Semaphore,
    limiter: RateLimiter<NotKeyed, InMemoryState, OurClock, NoOpMiddleware<Duration>>,
    clock: OurClock,
    wait_max: Duration,
}

/// Why there was no way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many calls are on their way, or waiting.
    Full,
    /// Too many calls per second.
    TooFast,
}

/// A slot; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
}

/// Governor's view of our clock.
#[derive(Clone, Debug)]
struct OurClock(Arc<dyn Clock>);

impl governor::clock::Clock for OurClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic().since_start()
    }
}

impl Gate {
    pub(crate) fn new(
        size: NonZeroU32,
        per_second: NonZeroU32,
        burst: NonZeroU32,
        wait_max: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let clock = OurClock(clock);
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self {
            slots: Arc::new(Semaphore::new(
                usize::try_from(size.get()).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS),
            )),
            size: size.get(),
            waiting: AtomicU32::new(0),
            turn: Semaphore::new(1),
            limiter: RateLimiter::direct_with_clock(quota, clock.clone()),
            clock,
            wait_max,
        }
    }

    /// Comes in without waiting, or not at all.
    pub(crate) fn try_enter(&self) -> Result<Slot, Refusal> {
        let slot = Arc::clone(&self.slots).try_acquire_owned().map_err(|_| Refusal::Full)?;
        let _turn = self.turn.try_acquire().map_err(|_| Refusal::TooFast)?;
        self.limiter.check().map_err(|_| Refusal::TooFast)?;
        Ok(Slot { _permit: slot })
    }

    /// Comes in, waiting a bounded time; or not at all, at once where waiting is in vain.
    pub(crate) async fn enter(&self) -> Result<Slot, Refusal> {
        if let Ok(slot) = self.try_enter() {
            return Ok(slot);
        }
        let _place = Place::behind(self)?;
        let deadline = Instant::now() + self.wait_max;
        let slot = timeout_at(deadline, Arc::clone(&self.slots).acquire_owned())
            .await
            .map_err(|_| Refusal::Full)?
            .map_err(|_| Refusal::Full)?;
        let _turn = timeout_at(deadline, self.turn.acquire())
            .await
            .map_err(|_| Refusal::TooFast)?
            .map_err(|_| Refusal::TooFast)?;
        while let Err(not_until) = self.limiter.check() {
            let ready = Instant::now() + not_until.wait_time_from(self.clock.now());
            if ready > deadline {
                return Err(Refusal::TooFast);
            }
            tokio::time::sleep_until(ready).await;
        }
        Ok(Slot { _permit: slot })
    }

    /// Whether a caller may still come in or wait.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting() < self.size
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// A place in the waiting line, which is as long as the gate is wide.
struct Place<'a>(&'a Gate);

impl<'a> Place<'a> {
    fn behind(gate: &'a Gate) -> Result<Self, Refusal> {
        // Counted first, so that two callers cannot take the last place.
        let place = Self(gate);
        if gate.waiting.fetch_add(1, Ordering::Relaxed) < gate.size {
            Ok(place)
        } else {
            Err(Refusal::Full)
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("size", &self.size)
            .field("free", &self.slots.available_permits())
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}
