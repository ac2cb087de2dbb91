//! The journal in a real database passes the behaviour suite.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::sync::Arc;

use async_trait::async_trait;
use ppob_journal::Journal;
use ppob_journal::suite::Backend;
use ppob_journal_postgres::PostgresJournal;
use ppob_test_postgres::psql;
use ppob_types::Timestamp;

use self::support::Place;

#[derive(Debug)]
struct InDatabase(Place);

impl InDatabase {
    /// Something that is done to the database while nobody is in it.
    fn outside(&self, statements: &[String]) {
        let name = self.0.database.name();
        let server = self.0.database.url().replace(name, "postgres");
        for statement in statements {
            psql(&server, statement).unwrap();
        }
    }
}

#[async_trait]
impl Backend for InDatabase {
    async fn open(&self) -> Arc<dyn Journal> {
        Arc::new(PostgresJournal::open(&self.0.settings()).await.unwrap())
    }

    async fn copy(&self) {
        let name = self.0.database.name();
        self.outside(&[
            format!("DROP DATABASE IF EXISTS {name}_copy"),
            format!("CREATE DATABASE {name}_copy TEMPLATE {name}"),
        ]);
    }

    /// As whoever puts a snapshot in the place of the database: nobody tells the journal.
    async fn put_back(&self, _now: Timestamp) {
        let name = self.0.database.name();
        self.outside(&[
            format!("DROP DATABASE {name} WITH (FORCE)"),
            format!("ALTER DATABASE {name}_copy RENAME TO {name}"),
        ]);
    }
}

ppob_journal::journal_suite!(InDatabase(Place::new()));
