//! One write and the caller who waits for it.

use ppob_journal::JournalError;
use ppob_types::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::apply::Failure;

/// A write whose kind and answer the writer need not know.
pub(super) trait Job: Send {
    /// The time that the write states.
    fn moment(&self) -> Option<Timestamp>;

    /// Applies the write and keeps the answer. Called once.
    fn apply(&mut self, connection: &Connection) -> Result<(), Failure>;

    /// Gives the kept answer to the caller: the commit returned.
    fn acknowledge(self: Box<Self>);

    /// Gives an error to the caller instead.
    fn fail(self: Box<Self>, error: JournalError);
}

pub(super) struct Task<T, A> {
    moment: Option<Timestamp>,
    apply: Option<A>,
    answer: Option<T>,
    reply: oneshot::Sender<Result<T, JournalError>>,
}

impl<T, A> Task<T, A> {
    pub(super) const fn new(
        moment: Option<Timestamp>,
        apply: A,
        reply: oneshot::Sender<Result<T, JournalError>>,
    ) -> Self {
        Self { moment, apply: Some(apply), answer: None, reply }
    }
}

impl<T, A> Job for Task<T, A>
where
    T: Send,
    A: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn moment(&self) -> Option<Timestamp> {
        self.moment
    }

    fn apply(&mut self, connection: &Connection) -> Result<(), Failure> {
        if let Some(apply) = self.apply.take() {
            self.answer = Some(apply(connection)?);
        }
        Ok(())
    }

    fn acknowledge(self: Box<Self>) {
        let answer = self
            .answer
            .ok_or_else(|| JournalError::Unacknowledged("it was never applied".to_owned()));
        // Nobody waits any more if the caller went away; the write is durable all the same.
        let _ = self.reply.send(answer);
    }

    fn fail(self: Box<Self>, error: JournalError) {
        let _ = self.reply.send(Err(error));
    }
}
