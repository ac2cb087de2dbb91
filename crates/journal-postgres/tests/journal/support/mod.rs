//! A journal in a database of its own.

pub(crate) mod payments;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::time::Duration;

use ppob_journal_durable::sends::SendSettings;
use ppob_journal_postgres::{PostgresJournal, PostgresSettings};
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use ppob_test_postgres::{Database, psql};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// What the schema is made of: another schema is another template.
const SCHEMA: [&str; 6] = [
    include_str!("../../../migrations/0001_tables.sql"),
    include_str!("../../../migrations/0002_rules.sql"),
    include_str!("../../../migrations/0003_chain.sql"),
    include_str!("../../../migrations/0004_write.sql"),
    include_str!("../../../migrations/0005_batch.sql"),
    include_str!("../../../migrations/0006_arrival.sql"),
];

/// A database, and a directory for the send journal.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) database: Database,
    directory: TempDir,
}

impl Place {
    /// With an empty database.
    pub(crate) fn new() -> Self {
        Self::of(Database::fresh().unwrap())
    }

    /// With a database that was opened once. To make the schema takes longer than most tests, so it is made
    /// once and copied: all of these are copies of one journal.
    pub(crate) fn opened_once() -> Self {
        let template = template();
        if let Ok(database) = Database::copy_of(&template) {
            return Self::of(database);
        }
        let first = Self::new();
        let settings = first.settings();
        // A test is within a runtime, and waits here.
        let opening = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                PostgresJournal::open(&settings).await.unwrap().close_it().await;
            });
        });
        opening.join().unwrap();
        // Of several processes that made one, the first is taken.
        let _taken = first.database.keep_as(&template);
        Self::of(Database::copy_of(&template).unwrap())
    }

    pub(crate) fn of(database: Database) -> Self {
        Self { database, directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn settings(&self) -> PostgresSettings {
        settings(self.database.url(), self.sends())
    }

    pub(crate) async fn open(&self) -> PostgresJournal {
        PostgresJournal::open(&self.settings()).await.unwrap()
    }

    pub(crate) fn sends(&self) -> PathBuf {
        self.directory.path().join("sends")
    }

    /// Something that is done to the database while nobody is in it.
    pub(crate) fn outside(&self, statements: &[String]) {
        let server = format!("{} dbname=postgres", self.database.url());
        for statement in statements {
            psql(&server, statement).unwrap();
        }
    }

    pub(crate) fn copy(&self) {
        let name = self.database.name();
        self.outside(&[
            format!("DROP DATABASE IF EXISTS {name}_copy"),
            format!("CREATE DATABASE {name}_copy TEMPLATE {name}"),
        ]);
    }

    /// As whoever puts a snapshot in the place of the database: nobody tells the journal.
    pub(crate) fn put_back(&self) {
        let name = self.database.name();
        self.outside(&[
            format!("DROP DATABASE {name} WITH (FORCE)"),
            format!("ALTER DATABASE {name}_copy RENAME TO {name}"),
        ]);
    }

    /// Somebody else in the same schema.
    pub(crate) async fn client(&self) -> Client {
        client(&self.database.url()).await
    }
}

/// Closes a journal that is used for nothing else.
pub(crate) trait CloseIt {
    async fn close_it(self);
}

impl CloseIt for PostgresJournal {
    async fn close_it(self) {
        ppob_journal::Journal::close(&self).await.unwrap();
    }
}

fn template() -> String {
    let mut hasher = DefaultHasher::new();
    SCHEMA.hash(&mut hasher);
    format!("ppob_template_{:016x}", hasher.finish())
}

pub(crate) async fn client(url: &str) -> Client {
    let url = format!("{url} options='-c search_path=ppob'");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The turn to write, as the function `write` takes it.
pub(crate) const TURN: i64 = 1_347_440_450;

/// Waits until somebody waits for the turn, so that what it writes has been sent.
pub(crate) async fn somebody_waits(client: &Client) {
    let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)";
    while !client.query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {}
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
