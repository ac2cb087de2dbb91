//! Time of the world: tokio's paused time, and a wall clock that people set.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ppob_types::{Clock, Monotonic, Timestamp};
use tokio::time::Instant;

/// The machine's clock. Providers live by true time; only the engine's machine is set.
#[derive(Debug)]
pub(crate) struct WorldClock {
    origin: Instant,
    /// How far the wall clock is ahead, in microseconds.
    ahead: AtomicI64,
}

const BEGINNING: Timestamp = Timestamp::from_seconds(1_800_000_000);

impl WorldClock {
    pub(crate) fn new() -> Self {
        Self { origin: Instant::now(), ahead: AtomicI64::new(0) }
    }

    /// Time since the world began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// What a clock that nobody sets would show.
    pub(crate) fn true_time(&self) -> Timestamp {
        BEGINNING.plus(self.elapsed())
    }

    pub(crate) fn set_forward(&self, by: Duration) {
        self.ahead.fetch_add(micros(by), Ordering::SeqCst);
    }

    pub(crate) fn set_back(&self, by: Duration) {
        self.ahead.fetch_sub(micros(by), Ordering::SeqCst);
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        let ahead = self.ahead.load(Ordering::SeqCst);
        Timestamp::from_micros(self.true_time().as_micros().saturating_add(ahead))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::from_start(self.elapsed())
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
