//! Threads that read, each with a connection of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use ppob_journal::JournalError;
use ppob_journal_durable::lanes::{Closing, Lane, Lanes, NotTaken};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connection::open_reader;
use crate::error::{closed, unchanged};

/// How many reads may wait; beyond that, readers are told to come back.
const WAITING: usize = 16_384;
const THREADS: usize = 2;

/// A read; says whether the connection may be used again.
type Read = Box<dyn FnOnce(Result<&Connection, JournalError>) -> bool + Send>;

/// The threads that read.
#[derive(Clone, Debug)]
pub(crate) struct Readers(Arc<Lanes<Read>>);

impl Readers {
    pub(crate) fn start(path: &Path) -> std::io::Result<(Self, Vec<JoinHandle<()>>)> {
        let lanes = Arc::new(Lanes::new(WAITING));
        let closing = Arc::new(Closing::new(Arc::clone(&lanes)));
        let mut threads = Vec::new();
        for number in 1..=THREADS {
            let (lanes, path, closing) =
                (Arc::clone(&lanes), path.to_owned(), Arc::clone(&closing));
            let name = format!("journal-read-{number}");
            let thread = std::thread::Builder::new().name(name);
            threads.push(thread.spawn(move || {
                let _closing = closing;
                run(&lanes, &path);
            })?);
        }
        Ok((Self(lanes), threads))
    }

    /// Runs `read` on one of the threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (reply, answer) = oneshot::channel();
        let job = move |connection: Result<&Connection, JournalError>| {
            // One bad read must not take the thread, and with it everybody's reads, along.
            let result = catch_unwind(AssertUnwindSafe(|| connection.and_then(read)))
                .unwrap_or_else(|_| Err(panicked()));
            let healthy = matches!(result, Ok(_) | Err(JournalError::RuleBroken(_)));
            // Nobody waits any more if the caller went away.
            let _ = reply.send(result);
            healthy
        };
        self.0.push(Lane::Intake, Box::new(job)).map_err(|refused| match refused {
            NotTaken::Closed => closed(),
            NotTaken::Full => JournalError::Unavailable("too many reads are waiting".to_owned()),
        })?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(crate) fn close(&self) {
        self.0.close();
    }
}

fn panicked() -> JournalError {
    tracing::error!("a read of the journal panicked; nothing was changed");
    JournalError::Unavailable("a read ended badly".to_owned())
}

fn run(lanes: &Lanes<Read>, path: &Path) {
    // Opened at once and kept: while a reader is there, what a failed commit left in the log stays
    // invisible to everybody.
    let mut connection = open_reader(path).ok();
    let mut taken = Vec::new();
    while lanes.take(1, &mut taken).is_some() {
        for read in taken.drain(..) {
            if connection.is_none() {
                match open_reader(path) {
                    Ok(opened) => connection = Some(opened),
                    Err(error) => {
                        read(Err(unchanged(&error)));
                        continue;
                    }
                }
            }
            let healthy = connection.as_ref().is_some_and(|connection| read(Ok(connection)));
            if !healthy {
                connection = None;
            }
        }
    }
}
