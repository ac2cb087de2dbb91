//! The journals that are measured.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ppob_journal::Journal;
use ppob_journal_postgres::{PostgresJournal, PostgresSettings};
use ppob_journal_sqlite::{KeySource, SendSettings, SqliteJournal};
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use ppob_test_postgres::{Cluster, Database};

use crate::{Result, load};

fn keys() -> Result<MasterKeys> {
    Ok(MasterKeys::new(MasterKey::generate(KeyId::new("bench")?)?))
}

pub(crate) async fn sqlite(in_flight: usize, count: usize) -> Result<f64> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&file, &KeySource::Given(keys()?))?;
    measured(Arc::new(journal), in_flight, count).await
}

pub(crate) async fn postgres(cluster: &Cluster, in_flight: usize, count: usize) -> Result<f64> {
    let server = cluster.url();
    let database = tokio::task::spawn_blocking(move || Database::fresh_on(&server)).await??;
    let directory = tempfile::tempdir()?;
    let settings = settings(&database, directory.path().join("sends"))?;
    let journal = PostgresJournal::open(&settings).await?;
    measured(Arc::new(journal), in_flight, count).await
}

fn settings(database: &Database, sends_directory: PathBuf) -> Result<PostgresSettings> {
    Ok(PostgresSettings {
        url: database.url().into(),
        ca: None,
        allow_plaintext: false,
        readers: 4,
        patience: Duration::from_secs(10),
        keys: keys()?,
        sends_directory,
        sends: SendSettings::default(),
    })
}

async fn measured(journal: Arc<dyn Journal>, in_flight: usize, count: usize) -> Result<f64> {
    let rate = load::rate(&journal, in_flight, count).await?;
    journal.close().await?;
    Ok(rate)
}
