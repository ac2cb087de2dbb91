//! The journal on a real file passes the behaviour suite.
#![expect(clippy::unwrap_used, reason = "tests")]

mod keys;

use std::sync::Arc;

use async_trait::async_trait;
use ppob_journal::Journal;
use ppob_journal::suite::Backend;
use ppob_journal_sqlite::{SqliteJournal, back_up, restore};
use ppob_types::Timestamp;
use tempfile::TempDir;

use self::keys::keys;

#[derive(Debug)]
struct OnDisk(TempDir);

impl OnDisk {
    fn journal(&self) -> std::path::PathBuf {
        self.0.path().join("journal.db")
    }
}

#[async_trait]
impl Backend for OnDisk {
    async fn open(&self) -> Arc<dyn Journal> {
        Arc::new(SqliteJournal::open(&self.journal(), &keys()).unwrap())
    }

    async fn copy(&self) {
        let to = self.0.path().join("copy");
        let _ = std::fs::remove_file(&to);
        back_up(&self.journal(), &to, Timestamp::from_seconds(1_800_000_100)).unwrap();
    }

    async fn put_back(&self, now: Timestamp) {
        let restored = restore(&self.0.path().join("copy"), &self.journal(), true, now);
        restored.unwrap();
    }
}

ppob_journal::journal_suite!(OnDisk(tempfile::tempdir().unwrap()));
