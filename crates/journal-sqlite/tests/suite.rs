//! The journal on a real file passes the behaviour suite.
#![expect(clippy::unwrap_used, reason = "tests")]

mod keys;

use std::sync::Arc;

use async_trait::async_trait;
use ppob_journal::Journal;
use ppob_journal::suite::Backend;
use ppob_journal_sqlite::SqliteJournal;
use tempfile::TempDir;

use self::keys::keys;

#[derive(Debug)]
struct OnDisk(TempDir);

#[async_trait]
impl Backend for OnDisk {
    async fn open(&self) -> Arc<dyn Journal> {
        Arc::new(SqliteJournal::open(&self.0.path().join("journal.db"), &keys()).unwrap())
    }
}

ppob_journal::journal_suite!(OnDisk(tempfile::tempdir().unwrap()));
