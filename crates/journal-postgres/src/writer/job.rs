//! One write and the caller who waits for it.

use ppob_journal::{Change, JournalError, begun_by};
use ppob_journal_durable::decode::natural;
use ppob_journal_durable::sealed::Seal;
use ppob_journal_durable::sends::of_change;
use ppob_types::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::items::{ChangeItem, PaymentItem};
use crate::told::Told;

/// A write.
#[derive(Debug)]
pub(super) struct Job {
    /// The time that it states.
    pub(super) moment: Option<Timestamp>,
    pub(super) work: Work,
}

/// What is to be written, and whom to tell.
#[derive(Debug)]
pub(super) enum Work {
    Change(Box<ChangeWork>, oneshot::Sender<Result<(Told, Box<ChangeWork>), JournalError>>),
    Accept {
        item: Box<PaymentItem>,
        /// The send that it permits, as JSON.
        send: Option<Zeroizing<Vec<u8>>>,
        reply: oneshot::Sender<Result<Told, JournalError>>,
    },
    Other {
        item: Value,
        first: bool,
        reply: oneshot::Sender<Result<Told, JournalError>>,
    },
}

/// A change, and as what it is written.
#[derive(Debug)]
pub(crate) struct ChangeWork {
    pub(crate) change: Box<Change>,
    pub(crate) item: ChangeItem,
}

impl Job {
    /// Whether it goes before acceptances that wait.
    pub(super) const fn is_first(&self) -> bool {
        matches!(self.work, Work::Change(..) | Work::Other { first: true, .. })
    }

    /// Whether it may permit a send.
    pub(super) fn may_send(&self) -> bool {
        match &self.work {
            Work::Change(work, _) => begun_by(&work.change.payment, 0).is_some(),
            Work::Accept { send, .. } => send.is_some(),
            Work::Other { .. } => false,
        }
    }

    /// The send that it permits, as JSON, now that it is written.
    pub(super) fn send(
        &mut self,
        seal: &Seal,
        told: &Told,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, JournalError> {
        match &mut self.work {
            Work::Change(work, _) if told.is("done") => {
                let (serial, recorded) = (told.number()?, told.recorded.unwrap_or_default());
                natural(serial)?;
                let request = told.bytes.as_deref().unwrap_or_default();
                of_change(seal, &work.change, serial, request, recorded)
            }
            Work::Accept { send, .. } if told.is("accepted") => Ok(send.take()),
            Work::Change(..) | Work::Accept { .. } | Work::Other { .. } => Ok(None),
        }
    }

    /// Nobody waits any more if the caller went away; what is written is written all the same.
    pub(super) fn tell(self, told: Result<Told, JournalError>) {
        match self.work {
            Work::Change(work, reply) => {
                let _ = reply.send(told.map(|told| (told, work)));
            }
            Work::Accept { reply, .. } | Work::Other { reply, .. } => {
                let _ = reply.send(told);
            }
        }
    }
}
