//! A journal in a file, and a database that it can move to.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ppob_journal::Journal;
use ppob_journal::suite::{self, Everything};
use ppob_journal_move::{MoveError, MovedJournal, Progress, SqliteFile, move_journal};
use ppob_journal_postgres::{PostgresJournal, PostgresSettings};
use ppob_journal_sqlite::{KeySource, OpenError, SendSettings, SqliteJournal};
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use ppob_test_postgres::Database;
use ppob_types::Timestamp;
use tempfile::TempDir;

/// When journals are moved: after everything in them.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);

/// A directory with a file, and an empty database.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) database: Database,
    directory: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { database: Database::fresh().unwrap(), directory: tempfile::tempdir().unwrap() }
    }

    /// With a full journal in the file, and all that can be read of it.
    pub(crate) async fn filled() -> (Self, Everything) {
        let place = Self::new();
        let journal = place.open_file();
        suite::fill(&journal).await;
        journal.close().await.unwrap();
        let read = read(place.open_file()).await;
        (place, read)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.at("journal.db")
    }

    pub(crate) fn file(&self) -> SqliteFile {
        let journal = self.path();
        let sends = SendSettings::default().directory(&journal);
        SqliteFile { journal, sends }
    }

    pub(crate) fn try_file(&self) -> Result<SqliteJournal, OpenError> {
        open(&self.path())
    }

    pub(crate) fn open_file(&self) -> Arc<dyn Journal> {
        Arc::new(self.try_file().unwrap())
    }

    pub(crate) fn settings(&self) -> PostgresSettings {
        PostgresSettings {
            url: self.database.url().into(),
            ca: None,
            allow_plaintext: false,
            readers: 4,
            patience: Duration::from_secs(10),
            keys: keys("17"),
            sends_directory: self.at("sends"),
            sends: SendSettings::default(),
        }
    }

    pub(crate) async fn open_database(&self) -> Arc<dyn Journal> {
        Arc::new(PostgresJournal::open(&self.settings()).await.unwrap())
    }

    pub(crate) async fn moves(&self) -> Result<MovedJournal, MoveError> {
        self.moves_with(&self.settings()).await
    }

    pub(crate) async fn moves_with(
        &self,
        settings: &PostgresSettings,
    ) -> Result<MovedJournal, MoveError> {
        let progress: Progress = Arc::new(|_| ControlFlow::Continue(()));
        move_journal(&self.file(), settings, NOW, &progress).await
    }

    /// Moves up to the step of this number; says which one that was.
    pub(crate) async fn stops_at(
        &self,
        number: usize,
    ) -> (Result<MovedJournal, MoveError>, String) {
        let told = Arc::new((AtomicUsize::new(0), std::sync::Mutex::new(String::new())));
        let seen = Arc::clone(&told);
        let progress: Progress = Arc::new(move |step| {
            *seen.1.lock().unwrap() = format!("{step:?}");
            if seen.0.fetch_add(1, Ordering::SeqCst) == number {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let moved = move_journal(&self.file(), &self.settings(), NOW, &progress).await;
        let step = told.1.lock().unwrap().clone();
        (moved, step)
    }

    /// What is wrong with a move, in words.
    pub(crate) async fn refused(&self) -> String {
        self.moves().await.unwrap_err().to_string()
    }
}

pub(crate) fn open(path: &Path) -> Result<SqliteJournal, OpenError> {
    SqliteJournal::open(path, &KeySource::Given(keys("17")))
}

pub(crate) fn keys(byte: &str) -> MasterKeys {
    let id = if byte == "17" { "test" } else { "other" };
    MasterKeys::new(MasterKey::parse(KeyId::new(id).unwrap(), &byte.repeat(32)).unwrap())
}

/// Reads everything and closes.
pub(crate) async fn read(journal: Arc<dyn Journal>) -> Everything {
    let read = suite::everything(&journal).await;
    journal.close().await.unwrap();
    read
}
