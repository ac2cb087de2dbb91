//! Writes that share one commit.

use ppob_journal::JournalError;
use ppob_types::{CrashPoint, Timestamp, crash_point};
use rusqlite::Connection;

use super::job::Job;
use super::{Fault, float};
use crate::anchor::Anchor;
use crate::apply::{Failure, raise_time, undo};
use crate::connection::WriteConnection;
use crate::error::unchanged;
use crate::stats::Counters;

/// Writes that share one commit.
pub(super) struct Batch<'a> {
    jobs: Vec<Box<dyn Job>>,
    fault: Option<&'a Fault>,
}

/// A batch that did not come to its end; the connection is closed, and nobody was told yet.
pub(super) struct FailedBatch {
    jobs: Vec<Box<dyn Job>>,
    error: JournalError,
}

/// What became of one write of the batch, until the commit has returned.
enum Applied {
    Kept(Box<dyn Job>),
    RolledBack(Box<dyn Job>, JournalError),
}

impl<'a> Batch<'a> {
    pub(super) const fn new(jobs: Vec<Box<dyn Job>>, fault: Option<&'a Fault>) -> Self {
        Self { jobs, fault }
    }

    /// Nothing of it began.
    pub(super) fn refuse(self, error: &JournalError) {
        for job in self.jobs {
            job.fail(error.clone());
        }
    }

    /// Writes and commits. Returns the connection only if all went well: a failed flush says nothing
    /// about what is on the disk, and asking the same connection again could answer "done" for what
    /// is lost.
    pub(super) fn write(
        self,
        open: WriteConnection,
        counters: &Counters,
        anchor: &mut Anchor,
    ) -> Result<WriteConnection, FailedBatch> {
        let connection = &open.connection;
        let begun = run(connection, "BEGIN IMMEDIATE").map_err(|error| unchanged(&error));
        if let Err(error) = begun.and_then(|()| anchor.hold()) {
            return Err(FailedBatch::new(self.jobs, error));
        }
        let mut jobs = self.jobs.into_iter();
        let mut applied = Vec::with_capacity(jobs.len());
        let mut latest = None;
        let mut result = Ok(());
        for mut job in jobs.by_ref() {
            match apply_alone(connection, job.as_mut()) {
                Ok(Ok(())) => {
                    latest = latest.max(job.moment());
                    applied.push(Applied::Kept(job));
                }
                Ok(Err(failure)) => applied.push(Applied::RolledBack(job, failure.into_error())),
                Err(error) => {
                    applied.push(Applied::Kept(job));
                    result = Err(error);
                    break;
                }
            }
        }
        match result.and_then(|()| commit(connection, latest, self.fault)) {
            Ok(()) => {
                acknowledge(applied, counters);
                checkpoint(&open);
                Ok(open)
            }
            Err(error) => {
                metrics::counter!("ppob_journal_commit_errors_total").increment(1);
                tracing::error!(%error, "a commit of the journal failed; its writes are unknown until they are read again");
                let applied = applied.into_iter().map(|item| match item {
                    Applied::Kept(job) | Applied::RolledBack(job, _) => job,
                });
                let unknown = JournalError::Unacknowledged(error.to_string());
                Err(FailedBatch::new(applied.chain(jobs).collect(), unknown))
            }
        }
    }
}

impl FailedBatch {
    fn new(jobs: Vec<Box<dyn Job>>, error: JournalError) -> Self {
        Self { jobs, error }
    }

    pub(super) fn tell(self) {
        for job in self.jobs {
            job.fail(self.error.clone());
        }
    }
}

/// Applies one write in a savepoint of its own. The outer error means that the whole batch is gone.
fn apply_alone(
    connection: &Connection,
    job: &mut dyn Job,
) -> rusqlite::Result<Result<(), Failure>> {
    run(connection, "SAVEPOINT one")?;
    let result = job.apply(connection);
    if let Err(failure) = &result {
        // Some errors (disk full, I/O) make SQLite roll the whole transaction back.
        if connection.is_autocommit() {
            return Err(match failure {
                Failure::Sqlite(rusqlite::Error::SqliteFailure(error, message)) => {
                    rusqlite::Error::SqliteFailure(*error, message.clone())
                }
                Failure::Sqlite(_) | Failure::Journal(_) => rusqlite::Error::InvalidQuery,
            });
        }
        undo(connection)?;
    }
    run(connection, "RELEASE one")?;
    Ok(result)
}

fn commit(
    connection: &Connection,
    latest: Option<Timestamp>,
    fault: Option<&Fault>,
) -> rusqlite::Result<()> {
    if let Some(latest) = latest {
        raise_time(connection, latest)?;
    }
    if fault.is_some_and(|fault| (fault.0)()) {
        return Err(rusqlite::Error::InvalidQuery);
    }
    crash_point(CrashPoint::BeforeCommit);
    #[expect(
        clippy::disallowed_methods,
        reason = "how long the disk takes, for a metric; nothing is decided by it"
    )]
    let start = std::time::Instant::now();
    run(connection, "COMMIT")?;
    crash_point(CrashPoint::AfterCommit);
    metrics::histogram!("ppob_journal_commit_seconds").record(start.elapsed().as_secs_f64());
    Ok(())
}

/// Counts and tells everybody.
fn acknowledge(applied: Vec<Applied>, counters: &Counters) {
    let kept = applied.iter().filter(|item| matches!(item, Applied::Kept(_))).count();
    // First, so that whoever was told finds it counted.
    counters.committed(kept);
    metrics::counter!("ppob_journal_commits_total").increment(1);
    metrics::histogram!("ppob_journal_batch_size").record(float(applied.len()));
    for item in applied {
        match item {
            Applied::Kept(job) => job.acknowledge(),
            Applied::RolledBack(job, error) => job.fail(error),
        }
    }
}

fn checkpoint(open: &WriteConnection) {
    // The log stays whole if this fails, and the next batch tries again.
    if let Err(error) = open.checkpoint_if_long() {
        tracing::warn!(%error, "the journal's log could not be moved into its database");
    }
}

fn run(connection: &Connection, statement: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(|_| ())
}
