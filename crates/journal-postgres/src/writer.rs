//! The task that writes: batches, one statement each.

mod batch;
mod inbox;
mod job;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ppob_journal::JournalError;
use ppob_journal_durable::chain::{Head, Told as ToldHead};
use ppob_journal_durable::sealed::Seal;
use ppob_journal_durable::sends::SendJournal;
use ppob_types::Timestamp;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::batch::{Batch, Ended};
use self::inbox::{Inbox, Outbox};
pub(crate) use self::job::ChangeWork;
use self::job::{Job, Work};
use crate::error::closed;
use crate::items::PaymentItem;
use crate::lost::LostSignal;
use crate::open::WriteConnection;
use crate::told::Told;

/// How many writes share one commit at most.
const BATCH: usize = 256;

/// Hands writes to the task.
pub(crate) struct Writer {
    outbox: Mutex<Option<Outbox>>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

/// What the task owns.
#[derive(Debug)]
pub(crate) struct WriterParts {
    pub(crate) connection: WriteConnection,
    pub(crate) seal: Seal,
    pub(crate) epoch: u64,
    pub(crate) sends: SendJournal,
    pub(crate) sends_name: String,
    /// The head of the chain at the opening.
    pub(crate) head: Option<Head>,
    pub(crate) lost: Arc<LostSignal>,
}

impl Writer {
    pub(crate) fn start(parts: WriterParts) -> Self {
        let (outbox, inbox) = inbox::channel();
        let task = tokio::spawn(run(inbox, parts));
        Self { outbox: Mutex::new(Some(outbox)), task: tokio::sync::Mutex::new(Some(task)) }
    }

    /// Writes a change with the next commit.
    pub(crate) async fn change(
        &self,
        work: Box<ChangeWork>,
    ) -> Result<(Told, Box<ChangeWork>), JournalError> {
        let (reply, answer) = oneshot::channel();
        let moment = Some(work.change.now);
        self.hand_over(Job { moment, work: Work::Change(work, reply) })?;
        answer.await.unwrap_or_else(|_| Err(nobody()))
    }

    /// Accepts a payment with the next commit; `send` is the send that this permits, as JSON.
    pub(crate) async fn accept(
        &self,
        moment: Timestamp,
        item: PaymentItem,
        send: Option<zeroize::Zeroizing<Vec<u8>>>,
    ) -> Result<Told, JournalError> {
        let (reply, answer) = oneshot::channel();
        let work = Work::Accept { item: Box::new(item), send, reply };
        self.hand_over(Job { moment: Some(moment), work })?;
        answer.await.unwrap_or_else(|_| Err(nobody()))
    }

    /// Does anything else with the next commit. With `first` it goes before acceptances that wait.
    pub(crate) async fn other(
        &self,
        moment: Option<Timestamp>,
        item: Value,
        first: bool,
    ) -> Result<Told, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.hand_over(Job { moment, work: Work::Other { item, first, reply } })?;
        answer.await.unwrap_or_else(|_| Err(nobody()))
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Takes nothing more, and waits until what was handed over is written.
    pub(crate) async fn close(&self) -> Result<(), JournalError> {
        self.take_no_more();
        // Kept until it has ended: whoever stops waiting must not let the next one think that it has.
        let mut task = self.task.lock().await;
        let Some(running) = task.as_mut() else { return Ok(()) };
        let ended = running.await.map_err(|_| nobody());
        *task = None;
        ended
    }

    pub(crate) fn take_no_more(&self) {
        drop(self.outbox.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn hand_over(&self, job: Job) -> Result<(), JournalError> {
        let outbox = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.as_ref().ok_or_else(closed)?.push(job)
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// The task ended without an answer, by a panic.
fn nobody() -> JournalError {
    JournalError::Unacknowledged("the task that writes has ended".to_owned())
}

/// What the task knows.
struct Writing {
    connection: WriteConnection,
    seal: Seal,
    epoch: u64,
    sends: Option<SendJournal>,
    sends_name: String,
    head: Option<Head>,
    lost: Arc<LostSignal>,
    told: ToldHead,
}

async fn run(mut inbox: Inbox, parts: WriterParts) {
    let WriterParts { connection, seal, epoch, sends, sends_name, head, lost } = parts;
    let (sends, told) = (Some(sends), ToldHead::default());
    let mut writing = Writing { connection, seal, epoch, sends, sends_name, head, lost, told };
    while let Some((jobs, waiting)) = inbox.take(BATCH).await {
        metrics::gauge!("ppob_journal_queue_depth").set(float(waiting));
        // What cannot be written must not keep anything else from being written.
        for job in writing.write(jobs).await {
            let _alone = writing.write(vec![job]).await;
        }
    }
    writing.note_head(head);
    writing.told.log("the journal closes with this head of its chain");
    writing.connection.close().await;
}

impl Writing {
    /// Writes them with one commit and tells everybody. Gives back what is to be tried one by one.
    async fn write(&mut self, jobs: Vec<Job>) -> Vec<Job> {
        let (epoch, known) = (self.epoch, self.head);
        let batch = Batch { jobs, seal: &self.seal, epoch, sends_name: &self.sends_name, known };
        if let Some(what) = self.lost.what() {
            batch.refuse(&JournalError::Unavailable(what));
            return Vec::new();
        }
        let open = match self.connection.ready().await {
            Ok(open) => open,
            Err(error) => {
                tracing::error!(%error, "the journal's database cannot be reached; writes are refused until it can");
                batch.refuse(&JournalError::Unavailable(error.to_string()));
                return Vec::new();
            }
        };
        match batch.write(open, &mut self.sends).await {
            Ended::Committed(since, at) => {
                self.told.saw(since, at);
                self.head = since.or(self.head);
            }
            Ended::OneIsWrong(jobs) => return jobs,
            // Whatever the server has against it, the next connection is looked at as at the opening.
            Ended::Refused | Ended::Unknown => self.connection.drop_it(),
            Ended::Lost(what) => {
                tracing::error!(
                    what,
                    "the journal is lost to this engine; nothing is written any more until it was started again"
                );
                // First: the next opening learns of it there, although nothing was sent that is not known.
                self.note_head(None);
                self.lost.tell(what);
            }
        }
        Vec::new()
    }

    /// Keeps the head of the chain beside the database, if it is another one than `before`. Sends bring theirs
    /// with them; what was committed since then could be lost unnoticed.
    fn note_head(&mut self, before: Option<Head>) {
        let Some(head) = self.head.filter(|head| Some(*head) != before) else { return };
        let Some(sends) = self.sends.as_mut() else { return };
        let at = self.told.at().unwrap_or_default();
        let noted = sends.ready(at).and_then(|_| sends.append(at, Some(head), std::iter::empty()));
        if let Err(error) = noted {
            tracing::error!(%error, %head, "the head of the chain cannot be kept in the send journal");
        }
    }
}

/// For metrics only.
fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
