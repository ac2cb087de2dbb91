//! The journal in a real database passes the behaviour suite.

use std::sync::Arc;

use async_trait::async_trait;
use ppob_journal::Journal;
use ppob_journal::suite::Backend;
use ppob_types::Timestamp;

use crate::support::Place;

#[derive(Debug)]
struct InDatabase(Place);

#[async_trait]
impl Backend for InDatabase {
    async fn open(&self) -> Arc<dyn Journal> {
        Arc::new(self.0.open().await)
    }

    async fn copy(&self) {
        self.0.copy();
    }

    async fn put_back(&self, _now: Timestamp) {
        self.0.put_back();
    }
}

ppob_journal::journal_suite!(InDatabase(Place::opened_once()));
