//! A journal in a database of its own.

use std::path::PathBuf;
use std::time::Duration;

use ppob_journal_durable::sends::SendSettings;
use ppob_journal_postgres::PostgresSettings;
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use ppob_test_postgres::Database;
use tempfile::TempDir;

/// A database, and a directory for the send journal.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) database: Database,
    directory: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let database = Database::fresh().unwrap();
        Self { database, directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn settings(&self) -> PostgresSettings {
        settings(self.database.url(), self.sends())
    }

    pub(crate) fn sends(&self) -> PathBuf {
        self.directory.path().join("sends")
    }
}

pub(crate) fn settings(url: String, sends_directory: PathBuf) -> PostgresSettings {
    let master = MasterKey::parse(KeyId::new("test").unwrap(), &"17".repeat(32)).unwrap();
    PostgresSettings {
        url: url.into(),
        ca: None,
        allow_plaintext: false,
        readers: 4,
        patience: Duration::from_secs(10),
        keys: MasterKeys::new(master),
        sends_directory,
        sends: SendSettings::default(),
    }
}
