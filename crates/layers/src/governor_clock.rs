//! Rates on our clock.

use std::sync::Arc;
use std::time::Duration;

use ppob_types::Clock;

/// Governor's view of our clock.
#[derive(Clone, Debug)]
pub struct GovernorClock(pub Arc<dyn Clock>);

impl governor::clock::Clock for GovernorClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic().since_start()
    }
}
