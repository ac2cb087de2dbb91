//! Our own share of a call.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ppob_types::{Clock, Monotonic};

/// Measures the time that a call spends in this process: all of it, except what it waits for
/// providers. Recorded when dropped, whatever became of the call.
#[derive(Debug)]
pub(crate) struct Overhead {
    clock: Arc<dyn Clock>,
    method: &'static str,
    own: Duration,
    since: Monotonic,
}

impl Overhead {
    pub(crate) fn start(clock: Arc<dyn Clock>, method: &'static str) -> Self {
        let since = clock.monotonic();
        Self { clock, method, own: Duration::ZERO, since }
    }

    /// Waits for something that is not our own work.
    pub(crate) async fn outside<F: Future>(&mut self, waiting: F) -> F::Output {
        self.own += self.clock.monotonic().since(self.since);
        let output = waiting.await;
        self.since = self.clock.monotonic();
        output
    }
}

impl Drop for Overhead {
    fn drop(&mut self) {
        let own = self.own + self.clock.monotonic().since(self.since);
        metrics::histogram!("ppob_grpc_overhead_seconds", "method" => self.method).record(own);
    }
}
