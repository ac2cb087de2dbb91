//! A journal that comes in from elsewhere, as a whole or not at all.
//!
//! Everything is written in one transaction, and held against its source before the commit. The triggers
//! of the tables are off meanwhile: they say what may *change*, and make facts of what is new; here nothing
//! changes and nothing is new. That is safe because switching them off is part of the same transaction:
//! nobody else ever sees it, whatever happens, and a crash undoes it with everything else. Constraints,
//! unique indexes and foreign keys hold as ever, and what the triggers would have refused is looked for
//! afterwards (`verify::broken_rules`, `chain::check`), also whether all of them are on again.
//!
//! What was committed is not yet to be opened: first nobody may be able to open the source any more. Two
//! commits in two places cannot be one, so in between neither of them can be opened, and asking again goes
//! on.

mod copy;
pub(crate) mod sends;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ppob_journal_durable::chain::{Finding, Head};
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::moving::{Rows, TABLES, Tally};
use ppob_types::Timestamp;
use tokio::sync::mpsc::Receiver;
use tokio_postgres::{Client, Error};

use crate::connect::{Connected, Connector, Purpose};
use crate::error::said;
use crate::lost::LostSignal;
use crate::open::{check_server, identity};
use crate::owner::Owner;
use crate::{OpenError, PostgresSettings, chain, migrate, sql, verify};

/// Why a journal did not arrive. Unless it says otherwise, the database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ArriveError {
    /// The database cannot be used, or is in use.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something went wrong on the way.
    #[error("the database did not take the journal ({0}), and is as it was")]
    Database(String),
    /// An engine began a journal there.
    #[error("an engine has begun a journal in the database meanwhile; it is as it was")]
    Taken,
    /// The source gave no more.
    #[error("not all of the journal came in, and the database is as it was")]
    BrokenOff,
    /// The copy is not what the source is.
    #[error("the copy is not the same ({0}), so it was thrown away")]
    Differs(String),
    /// The copy breaks rules of money.
    #[error("the copy breaks rules of money ({0}), so it was thrown away")]
    Broken(String),
    /// The copy does not fit its chain of hashes.
    #[error("the copy does not fit its chain of hashes ({0}), so it was thrown away")]
    Tampered(String),
    /// The send journal could not be taken over.
    #[error("the send journal could not be copied to {directory}: {cause}")]
    Sends {
        /// Where to.
        directory: PathBuf,
        /// What the system says.
        cause: String,
    },
}

impl From<Error> for ArriveError {
    fn from(error: Error) -> Self {
        Self::Database(said(&error))
    }
}

/// What is in the database that a journal is to come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum There {
    /// No journal.
    Nothing,
    /// One that came from this file, and that nobody may open yet.
    Unfinished {
        /// The file.
        source: String,
        /// Which journal it is here.
        journal: String,
    },
    /// A journal.
    Journal,
}

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Which journal it is here.
    pub journal: String,
    /// The name of its send journal.
    pub sends: String,
    /// The newest commit of its chain.
    pub head: Option<Head>,
    /// What each of [`TABLES`] holds.
    pub tallies: Vec<Tally>,
}

/// What comes in.
#[derive(Debug)]
pub enum Incoming {
    /// Rows, table by table in their order.
    Rows(Rows),
    /// All that there was.
    End(Vec<Tally>),
}

/// The file that a journal comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// In words for people.
    pub source: String,
    /// Up to which segment its send journal is known.
    pub covered: i64,
    /// Now.
    pub at: Timestamp,
}

/// A database that a journal comes to. No engine opens it as long as this is held.
#[derive(Debug)]
pub struct Arriving {
    connected: Connected,
    owner: Owner,
    sends_directory: PathBuf,
}

impl Arriving {
    /// Takes the lock of the database.
    ///
    /// # Errors
    /// [`ArriveError`] if it cannot be used or is in use.
    pub async fn begin(settings: &PostgresSettings) -> Result<Self, ArriveError> {
        let connector = Connector::new(settings)?;
        let connected = connector.connect(Purpose::Moving).await?;
        check_server(&connected.client).await?;
        let owner = Owner::take(&connector, Arc::new(LostSignal::default())).await?;
        Ok(Self { connected, owner, sends_directory: settings.sends_directory.clone() })
    }

    /// What is in it.
    ///
    /// # Errors
    /// [`ArriveError`] if that cannot be told.
    pub async fn there(&self) -> Result<There, ArriveError> {
        let client = &self.connected.client;
        if !exists(client, "schema_version").await? {
            return Ok(There::Nothing);
        }
        let newest = "SELECT coalesce(max(version), 0) FROM schema_version";
        let found: i64 = client.query_one(newest, &[]).await?.try_get(0)?;
        let known = integer(sql::MIGRATIONS.len());
        if found > known {
            return Err(OpenError::TooNew { found, known }.into());
        }
        if exists(client, "arrival").await?
            && let Some(row) = client.query_opt(sql::ARRIVAL, &[]).await?
        {
            if row.try_get(1)? {
                return Ok(There::Journal);
            }
            let journal = identity(client).await?;
            return Ok(There::Unfinished { source: row.try_get(0)?, journal });
        }
        let opened = "SELECT EXISTS (SELECT FROM meta WHERE value <> 0)
                          OR EXISTS (SELECT FROM sealed_key) OR EXISTS (SELECT FROM payment)";
        let was_opened = found > 0 && client.query_one(opened, &[]).await?.try_get(0)?;
        Ok(if was_opened { There::Journal } else { There::Nothing })
    }

    /// Refuses a place for the send journal where another one is. `journal` is the one that an earlier move
    /// may have left there.
    ///
    /// # Errors
    /// [`OpenError::OthersSends`].
    pub fn check_sends(&self, from: &Path, journal: Option<&str>) -> Result<(), ArriveError> {
        let to = &self.sends_directory;
        let is_free = sends::is_free(from, to, journal).map_err(|error| self.not_copied(&error))?;
        if is_free { Ok(()) } else { Err(OpenError::OthersSends(to.clone()).into()) }
    }

    /// Takes in all rows of [`TABLES`], holds them against their source, and commits. Where an earlier move
    /// was not finished, what it had brought is replaced.
    ///
    /// # Errors
    /// [`ArriveError`]: nothing was changed.
    ///
    /// # Cancel safety
    /// If this is dropped, nothing was changed.
    pub async fn copy(
        &mut self,
        from: &Source,
        incoming: &mut Receiver<Incoming>,
    ) -> Result<Arrived, ArriveError> {
        let client = &mut self.connected.client;
        migrate::migrate(client).await?;
        let journal = identity(client).await?;
        let all = client.transaction().await?;
        copy::empty(&all).await?;
        let tallies = copy::rows(&all, incoming).await?;
        let drawn = all.query_one("SELECT gen_random_uuid()::text", &[]).await?;
        let sends: String = drawn.try_get(0)?;
        all.execute(sql::SENDS_BEGIN, &[&sends, &from.covered]).await?;
        all.execute(sql::ARRIVE, &[&from.source, &from.at.as_micros()]).await?;
        copy::close(&all).await?;
        let there = copy::tallies(&all).await?;
        for ((table, here), there) in TABLES.iter().zip(&tallies).zip(&there) {
            if let Some(difference) = here.differs(table, there) {
                return Err(ArriveError::Differs(difference));
            }
        }
        let broken = verify::broken_rules(&all).await?;
        if !broken.is_empty() {
            return Err(ArriveError::Broken(broken.join("; ")));
        }
        if let Some(Finding { what, .. }) = chain::check(&all).await?.first() {
            return Err(ArriveError::Tampered(what.clone()));
        }
        let head = chain::head(&all).await?.map(|(head, _)| head);
        all.commit().await?;
        Ok(Arrived { journal, sends, head, tallies })
    }

    /// Puts a copy of the send journal where the engine here looks for it; it belongs to this journal then.
    /// If it stands there already, it only gets its name.
    ///
    /// # Errors
    /// [`ArriveError`]; asking again with all that went before goes on.
    pub fn take_over_sends(&self, from: &Path, arrived: &Arrived) -> Result<(), ArriveError> {
        let Arrived { journal, sends: name, .. } = arrived;
        sends::take_over(from, &self.sends_directory, name, journal)
            .map_err(|error| self.not_copied(&error))
    }

    /// The engine may open it from now on.
    ///
    /// # Errors
    /// [`ArriveError`] if that cannot be written; asking again goes on.
    pub async fn finish(self) -> Result<(), ArriveError> {
        self.connected.client.execute(sql::ARRIVED, &[]).await?;
        self.end().await;
        Ok(())
    }

    /// Gives the lock back, and waits until the database knows.
    pub async fn end(self) {
        self.connected.close().await;
        self.owner.close().await;
    }

    fn not_copied(&self, error: &std::io::Error) -> ArriveError {
        ArriveError::Sends { directory: self.sends_directory.clone(), cause: error.to_string() }
    }
}

async fn exists(client: &Client, table: &str) -> Result<bool, Error> {
    client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table]).await?.try_get(0)
}
