//! Writes that share one commit.

use ppob_journal::JournalError;
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sends::{SendJournal, SendsError};
use ppob_types::{CrashPoint, Timestamp, crash_point};
use rusqlite::Connection;

use super::job::Job;
use super::{Faults, float};
use crate::anchor::Anchor;
use crate::apply::{Failure, raise_time, undo};
use crate::connection::WriteConnection;
use crate::error::unchanged;
use crate::stats::Counters;
use crate::{Head, chain, sql};

/// Writes that share one commit.
pub(super) struct Batch<'a> {
    jobs: Vec<Box<dyn Job>>,
    faults: &'a Faults,
}

/// What a commit stated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stated {
    /// The head of the chain after it.
    pub(super) head: Option<Head>,
    /// The latest time that a write stated.
    pub(super) at: Option<Timestamp>,
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
    pub(super) const fn new(jobs: Vec<Box<dyn Job>>, faults: &'a Faults) -> Self {
        Self { jobs, faults }
    }

    /// Nothing of it began.
    pub(super) fn refuse(self, error: &JournalError) {
        for job in self.jobs {
            job.fail(error.clone());
        }
    }

    /// Writes and commits. Returns the connection only if all went well: a failed flush says nothing
    /// about what is on the disk, and asking the same connection again could answer "done" for what
    /// is lost. With it comes what the commit stated.
    ///
    /// What permits a send is acknowledged only once it stands in the send journal, too; if it cannot be
    /// written down there, nobody may send, although the intent is durable.
    pub(super) fn write(
        self,
        open: WriteConnection,
        counters: &Counters,
        anchor: &mut Anchor,
        sends: &mut SendJournal,
    ) -> Result<(WriteConnection, Stated), FailedBatch> {
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
        let segment = segment(&applied, latest, sends);
        let covered = segment.as_ref().and_then(|ready| ready.as_ref().ok()).copied();
        match result.and_then(|()| commit(connection, latest, covered, self.faults)) {
            Ok(head) => {
                let written = match segment {
                    None => Ok(()),
                    Some(Err(error)) => Err(error),
                    Some(Ok(_)) => self.faults.before_send().and_then(|()| {
                        let begun = applied.iter().filter_map(Applied::send);
                        sends.append(latest.unwrap_or_default(), head, begun)
                    }),
                };
                acknowledge(applied, counters, written.as_ref().err());
                checkpoint(&open);
                Ok((open, Stated { head, at: latest }))
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

impl Applied {
    /// The send that the write permits.
    fn send(&self) -> Option<&[u8]> {
        match self {
            Self::Kept(job) => job.send(),
            Self::RolledBack(..) => None,
        }
    }
}

impl Faults {
    fn before_commit(&self) -> rusqlite::Result<()> {
        let fails = self.commit.as_ref().is_some_and(|fault| (fault.0)());
        if fails { Err(rusqlite::Error::InvalidQuery) } else { Ok(()) }
    }

    fn before_send(&self) -> Result<(), SendsError> {
        let fails = self.send.as_ref().is_some_and(|fault| (fault.0)());
        if fails { Err(std::io::Error::other("simulated").into()) } else { Ok(()) }
    }
}

/// Where the sends go that the batch permits; none if it permits none.
fn segment(
    applied: &[Applied],
    latest: Option<Timestamp>,
    sends: &mut SendJournal,
) -> Option<Result<u64, SendsError>> {
    let permits = applied.iter().any(|item| item.send().is_some());
    permits.then(|| sends.ready(latest.unwrap_or_default()))
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
    covered: Option<u64>,
    faults: &Faults,
) -> rusqlite::Result<Option<Head>> {
    if let Some(latest) = latest {
        raise_time(connection, latest)?;
    }
    if let Some(covered) = covered {
        connection.prepare_cached(sql::SENDS_COVER)?.execute([integer(covered)])?;
    }
    let head = chain::append(connection, latest)?;
    faults.before_commit()?;
    crash_point(CrashPoint::BeforeCommit);
    #[expect(
        clippy::disallowed_methods,
        reason = "how long the disk takes, for a metric; nothing is decided by it"
    )]
    let start = std::time::Instant::now();
    run(connection, "COMMIT")?;
    crash_point(CrashPoint::AfterCommit);
    metrics::histogram!("ppob_journal_commit_seconds").record(start.elapsed().as_secs_f64());
    Ok(head)
}

/// Counts and tells everybody; with `not_written` nobody may send.
fn acknowledge(applied: Vec<Applied>, counters: &Counters, not_written: Option<&SendsError>) {
    if let Some(error) = not_written {
        metrics::counter!("ppob_journal_send_errors_total").increment(1);
        tracing::error!(%error, "the send journal cannot be written; nothing is sent until it can");
    }
    let kept = applied.iter().filter(|item| matches!(item, Applied::Kept(_))).count();
    // First, so that whoever was told finds it counted.
    counters.committed(kept);
    metrics::counter!("ppob_journal_commits_total").increment(1);
    metrics::histogram!("ppob_journal_batch_size").record(float(applied.len()));
    for item in applied {
        match item {
            Applied::Kept(job) => match not_written.filter(|_| job.send().is_some()) {
                // The intent is durable; whoever reads it again knows that it did not send.
                Some(error) => job.fail(JournalError::Unacknowledged(error.to_string())),
                None => job.acknowledge(),
            },
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
