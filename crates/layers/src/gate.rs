//! A bulkhead and a rate limit, with bounded waiting.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use ppob_types::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::GovernorClock;

/// Lets a bounded number of calls in at once, and a bounded number per second.
pub(crate) struct Gate {
    slots: Arc<Slots>,
    waiting: AtomicU32,
    /// Whoever stands first waits for the next token; the others wait behind, in their order.
    turn: Semaphore,
    rate: Mutex<Rate>,
    clock: GovernorClock,
}

/// How wide a gate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Width {
    /// Calls on their way at one time.
    pub(crate) size: NonZeroU32,
    /// Calls begun per second, on average.
    pub(crate) per_second: NonZeroU32,
    /// Calls that may begin at once after a quiet time.
    pub(crate) burst: NonZeroU32,
    /// How long a call waits for room.
    pub(crate) wait_max: Duration,
}

/// The slots. Their number may change while some of them are taken.
struct Slots {
    free: Arc<Semaphore>,
    count: Mutex<Count>,
}

struct Count {
    size: u32,
    /// Taken slots of a gate that was made narrower: they end with whoever holds them.
    surplus: usize,
}

struct Rate {
    width: Width,
    limiter: Arc<Limiter>,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, GovernorClock, NoOpMiddleware<Duration>>;

/// Why there was no way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many calls are on their way, or waiting.
    Full,
    /// Too many calls per second.
    TooFast,
}

/// A slot; dropping it gives it back.
pub(crate) struct Slot {
    of: Arc<Slots>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Gate {
    pub(crate) fn new(width: Width, clock: Arc<dyn Clock>) -> Self {
        let clock = GovernorClock(clock);
        Self {
            slots: Arc::new(Slots::new(width.size)),
            waiting: AtomicU32::new(0),
            turn: Semaphore::new(1),
            rate: Mutex::new(Rate { width, limiter: limiter(width, &clock) }),
            clock,
        }
    }

    /// Makes the gate wider or narrower from now on. Whoever is inside stays and is counted.
    ///
    /// Where the rate changes, the tokens begin to gather anew: what was let in just before counts at
    /// the provider all the same.
    pub(crate) fn set_width(&self, width: Width) {
        let mut rate = self.rate();
        if (rate.width.per_second, rate.width.burst) != (width.per_second, width.burst) {
            let limiter = limiter(width, &self.clock);
            // Never more than a full bucket holds, so this cannot fail.
            let _ = limiter.check_n(width.burst);
            rate.limiter = limiter;
        }
        rate.width = width;
        self.slots.resize(width.size);
    }

    /// Comes in without waiting, or not at all.
    pub(crate) fn try_enter(&self) -> Result<Slot, Refusal> {
        let slot = self.slots.try_take().ok_or(Refusal::Full)?;
        let _turn = self.turn.try_acquire().map_err(|_| Refusal::TooFast)?;
        self.limiter().check().map_err(|_| Refusal::TooFast)?;
        Ok(slot)
    }

    /// Comes in, waiting a bounded time; or not at all, at once where waiting is in vain.
    pub(crate) async fn enter(&self) -> Result<Slot, Refusal> {
        if let Ok(slot) = self.try_enter() {
            return Ok(slot);
        }
        let _place = Place::behind(self)?;
        let deadline = Instant::now() + self.rate().width.wait_max;
        let slot = timeout_at(deadline, self.slots.take())
            .await
            .map_err(|_| Refusal::Full)?
            .ok_or(Refusal::Full)?;
        let _turn = timeout_at(deadline, self.turn.acquire())
            .await
            .map_err(|_| Refusal::TooFast)?
            .map_err(|_| Refusal::TooFast)?;
        // Asked for each time: the rate may have been changed while this one waited.
        while let Err(not_until) = self.limiter().check() {
            let ready = Instant::now() + not_until.wait_time_from(self.clock.now());
            if ready > deadline {
                return Err(Refusal::TooFast);
            }
            tokio::time::sleep_until(ready).await;
        }
        Ok(slot)
    }

    /// Whether a caller may still come in or wait.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting() < self.slots.size()
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }

    fn limiter(&self) -> Arc<Limiter> {
        Arc::clone(&self.rate().limiter)
    }

    fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limiter(width: Width, clock: &GovernorClock) -> Arc<Limiter> {
    let quota = Quota::per_second(width.per_second).allow_burst(width.burst);
    Arc::new(RateLimiter::direct_with_clock(quota, clock.clone()))
}

impl Slots {
    fn new(size: NonZeroU32) -> Self {
        Self {
            free: Arc::new(Semaphore::new(permits(size.get()))),
            count: Mutex::new(Count { size: size.get(), surplus: 0 }),
        }
    }

    fn size(&self) -> u32 {
        self.count().size
    }

    fn try_take(self: &Arc<Self>) -> Option<Slot> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        Some(Slot { of: Arc::clone(self), permit: Some(permit) })
    }

    async fn take(self: &Arc<Self>) -> Option<Slot> {
        let permit = Arc::clone(&self.free).acquire_owned().await.ok()?;
        Some(Slot { of: Arc::clone(self), permit: Some(permit) })
    }

    fn resize(&self, size: NonZeroU32) {
        let mut count = self.count();
        let (before, after) = (permits(count.size), permits(size.get()));
        count.size = size.get();
        if after >= before {
            let more = after - before;
            let kept = more.min(count.surplus);
            count.surplus -= kept;
            self.free.add_permits(more - kept);
        } else {
            let fewer = before - after;
            count.surplus += fewer - self.free.forget_permits(fewer);
        }
    }

    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Under the lock, so that a resize sees this slot either taken or free.
        let mut count = self.of.count();
        let permit = self.permit.take();
        if count.surplus > 0 {
            count.surplus -= 1;
            permit.into_iter().for_each(OwnedSemaphorePermit::forget);
        }
    }
}

fn permits(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS)
}

/// A place in the waiting line, which is as long as the gate is wide.
struct Place<'a>(&'a Gate);

impl<'a> Place<'a> {
    fn behind(gate: &'a Gate) -> Result<Self, Refusal> {
        // Counted first, so that two callers cannot take the last place.
        let place = Self(gate);
        if gate.waiting.fetch_add(1, Ordering::Relaxed) < gate.slots.size() {
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
            .field("size", &self.slots.size())
            .field("free", &self.slots.free.available_permits())
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}
