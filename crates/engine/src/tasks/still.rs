//! A process that stands still, in simulations: its tasks are not polled, time goes on.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// Whether a process stands still, and who is to be polled when it goes on.
#[derive(Debug, Default)]
pub(super) struct Still(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How many reasons there are to stand still.
    depth: u32,
    waiting: Vec<Waker>,
}

impl Still {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self) {
        self.state().depth += 1;
    }

    pub(super) fn end(&self) {
        let waiting = {
            let mut state = self.state();
            state.depth -= 1;
            if state.depth > 0 { Vec::new() } else { std::mem::take(&mut state.waiting) }
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Whether the process stands still; then `waker` is woken when it goes on.
    fn holds(&self, waker: &Waker) -> bool {
        let mut state = self.state();
        if state.depth > 0 {
            state.waiting.push(waker.clone());
        }
        state.depth > 0
    }
}

/// `work`, polled only while the process does not stand still.
pub(super) async fn polled_unless_still<T>(still: Arc<Still>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(
        |context| {
            if still.holds(context.waker()) { Poll::Pending } else { work.as_mut().poll(context) }
        },
    )
    .await
}
