//! The steps of a move, in the only order in which nothing can be paid twice.

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use ppob_journal_durable::chain::Head;
use ppob_journal_durable::moving::{TABLES, Tally};
use ppob_journal_durable::sends;
use ppob_journal_postgres::{ArriveError, Arrived, Arriving, PostgresSettings, Source, There};
use ppob_journal_sqlite::{Leaving, Moved, Verified};
use ppob_seal::Sealer;
use ppob_types::Timestamp;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::MoveError;
use crate::source::{WAITING, hand_over};

/// The journal that moves.
#[derive(Clone, Debug)]
pub struct SqliteFile {
    /// The file.
    pub journal: PathBuf,
    /// The directory of its send journal.
    pub sends: PathBuf,
}

/// What was done just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The file is whole and as the engine left it.
    Checked(Box<Verified>),
    /// All rows of this table were read.
    Copied {
        /// Which table.
        table: &'static str,
        /// How many rows it has.
        rows: u64,
    },
    /// The copy is whole, and committed. Nobody can open it yet.
    Committed,
    /// The send journal stands where the engine will look for it.
    SendsTakenOver,
    /// Nobody opens the file any more.
    Left,
}

/// Is told of each step; [`ControlFlow::Break`] stops the move there.
pub type Progress = Arc<dyn Fn(&Step) -> ControlFlow<()> + Send + Sync>;

/// What was moved.
#[derive(Clone, PartialEq, Eq)]
pub struct MovedJournal {
    /// Where it is now, in words for people.
    pub place: String,
    /// The newest commit of its chain; none if only the end of an earlier move was left to do.
    pub head: Option<Head>,
    /// What each table holds; nothing if only the end of an earlier move was left to do.
    pub tallies: Vec<Tally>,
    /// Whether only the end of an earlier move was left to do.
    pub was_left_over: bool,
}

/// Moves the journal `file` to the database `to`. The engine must not run on any of them.
///
/// # Errors
/// [`MoveError`]: what is in the way, what is the journal now, and what to do.
///
/// # Cancel safety
/// If this is dropped, it is as after a crash: asking again goes on.
pub async fn move_journal(
    file: &SqliteFile,
    to: &PostgresSettings,
    now: Timestamp,
    progress: &Progress,
) -> Result<MovedJournal, MoveError> {
    let path = file.journal.clone();
    let leaving = blocking(move || Leaving::begin(&path)).await??;
    let mut arriving = Arriving::begin(to).await?;
    let begun = match begin(file, to, &leaving, &arriving).await {
        Ok(begun) => begun,
        Err(error) => {
            arriving.end().await;
            return Err(error);
        }
    };
    if begun == Begun::Left {
        arriving.finish().await.map_err(|error| MoveError::NotFinished(error.to_string()))?;
        let place = to.place();
        return Ok(MovedJournal { place, head: None, tallies: Vec::new(), was_left_over: true });
    }
    match copy(file, now, (leaving, &mut arriving), progress).await {
        Ok((leaving, arrived)) => {
            leave(leaving, arriving, &arrived, to.place(), now, progress).await?;
            let Arrived { head, tallies, .. } = arrived;
            Ok(MovedJournal { place: to.place(), head, tallies, was_left_over: false })
        }
        Err(error) => {
            arriving.end().await;
            Err(error)
        }
    }
}

/// Where a move begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begun {
    /// With all of it.
    Here,
    /// The file was left before; the database was not told.
    Left,
}

/// Refuses what cannot be moved, before anything is done.
async fn begin(
    file: &SqliteFile,
    to: &PostgresSettings,
    leaving: &Leaving,
    arriving: &Arriving,
) -> Result<Begun, MoveError> {
    let SqliteFile { journal: path, sends: directory } = file;
    let unfinished = match (leaving.moved()?, arriving.there().await?) {
        (Some(moved), There::Unfinished { journal, .. }) if moved.journal == journal => {
            return Ok(Begun::Left);
        }
        (Some(Moved { place, at, .. }), _) => {
            return Err(MoveError::MovedBefore { path: path.clone(), place, at });
        }
        (None, There::Journal) => return Err(MoveError::NotEmpty(to.place())),
        (None, There::Unfinished { source, .. }) if source != name(file) => {
            return Err(MoveError::OthersUnfinished { source_file: source, place: to.place() });
        }
        (None, There::Unfinished { journal, .. }) => Some(journal),
        (None, There::Nothing) => None,
    };
    Sealer::unlock(&leaving.wrapped_keys()?, &to.keys)
        .map_err(|cause| MoveError::Locked { path: path.clone(), cause })?;
    if !directory.is_dir() {
        return Err(MoveError::NoSends(directory.clone()));
    }
    sends::check_keys(directory, &to.keys)
        .map_err(|cause| MoveError::Sends { directory: directory.clone(), cause })?;
    arriving.check_sends(directory, unfinished.as_deref())?;
    Ok(Begun::Here)
}

/// Copies everything, and then the send journal.
async fn copy(
    file: &SqliteFile,
    now: Timestamp,
    (leaving, arriving): (Leaving, &mut Arriving),
    progress: &Progress,
) -> Result<(Leaving, Arrived), MoveError> {
    let (verified, leaving) = blocking(move || (leaving.check(), leaving)).await?;
    tell(progress, &Step::Checked(Box::new(verified?)))?;
    let source = Source { source: name(file), covered: leaving.covered()?, at: now };
    let (sender, mut incoming) = mpsc::channel(WAITING);
    let told = Arc::clone(progress);
    let reading = spawn_blocking(move || {
        let handed_over = hand_over(&leaving, &sender, &told);
        (leaving, handed_over)
    });
    let arrived = arriving.copy(&source, &mut incoming).await;
    // Whoever reads is not kept waiting.
    drop(incoming);
    let (leaving, handed_over) = reading.await.map_err(|error| broke_off(&error))?;
    handed_over?;
    let arrived = match arrived {
        Err(ArriveError::BrokenOff) => return Err(MoveError::Stopped),
        arrived => arrived?,
    };
    tell(progress, &Step::Committed)?;
    arriving.take_over_sends(&file.sends, &arrived)?;
    tell(progress, &Step::SendsTakenOver)?;
    Ok((leaving, arrived))
}

/// From here on the journal is in the database.
async fn leave(
    leaving: Leaving,
    arriving: Arriving,
    arrived: &Arrived,
    place: String,
    at: Timestamp,
    progress: &Progress,
) -> Result<(), MoveError> {
    let moved = Moved { journal: arrived.journal.clone(), place, at };
    // The file's lock is held until the database knows.
    let left = blocking(move || (leaving.end(&moved), leaving)).await;
    let _leaving =
        match left.and_then(|(left, leaving)| Ok((left.map_err(MoveError::NotLeft)?, leaving))) {
            Ok(((), leaving)) => leaving,
            Err(error) => {
                arriving.end().await;
                return Err(error);
            }
        };
    if progress(&Step::Left) == ControlFlow::Break(()) {
        arriving.end().await;
        return Err(MoveError::NotFinished("it was stopped".to_owned()));
    }
    arriving.finish().await.map_err(|error| MoveError::NotFinished(error.to_string()))
}

fn tell(progress: &Progress, step: &Step) -> Result<(), MoveError> {
    match progress(step) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(MoveError::Stopped),
    }
}

/// The file, in words for people, and the same each time.
fn name(file: &SqliteFile) -> String {
    let path = file.journal.canonicalize().unwrap_or_else(|_| file.journal.clone());
    path.display().to_string()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, MoveError> {
    spawn_blocking(work).await.map_err(|error| broke_off(&error))
}

fn broke_off(error: &tokio::task::JoinError) -> MoveError {
    MoveError::BrokeOff(error.to_string())
}

impl MovedJournal {
    /// How many rows a table has.
    pub fn rows(&self, table: &str) -> u64 {
        self.of(table).map_or(0, |(_, tally)| tally.rows)
    }

    /// The sum of a column.
    pub fn sum(&self, table: &str, column: &str) -> i128 {
        self.of(table)
            .and_then(|(index, tally)| {
                let columns = TABLES.get(index)?.columns;
                let place = columns.iter().position(|one| one.name == column)?;
                tally.sums.get(place).copied()
            })
            .unwrap_or_default()
    }

    fn of(&self, table: &str) -> Option<(usize, &Tally)> {
        let index = TABLES.iter().position(|one| one.name == table)?;
        Some((index, self.tallies.get(index)?))
    }
}

impl fmt::Debug for MovedJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MovedJournal")
            .field("place", &self.place)
            .field("head", &self.head)
            .field("was_left_over", &self.was_left_over)
            .finish_non_exhaustive()
    }
}
