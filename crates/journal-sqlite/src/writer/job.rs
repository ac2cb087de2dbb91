//! One write and the caller who waits for it.

use ppob_journal::JournalError;
use ppob_types::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::apply::Failure;

/// A write whose kind and answer the writer need not know.
pub(super) trait Job: Send {
    /// The time that the write states.
    fn moment(&self) -> Option<Timestamp>;

    /// Applies the write and keeps the answer. Called once.
    fn apply(&mut self, connection: &Connection) -> Result<(), Failure>;

    /// The send that may begin once this write is acknowledged, as JSON. Known once it was applied.
    fn send(&self) -> Option<&[u8]>;

    /// Gives the kept answer to the caller: the commit returned.
    fn acknowledge(self: Box<Self>);

    /// Gives an error to the caller instead.
    fn fail(self: Box<Self>, error: JournalError);
}

/// The answer of a write, and the send that it permits, as JSON.
#[derive(Debug)]
pub(crate) struct Applied<T> {
    pub(crate) answer: T,
    pub(crate) send: Option<Zeroizing<Vec<u8>>>,
}

pub(super) struct Task<T, A> {
    moment: Option<Timestamp>,
    apply: Option<A>,
    answer: Option<Applied<T>>,
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
    A: FnOnce(&Connection) -> Result<Applied<T>, Failure> + Send,
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

    fn send(&self) -> Option<&[u8]> {
        self.answer.as_ref()?.send.as_ref().map(|send| send.as_slice())
    }

    fn acknowledge(self: Box<Self>) {
        let answer = self
            .answer
            .map(|applied| applied.answer)
            .ok_or_else(|| JournalError::Unacknowledged("it was never applied".to_owned()));
        // Nobody waits any more if the caller went away; the write is durable all the same.
        let _ = self.reply.send(answer);
    }

    fn fail(self: Box<Self>, error: JournalError) {
        let _ = self.reply.send(Err(error));
    }
}
