//! The thread that writes: batches, savepoints, group commit.

mod batch;
mod job;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use ppob_journal::JournalError;
use ppob_journal_durable::chain::Told;
use ppob_journal_durable::lanes::{Closing, Lane, Lanes, NotTaken};
use ppob_journal_durable::sends::SendJournal;
use ppob_seal::Sealer;
use ppob_types::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;

use self::batch::Batch;
pub(crate) use self::job::Applied;
use self::job::{Job, Task};
use crate::anchor::Anchor;
use crate::apply::Failure;
use crate::connection::WriteConnection;
use crate::error::{closed, unchanged};
use crate::open::FileLock;
use crate::stats::Counters;

/// How many writes share one commit at most.
const BATCH: usize = 512;
/// How many acceptances and records may wait; beyond that, callers are told to come back.
const WAITING: usize = 65_536;

/// Hands writes to the thread.
#[derive(Clone, Debug)]
pub(crate) struct Writer(Arc<Lanes<Box<dyn Job>>>);

/// What the thread owns.
#[derive(Debug)]
pub(crate) struct WriterParts {
    pub(crate) path: PathBuf,
    pub(crate) connection: WriteConnection,
    /// For connections that are opened again.
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) sends: SendJournal,
    /// Freed when the thread ends, after the connection was closed.
    pub(crate) lock: FileLock,
    /// Lets a test fail commits, and appends to the send journal.
    pub(crate) faults: Faults,
}

/// What a test lets fail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// Called before each commit; `true` fails it.
    pub(crate) commit: Option<Fault>,
    /// Called before sends are written down; `true` fails that.
    pub(crate) send: Option<Fault>,
}

/// See [`Faults`].
#[derive(Clone)]
pub(crate) struct Fault(pub(crate) Arc<dyn Fn() -> bool + Send + Sync>);

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fault")
    }
}

impl Writer {
    pub(crate) fn start(parts: WriterParts) -> std::io::Result<(Self, JoinHandle<()>)> {
        let lanes = Arc::new(Lanes::new(WAITING));
        let waiting = Arc::clone(&lanes);
        let thread = std::thread::Builder::new().name("journal-write".to_owned());
        let thread = thread.spawn(move || run(&waiting, parts))?;
        Ok((Self(lanes), thread))
    }

    /// Applies `apply` with the next commit. `moment` is the time the write states.
    ///
    /// Once handed over it happens, whether or not the caller still waits.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        lane: Lane,
        moment: Option<Timestamp>,
        apply: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, JournalError> {
        let apply = |connection: &_| Ok(Applied { answer: apply(connection)?, send: None });
        self.write_intent(lane, moment, apply).await
    }

    /// As [`Writer::write`], for a write that may permit a send: it is acknowledged only once that stands
    /// in the send journal, too.
    pub(crate) async fn write_intent<T: Send + 'static>(
        &self,
        lane: Lane,
        moment: Option<Timestamp>,
        apply: impl FnOnce(&Connection) -> Result<Applied<T>, Failure> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (reply, answer) = oneshot::channel();
        let task = Task::new(moment, apply, reply);
        self.0.push(lane, Box::new(task)).map_err(|refused| match refused {
            NotTaken::Closed => closed(),
            NotTaken::Full => JournalError::Unavailable("too many writes are waiting".to_owned()),
        })?;
        answer.await.unwrap_or_else(|_| {
            let cause = "the thread that writes has ended".to_owned();
            Err(JournalError::Unacknowledged(cause))
        })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    pub(crate) fn close(&self) {
        self.0.close();
    }
}

fn run(lanes: &Arc<Lanes<Box<dyn Job>>>, parts: WriterParts) {
    let WriterParts { path, connection, sealer, counters, mut sends, lock, faults } = parts;
    let mut told = Told::default();
    let _closing = Closing::new(Arc::clone(lanes));
    let mut connection = Some(connection);
    let mut anchor = Anchor::new(&path);
    let mut jobs = Vec::new();
    while let Some(waiting) = lanes.take(BATCH, &mut jobs) {
        metrics::gauge!("ppob_journal_queue_depth").set(float(waiting));
        let batch = Batch::new(std::mem::take(&mut jobs), &faults);
        connection = match connection.take().map_or_else(|| reopen(&anchor, &path, &sealer), Ok) {
            Ok(open) => match batch.write(open, &counters, &mut anchor, &mut sends) {
                Ok((open, stated)) => {
                    told.saw(stated.head, stated.at);
                    Some(open)
                }
                Err(failed) => {
                    // Before anybody is told: whoever reads again sees what is durable.
                    let reopened = reopen(&anchor, &path, &sealer).ok();
                    failed.tell();
                    reopened
                }
            },
            Err(error) => {
                batch.refuse(&error);
                None
            }
        };
    }
    told.log("the journal closes with this head of its chain");
    drop(connection);
    drop(lock);
}

fn reopen(
    anchor: &Anchor,
    path: &Path,
    sealer: &Arc<Sealer>,
) -> Result<WriteConnection, JournalError> {
    let opened = anchor
        .stands()
        .and_then(|()| WriteConnection::reopen(path, sealer).map_err(|error| unchanged(&error)));
    opened.inspect_err(|error| {
        tracing::error!(%error, "the journal cannot be opened again; it refuses writes until it can");
    })
}

/// For metrics only.
fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
