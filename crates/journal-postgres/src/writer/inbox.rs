//! The queue before the task that writes: two lanes, and the first is emptied before the second.

use ppob_journal::JournalError;
use tokio::sync::mpsc::{self, error::TrySendError};

use super::job::Job;

/// How many acceptances and records may wait; beyond that, callers are told to come back.
const WAITING: usize = 65_536;

/// Where callers put their writes.
#[derive(Debug)]
pub(super) struct Outbox {
    /// News about money that may already be moving: always taken.
    outcomes: mpsc::UnboundedSender<Job>,
    intakes: mpsc::Sender<Job>,
}

/// Where the task takes them from.
#[derive(Debug)]
pub(super) struct Inbox {
    outcomes: mpsc::UnboundedReceiver<Job>,
    intakes: mpsc::Receiver<Job>,
}

pub(super) fn channel() -> (Outbox, Inbox) {
    let (to_outcomes, outcomes) = mpsc::unbounded_channel();
    let (to_intakes, intakes) = mpsc::channel(WAITING);
    (Outbox { outcomes: to_outcomes, intakes: to_intakes }, Inbox { outcomes, intakes })
}

impl Outbox {
    pub(super) fn push(&self, job: Job) -> Result<(), JournalError> {
        let ended = || JournalError::Unavailable("the task that writes has ended".to_owned());
        if job.is_first() {
            return self.outcomes.send(job).map_err(|_| ended());
        }
        self.intakes.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => {
                JournalError::Unavailable("too many writes are waiting".to_owned())
            }
            TrySendError::Closed(_) => ended(),
        })
    }
}

impl Inbox {
    /// Waits for writes and takes up to `limit`, and says how many stay; `None` once nothing comes any more.
    pub(super) async fn take(&mut self, limit: usize) -> Option<(Vec<Job>, usize)> {
        let first = tokio::select! {
            biased;
            Some(job) = self.outcomes.recv() => job,
            Some(job) = self.intakes.recv() => job,
            else => return None,
        };
        let mut jobs = vec![first];
        while jobs.len() < limit {
            let next = self.outcomes.try_recv().or_else(|_| self.intakes.try_recv());
            let Ok(job) = next else { break };
            jobs.push(job);
        }
        Some((jobs, self.outcomes.len() + self.intakes.len()))
    }
}
