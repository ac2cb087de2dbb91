//! The engine's tasks: detached from callers, joined at shutdown, and killed at once in a simulated
//! crash.

use std::future::Future;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The engine's tasks.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    /// Background loops end when this is cancelled; payments on their way do not.
    stop: CancellationToken,
    /// Everything is dropped where it stands when this is cancelled.
    crash: CancellationToken,
}

impl Tasks {
    /// Runs `work` to its end, whatever happens to whoever asked for it.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let crash = self.crash.clone();
        self.tracker.spawn(async move {
            crash.run_until_cancelled_owned(work).await;
        });
    }

    /// Cancelled when the engine stops: background loops wait for it.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stop
    }

    /// Ends background loops and waits for payments on their way.
    pub(crate) async fn finish(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Drops every task where it stands, as a crash of the process would.
    pub(crate) fn crash(&self) {
        self.crash.cancel();
        self.stop.cancel();
    }
}
