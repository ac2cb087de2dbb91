//! Opening: the server, its settings, the schema, and the connection that writes.

use postgres_types::ToSql;
use ppob_journal_durable::chain::Head;
use ppob_journal_durable::decode::natural;
use ppob_types::Timestamp;
use tokio::time::timeout;
use tokio_postgres::{Client, Row, Statement};

use crate::connect::{Connected, Connector, Purpose};
use crate::{OpenError, sql};

/// Functions of SQL with bodies that are checked when they are made came with this one.
const OLDEST: i32 = 140_000;
/// What must be on, or what was acknowledged may be lost.
const DURABLE: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// The connection that writes; opened again when it was lost.
#[derive(Debug)]
pub(crate) struct WriteConnection {
    connector: Connector,
    /// Which journal it is.
    journal: String,
    open: Option<Open>,
}

/// A connection that is ready to write.
#[derive(Debug)]
pub(crate) struct Open {
    connected: Connected,
    write: Statement,
}

impl WriteConnection {
    pub(crate) const fn new(connector: Connector, journal: String) -> Self {
        Self { connector, journal, open: None }
    }

    /// The connection; a new one if there is none or it has ended. Whatever is at the other end now is
    /// looked at as at the opening.
    pub(crate) async fn ready(&mut self) -> Result<&Open, OpenError> {
        if self.open.as_ref().is_some_and(|open| open.connected.client.is_closed()) {
            self.open = None;
        }
        let open = match self.open.take() {
            Some(open) => open,
            // Nothing was sent yet, so nothing is unknown if the server stands still.
            None => timeout(self.connector.patience().saturating_mul(4), self.reopen())
                .await
                .unwrap_or_else(|_| Err(OpenError::Unreachable("it stands still".to_owned())))?,
        };
        Ok(self.open.insert(open))
    }

    /// Of no use any more: what it was asked last may still come to its end.
    pub(crate) fn drop_it(&mut self) {
        self.open = None;
    }

    pub(crate) async fn close(self) {
        if let Some(open) = self.open {
            open.connected.close().await;
        }
    }

    async fn reopen(&self) -> Result<Open, OpenError> {
        let connected = self.connector.connect(Purpose::Writing).await?;
        check_server(&connected.client).await?;
        if identity(&connected.client).await? != self.journal {
            let other = "it is another journal than before".to_owned();
            return Err(OpenError::Unreachable(other));
        }
        // A later change of the server's settings is for the next connection, which is looked at again.
        connected.client.query_one(sql::KEEP_DURABLE, &[]).await?;
        let write = connected.client.prepare(sql::WRITE).await?;
        Ok(Open { connected, write })
    }
}

impl Open {
    pub(crate) const fn client(&self) -> &Client {
        &self.connected.client
    }

    pub(crate) fn warnings(&self) -> u64 {
        self.connected.warnings()
    }

    /// Returns once the transaction has ended: its rows are not handed on before.
    pub(crate) async fn write(
        &self,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        self.connected.client.query(&self.write, parameters).await
    }
}

/// Refuses a server that could forget what it has acknowledged, or takes no writes.
pub(crate) async fn check_server(client: &Client) -> Result<(), OpenError> {
    let standby: bool = one(client, "SELECT pg_is_in_recovery()").await?;
    if standby || setting(client, "transaction_read_only").await? == "on" {
        return Err(OpenError::ReadOnly);
    }
    for name in DURABLE {
        let value = setting(client, name).await?;
        if value == "off" {
            return Err(OpenError::NotDurable { setting: name, value });
        }
    }
    if setting(client, "server_version_num").await?.parse().unwrap_or(0) < OLDEST {
        return Err(OpenError::TooOld(setting(client, "server_version").await?));
    }
    let encoding = setting(client, "server_encoding").await?;
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    Ok(())
}

/// Which journal this is.
pub(crate) async fn identity(client: &Client) -> Result<String, tokio_postgres::Error> {
    one(client, sql::IDENTITY).await
}

/// Refuses a journal that came from elsewhere, and that somebody may still open there.
pub(crate) async fn has_arrived(client: &Client) -> Result<(), OpenError> {
    match client.query_opt(sql::ARRIVAL, &[]).await? {
        Some(row) if !row.try_get(1)? => Err(OpenError::MoveUnfinished(row.try_get(0)?)),
        _ => Ok(()),
    }
}

/// Counts the opening.
pub(crate) async fn begin_epoch(client: &Client) -> Result<u64, tokio_postgres::Error> {
    let epoch: i64 = one(client, sql::EPOCH).await?;
    Ok(natural(epoch).unwrap_or_default())
}

/// The latest time that was recorded.
pub(crate) async fn high_water(client: &Client) -> Result<Timestamp, tokio_postgres::Error> {
    one(client, sql::HIGH_WATER).await.map(Timestamp::from_micros)
}

/// The newest commit of the chain.
pub(crate) async fn head(client: &Client) -> Result<Option<Head>, tokio_postgres::Error> {
    let Some(row) = client.query_opt(sql::CHAIN_HEAD, &[]).await? else { return Ok(None) };
    let (number, hash): (i64, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(natural(number).ok().zip(hash.try_into().ok()).map(|(number, hash)| Head { number, hash }))
}

async fn setting(client: &Client, name: &str) -> Result<String, tokio_postgres::Error> {
    let row = client.query_one("SELECT current_setting($1)", &[&name]).await?;
    row.try_get(0)
}

async fn one<T>(client: &Client, statement: &str) -> Result<T, tokio_postgres::Error>
where
    T: for<'a> postgres_types::FromSql<'a>,
{
    client.query_one(statement, &[]).await?.try_get(0)
}
