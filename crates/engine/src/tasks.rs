//! The engine's tasks: detached from callers, joined at shutdown, and killed at once in a simulated
//! crash.

#[cfg(feature = "mutants")]
mod still;

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use tokio::sync::oneshot;
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
    #[cfg(feature = "mutants")]
    still: std::sync::Arc<still::Still>,
}

impl Tasks {
    /// Runs `work` to its end, whatever happens to whoever asked for it. A panic ends that work alone
    /// and is counted; what it left open is found by the sweep.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let crash = self.crash.clone();
        #[cfg(feature = "mutants")]
        // Boxed, so that what is wrapped is not copied once more.
        let work = still::polled_unless_still(std::sync::Arc::clone(&self.still), Box::pin(work));
        self.tracker.spawn(async move {
            let guarded = AssertUnwindSafe(work).catch_unwind();
            if let Some(Err(_)) = crash.run_until_cancelled_owned(guarded).await {
                tracing::error!(
                    "a task of the engine panicked; what it left open will be swept up"
                );
                metrics::counter!("ppob_task_panics_total").increment(1);
            }
        });
    }

    /// Runs `work` to its end whatever happens to the caller, and waits for what it brings; `None` if
    /// it panicked or the process is ending.
    pub(crate) async fn detached<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.spawn(async move {
            let _ = answer.send(work.await);
        });
        answered.await.ok()
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

    /// Polls no task for so long, as if the process had been stopped.
    #[cfg(feature = "mutants")]
    pub(crate) fn stand_still(&self, span: std::time::Duration) {
        let still = std::sync::Arc::clone(&self.still);
        still.begin();
        tokio::spawn(async move {
            tokio::time::sleep(span).await;
            still.end();
        });
    }

    /// Drops every task where it stands, as a crash of the process would.
    pub(crate) fn crash(&self) {
        self.crash.cancel();
        self.stop.cancel();
    }
}
