//! Writes that share one commit.

use ppob_journal::JournalError;
use ppob_journal_durable::chain::Head;
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::Seal;
use ppob_journal_durable::sends::{SendJournal, SendsError};
use ppob_types::{CrashPoint, Timestamp, crash_point};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::error::{DbError, Severity};
use zeroize::Zeroizing;

use super::float;
use super::job::{Job, Work};
use crate::error::said;
use crate::items::{ChangeItem, PaymentItem};
use crate::open::Open;
use crate::told::Told;

/// The head that the writer knows does not stand in the database any more, or another engine has opened the
/// journal since.
const LOST: [&str; 2] = ["PPB01", "PPB02"];
/// The classes of errors about a value that cannot be kept: some are found before any write has begun, so
/// that the function cannot tell whose it is.
const WRONG_VALUE: [&str; 2] = ["22", "54"];

pub(super) struct Batch<'a> {
    pub(super) jobs: Vec<Job>,
    pub(super) seal: &'a Seal,
    pub(super) epoch: u64,
    pub(super) sends_name: &'a str,
    pub(super) known: Option<Head>,
}

/// What became of one write.
type Answer = Result<Told, JournalError>;

/// How a batch ended; everybody was told, unless it says otherwise.
#[derive(Debug)]
pub(super) enum Ended {
    /// It is durable; this is the head of the chain now, and the latest time that it states.
    Committed(Option<Head>, Option<Timestamp>),
    /// Nothing was changed.
    Refused,
    /// Nothing was changed, and nobody was told: one of these cannot be written, and each is to be tried
    /// alone.
    OneIsWrong(Vec<Job>),
    /// It may be durable or not, and the connection is of no use any more.
    Unknown,
    /// Nothing was changed: the database has lost commits, or is another engine's now.
    Lost(String),
}

/// The parts of a batch, in the order in which the database answers.
#[derive(Default)]
struct Sorted {
    changes: Vec<Job>,
    others: Vec<Job>,
    payments: Vec<Job>,
}

impl Batch<'_> {
    /// Nothing of it began.
    pub(super) fn refuse(self, error: &JournalError) {
        tell_all(self.jobs.into_iter(), error);
    }

    /// What permits a send is acknowledged only once it stands in the send journal, too; if it cannot be
    /// written down there, nobody may send, although the intent is durable.
    pub(super) async fn write(self, open: &Open, sends: &mut Option<SendJournal>) -> Ended {
        let latest = self.jobs.iter().filter_map(|job| job.moment).max();
        let permits = self.jobs.iter().any(Job::may_send);
        let segment = permits.then(|| ready(sends, latest));
        let covered = segment.as_ref().and_then(|ready| ready.as_ref().ok().copied());
        let sorted = Sorted::new(self.jobs);
        let before = open.warnings();
        crash_point(CrashPoint::BeforeCommit);
        #[expect(
            clippy::disallowed_methods,
            reason = "how long the database takes, for a metric; nothing is decided by it"
        )]
        let start = std::time::Instant::now();
        let written = {
            let (changes, others, payments) = sorted.items();
            let sends_name = covered.map(|_| self.sends_name);
            let number = self.known.map_or(0, |head| integer(head.number));
            let hash = self.known.map(|head| head.hash.to_vec());
            open.write(&[
                &changes,
                &others,
                &payments,
                &integer(self.epoch),
                &latest.map(Timestamp::as_micros),
                &sends_name,
                &covered.map(integer),
                &number,
                &hash,
            ])
            .await
        };
        crash_point(CrashPoint::AfterCommit);
        metrics::histogram!("ppob_journal_commit_seconds").record(start.elapsed().as_secs_f64());
        let rows = match written {
            // A server that warns while it commits may not have waited for its standby.
            Ok(_) if open.warnings() != before => {
                return unknown(sorted, "the database warned during the commit".to_owned());
            }
            Ok(rows) => rows,
            Err(error) => return failed(sorted, &error),
        };
        let (head, answers) = match read(rows, sorted.len()) {
            Ok(read) => read,
            Err(error) => return unknown(sorted, error.to_string()),
        };
        metrics::counter!("ppob_journal_commits_total").increment(1);
        metrics::histogram!("ppob_journal_batch_size").record(float(answers.len()));
        acknowledge(sorted, answers, self.seal, segment, sends, latest, head).await;
        Ended::Committed(head, latest)
    }
}

impl Sorted {
    fn new(jobs: Vec<Job>) -> Self {
        let mut sorted = Self::default();
        for job in jobs {
            match &job.work {
                Work::Change(..) => sorted.changes.push(job),
                Work::Other { .. } => sorted.others.push(job),
                Work::Accept { .. } => sorted.payments.push(job),
            }
        }
        sorted
    }

    fn len(&self) -> usize {
        self.changes.len() + self.others.len() + self.payments.len()
    }

    fn items(&self) -> (Vec<&ChangeItem>, Value, Vec<&PaymentItem>) {
        let changes = self.changes.iter().filter_map(|job| match &job.work {
            Work::Change(work, _) => Some(&work.item),
            Work::Accept { .. } | Work::Other { .. } => None,
        });
        let others = self.others.iter().filter_map(|job| match &job.work {
            Work::Other { item, .. } => Some(item.clone()),
            Work::Change(..) | Work::Accept { .. } => None,
        });
        let payments = self.payments.iter().filter_map(|job| match &job.work {
            Work::Accept { item, .. } => Some(item.as_ref()),
            Work::Change(..) | Work::Other { .. } => None,
        });
        (changes.collect(), others.collect(), payments.collect())
    }

    fn into_jobs(self) -> impl Iterator<Item = Job> {
        self.changes.into_iter().chain(self.others).chain(self.payments)
    }
}

/// The segment that the batch's sends go to.
fn ready(sends: &mut Option<SendJournal>, at: Option<Timestamp>) -> Result<u64, SendsError> {
    let gone = || std::io::Error::other("it was given up after a failure; start the engine again");
    sends.as_mut().ok_or_else(gone)?.ready(at.unwrap_or_default())
}

/// The head of the chain, and an answer for each write.
fn read(rows: Vec<Row>, writes: usize) -> Result<(Option<Head>, Vec<Answer>), JournalError> {
    let odd = |error: tokio_postgres::Error| JournalError::Corrupt(error.to_string());
    let mut head = None;
    let mut answers = Vec::with_capacity(writes);
    for row in rows {
        let failure: Option<String> = row.try_get(1).map_err(odd)?;
        if let Some(failure) = failure {
            answers.push(Err(JournalError::RuleBroken(failure)));
            continue;
        }
        let told = Told::read(&row).map_err(odd)?;
        if row.try_get::<_, i64>(0).map_err(odd)? == 0 {
            head = told.head()?;
        } else {
            answers.push(Ok(told));
        }
    }
    if answers.len() == writes {
        return Ok((head, answers));
    }
    let cause = format!("the database gave {} answers to {writes} writes", answers.len());
    Err(JournalError::Corrupt(cause))
}

/// Writes the sends down and tells everybody.
async fn acknowledge(
    sorted: Sorted,
    answers: Vec<Answer>,
    seal: &Seal,
    segment: Option<Result<u64, SendsError>>,
    sends: &mut Option<SendJournal>,
    latest: Option<Timestamp>,
    head: Option<Head>,
) {
    let mut begun = Vec::new();
    let mut done = Vec::with_capacity(answers.len());
    for (mut job, answer) in sorted.into_jobs().zip(answers) {
        let send = answer.as_ref().map_or(Ok(None), |told| job.send(seal, told));
        match send {
            Ok(send) => {
                done.push((job, answer, send.is_some()));
                begun.extend(send);
            }
            // The intent is durable; whoever reads it again knows that it did not send.
            Err(error) => job.tell(Err(JournalError::Unacknowledged(error.to_string()))),
        }
    }
    let written = match segment {
        None => Ok(()),
        Some(Err(error)) => Err(error),
        Some(Ok(_)) => append(sends, latest.unwrap_or_default(), head, begun).await,
    };
    if let Err(error) = &written {
        metrics::counter!("ppob_journal_send_errors_total").increment(1);
        tracing::error!(%error, "the send journal cannot be written; nothing is sent until it can");
    }
    for (job, answer, sends) in done {
        match &written {
            Err(error) if sends => job.tell(Err(JournalError::Unacknowledged(error.to_string()))),
            _ => job.tell(answer),
        }
    }
}

/// Waits for the disk elsewhere than on the threads that everybody shares.
async fn append(
    sends: &mut Option<SendJournal>,
    at: Timestamp,
    head: Option<Head>,
    begun: Vec<Zeroizing<Vec<u8>>>,
) -> Result<(), SendsError> {
    if begun.is_empty() {
        return Ok(());
    }
    let gone = |cause: &str| SendsError::from(std::io::Error::other(cause.to_owned()));
    let mut journal = sends.take().ok_or_else(|| gone("it was given up after a failure"))?;
    let writing = tokio::task::spawn_blocking(move || {
        let written = journal.append(at, head, begun.iter().map(|send| send.as_slice()));
        (journal, written)
    });
    let (journal, written) = writing.await.map_err(|error| gone(&error.to_string()))?;
    *sends = Some(journal);
    written
}

/// The statement did not come to its end.
fn failed(sorted: Sorted, error: &tokio_postgres::Error) -> Ended {
    metrics::counter!("ppob_journal_commit_errors_total").increment(1);
    let text = said(error);
    let Some(told) = error.as_db_error().filter(|told| is_error(told)) else {
        return unknown(sorted, text);
    };
    let is_about_values = WRONG_VALUE.iter().any(|class| told.code().code().starts_with(class));
    if is_about_values && sorted.len() > 1 {
        return Ended::OneIsWrong(sorted.into_jobs().collect());
    }
    tracing::error!(error = text, "a batch of the journal was refused; nothing of it was changed");
    if is_about_values {
        tell_all(sorted.into_jobs(), &JournalError::RuleBroken(text));
        return Ended::Refused;
    }
    tell_all(sorted.into_jobs(), &JournalError::Unavailable(text));
    if LOST.contains(&told.code().code()) {
        return Ended::Lost(told.message().to_owned());
    }
    Ended::Refused
}

/// The transaction was rolled back, and the connection goes on. The other word for it is in the language of
/// the server.
fn is_error(told: &DbError) -> bool {
    told.parsed_severity() == Some(Severity::Error)
}

fn unknown(sorted: Sorted, cause: String) -> Ended {
    tracing::error!(
        error = cause,
        "a commit of the journal failed; its writes are unknown until they are read again"
    );
    tell_all(sorted.into_jobs(), &JournalError::Unacknowledged(cause));
    Ended::Unknown
}

fn tell_all(jobs: impl Iterator<Item = Job>, error: &JournalError) {
    jobs.for_each(|job| job.tell(Err(error.clone())));
}
