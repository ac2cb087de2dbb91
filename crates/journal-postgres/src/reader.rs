//! Connections that only read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError,
    RecyclingMethod, Runtime,
};
use postgres_types::ToSql;
use ppob_journal::JournalError;
use tokio::time::timeout;
use tokio_postgres::{NoTls, Row, SimpleQueryMessage};

use crate::connect::{Connector, Purpose};
use crate::error::{closed, said, unread};

/// The server ends a read before; one that stands still does not.
const LONGEST: Duration = Duration::from_secs(25);
/// What a new connection is asked, and told.
const BEGIN: &str = "SET default_transaction_read_only = on;
    SELECT pg_is_in_recovery(), journal FROM identity";

/// A bounded number of connections.
#[derive(Clone)]
pub(crate) struct Readers {
    pool: Pool,
    patience: Duration,
}

impl Readers {
    pub(crate) fn new(connector: &Connector, most: usize, journal: &str) -> Result<Self, String> {
        let patience = connector.patience();
        let config = connector.config(Purpose::Reading);
        let way = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match connector.tls() {
            Some(tls) => Manager::from_config(config, tls.clone(), way),
            None => Manager::from_config(config, NoTls, way),
        };
        let pool = Pool::builder(manager)
            .max_size(most.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(patience))
            .create_timeout(Some(patience))
            .post_create(only_of(journal))
            .build();
        pool.map(|pool| Self { pool, patience }).map_err(|error| error.to_string())
    }

    /// All rows of a statement.
    pub(crate) async fn all(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, JournalError> {
        let client = self.connection().await?;
        let reading = async {
            let prepared = client.prepare_cached(statement).await?;
            client.query(&prepared, parameters).await
        };
        if let Ok(read) = timeout(LONGEST, reading).await {
            return read.map_err(|error| unread(&error));
        }
        // Its answer may still come, and would keep the next read waiting.
        drop(Object::take(client));
        Err(JournalError::Unavailable("the database did not answer in time".to_owned()))
    }

    /// The only row of a statement, if there is one.
    pub(crate) async fn one(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, JournalError> {
        Ok(self.all(statement, parameters).await?.into_iter().next())
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }

    async fn connection(&self) -> Result<Object, JournalError> {
        let late = || {
            JournalError::Unavailable("no connection to the database was free in time".to_owned())
        };
        // What is asked of a new connection has no limit of its own.
        let got = timeout(self.patience.saturating_mul(2), self.pool.get()).await;
        got.map_err(|_| late())?.map_err(|error| match error {
            PoolError::Closed => closed(),
            PoolError::Timeout(_) => late(),
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                JournalError::Unavailable(said(&error))
            }
            other => JournalError::Unavailable(other.to_string()),
        })
    }
}

/// Nothing is read from a copy that may lag behind, nor from another journal.
fn only_of(journal: &str) -> Hook {
    let journal: Arc<str> = journal.into();
    Hook::async_fn(move |client: &mut ClientWrapper, _| {
        let journal = Arc::clone(&journal);
        Box::pin(async move {
            let told = client.simple_query(BEGIN).await.map_err(HookError::Backend)?;
            let is_it = told.iter().any(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    row.get(0) == Some("f") && row.get(1) == Some(&journal)
                }
                _ => false,
            });
            let other = "the server is a standby, or holds another journal than before";
            if is_it { Ok(()) } else { Err(HookError::message(other)) }
        })
    })
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Readers").field(&self.pool.status()).finish()
    }
}
