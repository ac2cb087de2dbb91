//! Permits and a clock that stands still, so that what a provider sends depends on nothing but the call.

use std::sync::Arc;
use std::time::Duration;

use ppob_provider::{CallContext, SendPermit, SendWatch};
use ppob_types::{AttemptId, Clock, Monotonic, Timestamp};

/// A Thursday morning in Jakarta, outside of everybody's cut-off hours.
const MORNING: &str = "2026-01-15 10:00:00";

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_wib(MORNING).unwrap_or_default()
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::from_start(Duration::from_secs(100))
    }
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(StoppedClock)
}

pub(crate) fn context() -> CallContext {
    CallContext { clock: clock() }
}

/// A permit that may start for another minute.
pub(crate) fn permit(attempt: &AttemptId) -> (SendPermit, SendWatch) {
    mint(attempt, Duration::from_mins(1))
}

/// A permit whose time was over a second ago.
pub(crate) fn late_permit(attempt: &AttemptId) -> (SendPermit, SendWatch) {
    let (clock, second) = (clock(), Duration::from_secs(1));
    let start_by = Monotonic::from_start(clock.monotonic().since_start().saturating_sub(second));
    mint_until(attempt, start_by)
}

fn mint(attempt: &AttemptId, within: Duration) -> (SendPermit, SendWatch) {
    mint_until(attempt, clock().monotonic().plus(within))
}

#[expect(clippy::disallowed_methods, reason = "the kit stands in for the commit of an intent")]
fn mint_until(attempt: &AttemptId, start_by: Monotonic) -> (SendPermit, SendWatch) {
    SendPermit::mint(attempt.clone(), start_by, clock())
}
