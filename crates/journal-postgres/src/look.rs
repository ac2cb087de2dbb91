//! A look at a journal from outside: beside an engine that works on it, and without one.

use ppob_journal_durable::decode::{integer, natural};
use ppob_types::Timestamp;
use tokio_postgres::Client;

use crate::connect::{Connector, Purpose};
use crate::open::{check_server, high_water};
use crate::{OpenError, PostgresJournal, PostgresSettings, owner, sql};

/// What a look shows. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The version of the server, as it calls itself.
    pub server: String,
    /// The engine that works on the database; none if it is free.
    pub used_by: Option<String>,
    /// The journal in it; none if no engine was ever started on it.
    pub journal: Option<LookedJournal>,
}

/// The journal in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedJournal {
    /// The version of its schema, which this program knows.
    pub schema_version: u64,
    /// Whether the next start will bring the schema up to date.
    pub is_older: bool,
    /// How many payments it holds.
    pub payments: u64,
    /// How many of them are open.
    pub open_payments: u64,
    /// The latest time that it recorded.
    pub time_high_water: Timestamp,
}

impl PostgresJournal {
    /// Looks at the server and the journal in it, without opening it: no lock is taken, and nothing written.
    ///
    /// # Errors
    /// What an opening would be refused for as well, as far as it can be seen from outside.
    pub async fn look(settings: &PostgresSettings) -> Result<Looked, OpenError> {
        let looking = Connector::new(settings)?.connect(Purpose::Opening).await?;
        let client = &looking.client;
        check_server(client).await?;
        let server = client.query_one("SHOW server_version", &[]).await?.try_get(0)?;
        let (used_by, journal) = (owner::holder(client).await?, journal(client).await?);
        looking.close().await;
        Ok(Looked { server, used_by, journal })
    }
}

async fn journal(client: &Client) -> Result<Option<LookedJournal>, OpenError> {
    let is_there = client.query_one("SELECT to_regclass('ppob.schema_version') IS NULL", &[]);
    if is_there.await?.try_get(0)? {
        return Ok(None);
    }
    let found: i64 = client.query_one(sql::SCHEMA_VERSION, &[]).await?.try_get(0)?;
    let found = natural(found).unwrap_or_default();
    let known = u64::try_from(sql::MIGRATIONS.len()).unwrap_or(u64::MAX);
    if found > known {
        return Err(OpenError::TooNew { found: integer(found), known: integer(known) });
    }
    if found == 0 {
        return Ok(None);
    }
    let counted = client.query_one(sql::COUNTED, &[]).await?;
    Ok(Some(LookedJournal {
        schema_version: found,
        is_older: found < known,
        payments: natural(counted.try_get(0)?).unwrap_or_default(),
        open_payments: natural(counted.try_get(1)?).unwrap_or_default(),
        time_high_water: high_water(client).await?,
    }))
}
